import t from 'tap'
import { NOW, setUp } from './harness.ts'

const timestamp = '2026-11-22T12:00:00Z'

/** Request, the report it must become, what central answers, the response. */
const table: [string, string, object, object, object, object?][] = [
  [
    'BootNotification',
    'booted',
    { chargePointVendor: 'V', chargePointModel: 'M', chargeBoxSerialNumber: 'B', firmwareVersion: 'null', iccid: '' },
    { vendor: 'V', model: 'M', serial: 'B', firmware: undefined, details: { chargePointVendor: 'V', iccid: '' } },
    { status: 'Accepted', currentTime: '2026-11-22T12:00:00.000Z', interval: 300 },
  ],
  ['Heartbeat', 'alive', {}, {}, { currentTime: '2026-11-22T12:00:00.000Z' }],
  [
    'Authorize',
    'authorization-asked',
    { idTag: 'A' },
    { idTag: 'A' },
    { idTagInfo: { status: 'Expired', expiryDate: '2026-11-22T12:00:00.000Z', parentIdTag: 'P' } },
    { verdict: { status: 'expired', expiresAt: NOW, parentTag: 'P' } },
  ],
  [
    'Authorize',
    'authorization-asked',
    { idTag: 'A' },
    {},
    { idTagInfo: { status: 'ConcurrentTx' } },
    { verdict: { status: 'concurrent-tx', parentTag: 'longer than any charger can hold' } },
  ],
  [
    'StatusNotification',
    'connector-status',
    { connectorId: 0, errorCode: 'NoError', status: 'Faulted', info: 'x', vendorErrorCode: 'E1', timestamp },
    { connectorId: 0, errorCode: 'NoError', status: 'Faulted', info: 'x', vendorErrorCode: 'E1', at: NOW },
    {},
  ],
  [
    'StartTransaction',
    'session-started',
    { connectorId: 2, idTag: 'TaG', meterStart: 1234, timestamp: '2026-11-22T14:00:00+02:00', reservationId: 5 },
    {
      connectorId: 2,
      idTag: 'TaG',
      registerMilliWh: 1_234_000,
      reservationId: 5,
      at: NOW,
      startKey: '2|tag|2026-11-22T14:00:00+02:00|1234',
    },
    { transactionId: 9, idTagInfo: { status: 'Blocked' } },
    { transactionId: 9, verdict: { status: 'blocked' } },
  ],
  [
    'MeterValues',
    'meter-sampled',
    { connectorId: 0, transactionId: 7, meterValue: [{ timestamp, sampledValue: [{ value: '5' }] }] },
    { connectorId: 0, transactionId: 7, readings: [{ at: NOW, registerMilliWh: 5000 }] },
    {},
  ],
  [
    'StopTransaction',
    'session-ended',
    {
      transactionId: 7,
      idTag: 'A',
      meterStop: 2000,
      timestamp,
      transactionData: [{ timestamp, sampledValue: [{ value: '2', unit: 'kWh', context: 'Transaction.End' }] }],
    },
    {
      transactionId: 7,
      idTag: 'A',
      registerMilliWh: 2_000_000,
      reason: 'Local',
      at: NOW,
      readings: [{ registerMilliWh: 2_000_000, context: 'Transaction.End' }],
    },
    { idTagInfo: { status: 'Accepted' } },
  ],
  [
    'StopTransaction',
    'session-ended',
    { transactionId: 7, meterStop: 1, timestamp, reason: 'PowerLoss' },
    { reason: 'PowerLoss', idTag: undefined, readings: [] },
    { idTagInfo: undefined },
  ],
  ['DataTransfer', 'data-transfer', { vendorId: 'v' }, { vendorId: 'v' }, { status: 'UnknownVendorId' }],
  [
    'DataTransfer',
    'data-transfer',
    { vendorId: 'v', messageId: 'm', data: '' },
    { vendorId: 'v', messageId: 'm', data: '' },
    { status: 'Accepted', data: 'yes' },
    { status: 'accepted', data: 'yes' },
  ],
  ['FirmwareStatusNotification', 'firmware-status', { status: 'Installed' }, { status: 'Installed' }, {}],
  [
    'SignedFirmwareStatusNotification',
    'firmware-status',
    { status: 'InvalidSignature', requestId: 3 },
    { status: 'InvalidSignature', requestId: 3 },
    {},
  ],
  ['DiagnosticsStatusNotification', 'diagnostics-status', { status: 'Uploaded' }, { status: 'Uploaded' }, {}],
  [
    'LogStatusNotification',
    'diagnostics-status',
    { status: 'Uploading', requestId: 4 },
    { status: 'Uploading', requestId: 4 },
    {},
  ],
  [
    'SecurityEventNotification',
    'security-event',
    { type: 'FirmwareUpdated', timestamp, techInfo: 't' },
    { event: 'FirmwareUpdated', at: NOW, info: 't' },
    {},
  ],
]
for (const validation of ['strict', 'tolerant'] as const) {
  for (const [action, type, request, report, response, reply] of table) {
    t.test(`${validation}: ${action} ${JSON.stringify(request).slice(0, 60)}`, async t => {
      const { central, open } = await setUp(t, { profile: { validation } })
      if (reply) Object.assign(central.answers, { [type]: () => reply })
      const client = await open('CP1')
      t.match(await client.call(action, request), [3, 'c1', response])
      t.match(central.reports.at(-1), { chargePointId: 'CP1', receivedAt: NOW, report: { type, ...report } })
      t.same(central.frames[0]?.notes, [], 'nothing had to be repaired')
    })
  }
}

t.test('the same start has the same key, whatever its message id and the case of its tag', async t => {
  const { central, open } = await setUp(t)
  const client = await open('CP1')
  const start = { connectorId: 1, meterStart: 0, timestamp }
  await client.call('StartTransaction', { ...start, idTag: 'abc' }, '1')
  await client.call('StartTransaction', { ...start, idTag: 'ABC' }, '2')
  await client.call('StartTransaction', { ...start, idTag: 'abd' }, '3')
  await client.call('StartTransaction', { ...start, idTag: 'abc', meterStart: 1 }, '4')
  t.equal(new Set(central.ofType('session-started').map(r => r.startKey)).size, 3)
})

for (const id of ['0', '-1', '2147483648', '9223372036854775807', '18014398509481985', '1.5', '1e400']) {
  t.test(`transactionId ${id} names no transaction of ours, and the message is answered`, async t => {
    const { central, open } = await setUp(t)
    const client = await open('CP1')
    client.send(`[2,"m","MeterValues",{"connectorId":1,"transactionId":${id},"meterValue":[]}]`)
    t.match(await client.next(), [3, 'm', {}])
    client.send(`[2,"s","StopTransaction",{"transactionId":${id},"meterStop":1,"timestamp":"${timestamp}"}]`)
    t.match(await client.next(), [3, 's'])
    t.notOk('transactionId' in central.ofType('meter-sampled')[0]!)
    t.notOk('transactionId' in central.ofType('session-ended')[0]!)
  })
}

t.test('250 meter values in one message are kept', async t => {
  const { central, open } = await setUp(t)
  const client = await open('CP1')
  const meterValue = Array.from({ length: 250 }, (_, i) => ({ timestamp, sampledValue: [{ value: `${i}` }] }))
  t.match(await client.call('MeterValues', { connectorId: 1, meterValue }), [3, 'c1', {}])
  t.equal(central.ofType('meter-sampled')[0]!.readings.length, 250)
})

t.test('a long message that was understood is kept whole', async t => {
  const { central, open } = await setUp(t)
  const client = await open('CP1')
  const sampledValue = [{ value: 'x'.repeat(200_000), format: 'SignedData' }]
  await client.call('MeterValues', {
    connectorId: 1,
    meterValue: [{ timestamp: '2026-11-22T12:00:00Z', sampledValue }],
  })
  const frame = central.frames.find(({ direction }) => direction === 'in')!
  t.match(JSON.parse(frame.raw)[3].meterValue[0], { sampledValue })
})

t.test('text no store accepts is made storable', async t => {
  const { central, open } = await setUp(t)
  const client = await open('CP1')
  client.send('[2,"a\\u0000","Authorize",{"idTag":"x\\u0000\\ud800y"}]')
  t.match(await client.next(), [3, 'a\0'])
  t.equal(central.ofType('authorization-asked')[0]!.idTag, 'x\uFFFD\uFFFDy')
  t.notOk(JSON.stringify(central.frames.map(f => [f.messageId, f.action])).includes('\\u0000'))
})

t.test('an answer of ours that the specification forbids is told to the log and sent', async t => {
  const { central, open } = await setUp(t)
  central.answers['session-started'] = () => ({ transactionId: 1.5, verdict: { status: 'accepted' } })
  const client = await open('CP1')
  const start = { connectorId: 1, idTag: 'A', meterStart: 0, timestamp }
  t.match(await client.call('StartTransaction', start), [3, 'c1', { transactionId: 1.5 }])
})

t.test('numbers no store can hold are no ids, and the message is answered', async t => {
  const { central, open } = await setUp(t)
  const client = await open('CP1')
  for (const id of [-1, 1.5, 2 ** 31, 1e300]) {
    const start = { connectorId: id, idTag: 'A', meterStart: 0, timestamp, reservationId: id }
    t.match(await client.call('StartTransaction', start), [3, 'c1'])
    t.match(
      await client.call('StatusNotification', { connectorId: id, errorCode: 'NoError', status: 'Available' }),
      [3],
    )
    t.match(await client.call('LogStatusNotification', { status: 'Idle', requestId: id }), [3])
  }
  t.same(new Set(central.ofType('session-started').map(r => [r.connectorId, r.reservationId].join())), new Set(['0,']))
  t.same(new Set(central.ofType('connector-status').map(r => r.connectorId)), new Set([0]))
  t.ok(central.ofType('diagnostics-status').every(r => r.requestId === undefined))
})

t.test('a time stamp of endless decimals does not make an endless key', async t => {
  const { central, open } = await setUp(t, { profile: { validation: 'strict' } })
  const client = await open('CP1')
  const endless = `2026-11-22T12:00:00.${'1'.repeat(100_000)}Z`
  t.match(await client.call('StartTransaction', { connectorId: 1, idTag: 'A', meterStart: 0, timestamp: endless }), [3])
  t.ok(central.ofType('session-started')[0]!.startKey.length < 100)
})
