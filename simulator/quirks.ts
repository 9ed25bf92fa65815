import type { ActionFromChargePoint } from '../protocol/ocpp16/actions.ts'

/** Something a simulated charge point gets wrong on purpose, as real ones do. */
export interface Quirk {
  name: string
  /** One line for `--quirk list`. */
  summary: string
  /** The payload of a call as this charge point spells it. */
  outgoing?(action: ActionFromChargePoint, payload: object): object
}

/** Every named behaviour of `--quirk`. */
export const QUIRKS: readonly Quirk[] = []
