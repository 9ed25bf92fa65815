import type { Mode } from '../../../protocol/modes.ts'
import { callInPlace, type Decision } from './call.ts'
import { breakDownInPlace, type Moved, repairInPlace } from './faults.ts'
import {
  type Changed,
  changeInPlace,
  type Entered,
  enterInPlace,
  type Left,
  leaveInPlace,
  type NewCar,
  type Refused,
  sendBackInPlace,
} from './requests.ts'
import { removeCar } from './waiting.ts'
import { copyYard, type Yard } from './yard.ts'

/** What a verb did, with the yard as it is afterwards. */
export type Outcome<T> = T & { yard: Yard }

/**
 * Makes a pure verb of one that works in place: on a copy, pending calls first, so that what falls on one instant happens
 * in its order (domain.md section 4): calling, the event, calling.
 */
function onCopy<T extends { ok: true; decisions: Decision[] }>(
  yard: Yard,
  act: (copy: Yard) => T | Refused,
): Outcome<T> | Refused {
  const copy = copyYard(yard)
  const decisions: Decision[] = []
  callInPlace(copy, decisions)
  const result = act(copy)
  return result.ok ? { ...result, decisions: [...decisions, ...result.decisions], yard: copy } : result
}

/** A request enters the waiting area. */
export const enter = (yard: Yard, car: NewCar): Outcome<Entered> | Refused =>
  onCopy(yard, copy => enterInPlace(copy, car))

/** Another mode or energy for the request of a car. */
export const change = (yard: Yard, id: string, to: { mode?: Mode; energy?: number }): Outcome<Changed> | Refused =>
  onCopy(yard, copy => changeInPlace(copy, id, to))

/** A car goes, wherever it is. Live, a charging car is stopped first and leaves when its session has ended. */
export const leave = (yard: Yard, id: string): Outcome<Left> | Refused => onCopy(yard, copy => leaveInPlace(copy, id))

/** A car goes and nobody is called yet: sessions that end on one instant have all ended before anybody is called. */
export function depart(yard: Yard, id: string): Outcome<{ ok: true; decisions: Decision[] }> | Refused {
  const copy = copyYard(yard)
  const car = copy.cars.get(id)
  if (car === undefined) return { ok: false, reason: 'no-active-request' }
  removeCar(copy, car)
  return { ok: true, decisions: [], yard: copy }
}

/** A called car did not come: back to the head of the waiting area. */
export const sendBack = (yard: Yard, id: string): Outcome<Entered> | Refused =>
  onCopy(yard, copy => sendBackInPlace(copy, id))

/** A pile fails, or with `keepCharging` is away: its cars go to the fault queue, or those that do not charge. */
export const breakDown = (yard: Yard, pileId: string, how: { keepCharging?: boolean } = {}): Outcome<Moved> =>
  onCopy(yard, copy => breakDownInPlace(copy, pileId, how)) as Outcome<Moved>

/** A broken pile works again. */
export const repair = (yard: Yard, pileId: string): Outcome<Moved> =>
  onCopy(yard, copy => repairInPlace(copy, pileId)) as Outcome<Moved>

/** Calls until nothing moves. */
export const callCars = (yard: Yard): Outcome<{ ok: true; decisions: Decision[] }> =>
  onCopy(yard, () => ({ ok: true, decisions: [] })) as Outcome<{ ok: true; decisions: Decision[] }>
