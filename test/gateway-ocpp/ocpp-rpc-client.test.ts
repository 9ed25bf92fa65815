import { RPCClient } from 'ocpp-rpc'
import t from 'tap'
import { setUp } from './harness.ts'

t.test('a charge point built on a library, checked by the official schemas, completes a session', async t => {
  const { central, gateway, url } = await setUp(t, { profile: { validation: 'strict' } })
  const options = {
    endpoint: url,
    identity: 'CP 1',
    protocols: ['ocpp2.0.1', 'ocpp1.6'],
    strictMode: true,
    reconnect: false,
  }
  const charger = new RPCClient(options as unknown as ConstructorParameters<typeof RPCClient>[0])
  t.teardown(() => charger.close({ force: true }))
  charger.handle('RemoteStopTransaction', async () => ({ status: 'Accepted' }))
  await charger.connect()
  t.equal(charger.protocol, 'ocpp1.6')

  const timestamp = '2026-11-22T12:00:00Z'
  const boot = { chargePointVendor: 'V', chargePointModel: 'M' }
  t.match(await charger.call('BootNotification', boot), { status: 'Accepted', interval: 300 })
  t.match(await charger.call('Heartbeat', {}), { currentTime: /Z$/ })
  t.same(await charger.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' }), {})
  t.match(await charger.call('Authorize', { idTag: 'A' }), { idTagInfo: { status: 'Accepted' } })
  const start = { connectorId: 1, idTag: 'A', meterStart: 0, timestamp }
  const { transactionId } = (await charger.call('StartTransaction', start)) as { transactionId: number }
  const sampledValue = [
    { value: '1.25', unit: 'kWh', measurand: 'Energy.Active.Import.Register' },
    { value: '16', unit: 'A', measurand: 'Current.Import', phase: 'L1' },
  ]
  t.same(
    await charger.call('MeterValues', { connectorId: 1, transactionId, meterValue: [{ timestamp, sampledValue }] }),
    {},
  )
  const stopping = gateway.send(
    'CP 1',
    { verb: 'stop', transactionId, startKey: '' },
    { commandId: 'k', timeoutMs: 10_000 },
  )
  t.match(await stopping, { status: 'accepted' })
  const stop = { transactionId, meterStop: 1250, timestamp, reason: 'Remote' }
  t.same(await charger.call('StopTransaction', stop), {})
  await charger.close()
  await central.until(() => central.ofType('link-down').length === 1)
  t.same(
    central.reports.map(e => e.report.type),
    [
      'link-up',
      'booted',
      'alive',
      'connector-status',
      'authorization-asked',
      'session-started',
      'meter-sampled',
      'session-ended',
      'link-down',
    ],
  )
  t.match(central.ofType('meter-sampled')[0]?.readings, [{ registerMilliWh: 1_250_000, currentA: [16] }])
})
