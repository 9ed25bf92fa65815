import t from 'tap'
import { build, isStatus, visitor } from './booted-charge-point.ts'

t.test('commands are answered as the specification says', async t => {
  const { central, pile } = await build(t)
  const answer = async (action: string, payload: object) => (await central.call(action, payload))[2]
  const inAnHour = new Date(Date.now() + 3_600_000_000).toISOString()
  const reserve = { connectorId: 1, idTag: 'TAG', expiryDate: inAnHour, reservationId: 4 }

  t.same(await answer('ReserveNow', reserve), { status: 'Accepted' })
  t.same(await answer('ReserveNow', { ...reserve, reservationId: 5 }), { status: 'Occupied' })
  t.same(await answer('ReserveNow', reserve), { status: 'Accepted' }, 'the same id replaces')
  t.same(await answer('RemoteStartTransaction', { connectorId: 1, idTag: 'OTHER' }), { status: 'Rejected' })
  t.same(await answer('CancelReservation', { reservationId: 99 }), { status: 'Rejected' })
  t.same(await answer('CancelReservation', { reservationId: 4 }), { status: 'Accepted' })
  t.same(await answer('ReserveNow', { ...reserve, connectorId: 2 }), { status: 'Rejected' })

  t.same(await answer('ChangeAvailability', { connectorId: 1, type: 'Inoperative' }), { status: 'Accepted' })
  await central.seen('StatusNotification', isStatus('Unavailable'))
  t.same(await answer('ReserveNow', reserve), { status: 'Unavailable' })
  t.same(await answer('ChangeAvailability', { connectorId: 0, type: 'Operative' }), { status: 'Accepted' })
  t.same(await answer('ChangeAvailability', { connectorId: 9, type: 'Operative' }), { status: 'Rejected' })

  pile.fault({ errorCode: 'OtherError' })
  t.same(await answer('ReserveNow', reserve), { status: 'Faulted' })
  pile.recover()

  t.same(await answer('UnlockConnector', { connectorId: 1 }), { status: 'Unlocked' })
  t.same(await answer('UnlockConnector', { connectorId: 2 }), { status: 'NotSupported' })
  t.same(await answer('ClearCache', {}), { status: 'Accepted' })
  t.same(await answer('DataTransfer', { vendorId: 'x' }), { status: 'UnknownVendorId' })

  t.same(await answer('TriggerMessage', { requestedMessage: 'MeterValues' }), { status: 'Rejected' })
  t.same(await answer('TriggerMessage', { requestedMessage: 'FirmwareStatusNotification' }), {
    status: 'NotImplemented',
  })
  t.same(await answer('TriggerMessage', { requestedMessage: 'StatusNotification', connectorId: 7 }), {
    status: 'Rejected',
  })
  central.forget()
  for (const requestedMessage of ['Heartbeat', 'StatusNotification', 'BootNotification'])
    t.same(await answer('TriggerMessage', { requestedMessage }), { status: 'Accepted' })
  t.same(await answer('TriggerMessage', { requestedMessage: 'StatusNotification', connectorId: 0 }), {
    status: 'Accepted',
  })
  await central.seen('Heartbeat')
  await central.seen('BootNotification')
  await central.seen('StatusNotification', ({ payload }) => payload.connectorId === 0)

  t.match(await central.call('RemoteStartTransaction', { connectorId: 'one' }), [4, String, 'FormationViolation'])
  t.match(await central.call('GetDiagnostics', { location: 'ftp://x' }), [4, String, 'NotImplemented'])
})

t.test('readings come when they are asked for', async t => {
  const { central, pile } = await build(t)
  await central.call('ChangeConfiguration', { key: 'MeterValueSampleInterval', value: '100000' })
  await central.call('ChangeConfiguration', { key: 'MeterValuesSampledData', value: 'Power.Active.Import' })
  await pile.presentCard('CARD')
  pile.plug(visitor())
  await central.seen('StartTransaction')
  t.same((await central.call('TriggerMessage', { requestedMessage: 'MeterValues', connectorId: 1 }))[2], {
    status: 'Accepted',
  })
  const { payload } = await central.seen('MeterValues')
  t.same(payload.meterValue[0].sampledValue, [
    { value: '7000', context: 'Trigger', measurand: 'Power.Active.Import', unit: 'W', location: 'Outlet' },
  ])
})
