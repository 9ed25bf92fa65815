import type { ActionFromChargePoint, ActionToChargePoint } from '../protocol/ocpp16/actions.ts'

/** Something a simulated charge point gets wrong on purpose, as real ones do. */
export interface Quirk {
  name: string
  /** One line for `--quirk list`. */
  summary: string
  /** The payload of a call as this charge point spells it. */
  outgoing?(action: ActionFromChargePoint, payload: object): object
  /** Values of configuration keys. */
  configuration?: Readonly<Record<string, string>>
  /** Commands it always answers like this. */
  answers?: Partial<Record<ActionToChargePoint, object>>
  /** Commands it does not know. */
  without?: readonly ActionToChargePoint[]
}

/** Every named behaviour of `--quirk`. */
export const QUIRKS: readonly Quirk[] = [
  {
    name: 'no-reservations',
    summary: 'knows no reservations, and says so',
    configuration: { SupportedFeatureProfiles: 'Core,RemoteTrigger' },
    without: ['ReserveNow', 'CancelReservation'],
  },
  {
    name: 'refuses-reservations',
    summary: 'says that it can reserve, and rejects every reservation',
    answers: { ReserveNow: { status: 'Rejected' } },
  },
  {
    name: 'no-reservation-id',
    summary: 'starts a reserved session without the number of its reservation',
    outgoing: (action, payload) => {
      if (action !== 'StartTransaction') return payload
      const { reservationId: _, ...rest } = payload as { reservationId?: number }
      return rest
    },
  },
]

export const quirk = (name: string): Quirk | undefined => QUIRKS.find(one => one.name === name)
