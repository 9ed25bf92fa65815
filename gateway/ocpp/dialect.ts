import type { Command, Problem, Reservation } from '../../protocol/charger/command.ts'
import { actions, isActionToChargePoint } from '../../protocol/ocpp16/actions.ts'
import { explain } from '../../protocol/ocpp16/errors.ts'
import { cancelReservationRequest, reserveNowRequest } from '../../protocol/ocpp16/reservation.ts'
import { type EpochMs, rfc3339 } from '../../protocol/units.ts'

export type Translation =
  | { ok: true; action: string; payload: unknown }
  | { ok: false; code: 'unknown-action' | 'invalid-payload'; problems: Problem[] }

const TRIGGERS = {
  boot: 'BootNotification',
  heartbeat: 'Heartbeat',
  'meter-values': 'MeterValues',
  status: 'StatusNotification',
} as const

/** The call that says what a command means, in OCPP 1.6. `now` is charging time, which our charge points' clocks follow. */
export function translate(command: Command, now: EpochMs): Translation {
  const { action, payload } = spell(command, now)
  const refusal = checkNative(action, payload)
  return refusal ?? { ok: true, action, payload }
}

/** Why a call may not be sent: no such action to a charge point, or a payload its schema forbids; null when it may. */
export function checkNative(action: string, payload: unknown): Extract<Translation, { ok: false }> | null {
  if (!isActionToChargePoint(action)) {
    return { ok: false, code: 'unknown-action', problems: [{ path: '/', message: 'is no action to a charge point' }] }
  }
  const parsed = actions[action].request.safeParse(payload)
  if (parsed.success) return null
  return { ok: false, code: 'invalid-payload', problems: explain(parsed.error, payload).problems }
}

/** A call that makes or ends a reservation, in neutral words; undefined for every other. */
export function reservationOf(action: string, payload: unknown): Reservation | undefined {
  if (action === 'CancelReservation') {
    const { success, data } = cancelReservationRequest.safeParse(payload)
    return success ? { verb: 'cancel-reservation', reservationId: data.reservationId } : undefined
  }
  if (action !== 'ReserveNow') return undefined
  const { success, data } = reserveNowRequest.safeParse(payload)
  if (!success) return undefined
  const { connectorId, idTag, reservationId, expiryDate, parentIdTag } = data
  const parentTag = parentIdTag === undefined ? {} : { parentTag: parentIdTag }
  return { verb: 'reserve', reservationId, connectorId, idTag, expiresAt: Date.parse(expiryDate), ...parentTag }
}

function spell(command: Command, now: EpochMs): { action: string; payload: unknown } {
  switch (command.verb) {
    case 'start':
      return call('RemoteStartTransaction', { connectorId: command.connectorId, idTag: command.idTag })
    case 'stop':
      return call('RemoteStopTransaction', { transactionId: command.transactionId })
    case 'reserve':
      return call('ReserveNow', {
        connectorId: command.connectorId,
        expiryDate: rfc3339(command.expiresAt),
        idTag: command.idTag,
        ...(command.parentTag === undefined ? {} : { parentIdTag: command.parentTag }),
        reservationId: command.reservationId,
      })
    case 'cancel-reservation':
      return call('CancelReservation', { reservationId: command.reservationId })
    case 'unlock':
      return call('UnlockConnector', { connectorId: command.connectorId })
    case 'reset':
      return call('Reset', { type: command.hard ? 'Hard' : 'Soft' })
    case 'set-availability':
      return call('ChangeAvailability', {
        connectorId: command.connectorId,
        type: command.available ? 'Operative' : 'Inoperative',
      })
    case 'set-limit':
      return call('SetChargingProfile', {
        connectorId: command.connectorId,
        csChargingProfiles: limitProfile(command, now),
      })
    case 'clear-limit':
      return call('ClearChargingProfile', { connectorId: command.connectorId })
    case 'get-configuration':
      return call('GetConfiguration', command.keys === undefined ? {} : { key: command.keys })
    case 'change-configuration':
      return call('ChangeConfiguration', { key: command.key, value: command.value })
    case 'trigger':
      return call('TriggerMessage', {
        requestedMessage: TRIGGERS[command.message],
        ...(command.connectorId === undefined ? {} : { connectorId: command.connectorId }),
      })
    case 'native':
      return call(command.action, command.payload)
  }
  command satisfies never
  throw new TypeError('unknown verb')
}

/**
 * A limit from now on without an end (OCPP 1.6 section 3.13): for one transaction where it is known, else for the charge
 * point as a whole on connector 0, else for whatever charges at the connector. One id for each, so that a new limit
 * replaces the old one.
 */
function limitProfile(command: Extract<Command, { verb: 'set-limit' }>, now: EpochMs): object {
  const purpose =
    command.transactionId !== undefined
      ? 'TxProfile'
      : command.connectorId === 0
        ? 'ChargePointMaxProfile'
        : 'TxDefaultProfile'
  return {
    chargingProfileId: command.connectorId * 2 + (purpose === 'TxProfile' ? 2 : 1),
    ...(command.transactionId === undefined ? {} : { transactionId: command.transactionId }),
    stackLevel: 0,
    chargingProfilePurpose: purpose,
    chargingProfileKind: 'Absolute',
    chargingSchedule: {
      startSchedule: rfc3339(now),
      chargingRateUnit: 'W',
      chargingSchedulePeriod: [{ startPeriod: 0, limit: Math.round(command.limitW * 10) / 10 }],
    },
  }
}

const call = (action: string, payload: unknown): { action: string; payload: unknown } => ({ action, payload })
