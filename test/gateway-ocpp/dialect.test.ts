import t from 'tap'
import { checkNative, reservationOf, translate } from '../../gateway/ocpp/dialect.ts'
import type { Command } from '../../protocol/charger/command.ts'

const NOW = Date.UTC(2026, 10, 22, 12)

const profile = (chargingProfilePurpose: string, chargingProfileId: number, limit: number) => ({
  chargingProfileId,
  stackLevel: 0,
  chargingProfilePurpose,
  chargingProfileKind: 'Absolute',
  chargingSchedule: {
    startSchedule: '2026-11-22T12:00:00.000Z',
    chargingRateUnit: 'W',
    chargingSchedulePeriod: [{ startPeriod: 0, limit }],
  },
})

const table: [Command, string, unknown][] = [
  [
    { verb: 'start', connectorId: 1, idTag: 'A', energyWh: 5000 },
    'RemoteStartTransaction',
    { connectorId: 1, idTag: 'A' },
  ],
  [{ verb: 'stop', transactionId: 7, startKey: 'k' }, 'RemoteStopTransaction', { transactionId: 7 }],
  [
    { verb: 'reserve', reservationId: 3, connectorId: 1, idTag: 'A', expiresAt: NOW },
    'ReserveNow',
    { connectorId: 1, expiryDate: '2026-11-22T12:00:00.000Z', idTag: 'A', reservationId: 3 },
  ],
  [
    { verb: 'reserve', reservationId: 3, connectorId: 1, idTag: 'A', expiresAt: NOW, parentTag: 'P' },
    'ReserveNow',
    { connectorId: 1, expiryDate: '2026-11-22T12:00:00.000Z', idTag: 'A', parentIdTag: 'P', reservationId: 3 },
  ],
  [{ verb: 'cancel-reservation', reservationId: 3 }, 'CancelReservation', { reservationId: 3 }],
  [{ verb: 'unlock', connectorId: 1 }, 'UnlockConnector', { connectorId: 1 }],
  [{ verb: 'reset', hard: true }, 'Reset', { type: 'Hard' }],
  [{ verb: 'reset', hard: false }, 'Reset', { type: 'Soft' }],
  [
    { verb: 'set-availability', connectorId: 0, available: true },
    'ChangeAvailability',
    { connectorId: 0, type: 'Operative' },
  ],
  [
    { verb: 'set-availability', connectorId: 1, available: false },
    'ChangeAvailability',
    { connectorId: 1, type: 'Inoperative' },
  ],
  [
    { verb: 'set-limit', connectorId: 0, limitW: 11000.04 },
    'SetChargingProfile',
    { connectorId: 0, csChargingProfiles: profile('ChargePointMaxProfile', 1, 11000) },
  ],
  [
    { verb: 'set-limit', connectorId: 2, limitW: 7400 },
    'SetChargingProfile',
    { connectorId: 2, csChargingProfiles: profile('TxDefaultProfile', 5, 7400) },
  ],
  [
    { verb: 'set-limit', connectorId: 2, limitW: 7400.06, transactionId: 9 },
    'SetChargingProfile',
    { connectorId: 2, csChargingProfiles: { transactionId: 9, ...profile('TxProfile', 6, 7400.1) } },
  ],
  [{ verb: 'clear-limit', connectorId: 2 }, 'ClearChargingProfile', { connectorId: 2 }],
  [{ verb: 'get-configuration' }, 'GetConfiguration', {}],
  [{ verb: 'get-configuration', keys: ['a'] }, 'GetConfiguration', { key: ['a'] }],
  [{ verb: 'change-configuration', key: 'k', value: 'v' }, 'ChangeConfiguration', { key: 'k', value: 'v' }],
  [{ verb: 'trigger', message: 'boot' }, 'TriggerMessage', { requestedMessage: 'BootNotification' }],
  [
    { verb: 'trigger', message: 'meter-values', connectorId: 1 },
    'TriggerMessage',
    { requestedMessage: 'MeterValues', connectorId: 1 },
  ],
  [{ verb: 'native', action: 'ClearCache', payload: {} }, 'ClearCache', {}],
]
for (const [command, action, payload] of table) {
  t.test(`${command.verb} ${JSON.stringify(command).slice(0, 70)} is ${action}`, async t => {
    t.same(translate(command, NOW), { ok: true, action, payload })
  })
}

t.test('a command no charger could understand is refused', async t => {
  t.match(translate({ verb: 'start', connectorId: 1, idTag: 'x'.repeat(21) }, NOW), {
    ok: false,
    code: 'invalid-payload',
    problems: [{ path: '/idTag' }],
  })
})

t.test('a native call is judged by its schema alone', async t => {
  t.equal(checkNative('CancelReservation', { reservationId: 424242 }), null)
  t.match(checkNative('CancelReservation', {}), { code: 'invalid-payload', problems: [{ path: '/reservationId' }] })
  t.match(checkNative('Heartbeat', {}), { code: 'unknown-action' })
  t.match(checkNative('constructor', {}), { code: 'unknown-action' })
})

t.test('a reservation in the words of the dialect is known as one', t => {
  for (const [command, action, payload] of table) {
    const isReservation = command.verb === 'reserve' || command.verb === 'cancel-reservation'
    t.strictSame(reservationOf(action, payload), isReservation ? command : undefined, command.verb)
  }
  t.equal(reservationOf('ReserveNow', {}), undefined)
  t.equal(reservationOf('CancelReservation', {}), undefined)
  t.end()
})
