import type { Mode } from '../../../protocol/modes.ts'
import { batchHasRoom } from './batch.ts'
import { callInPlace, type Decision } from './call.ts'
import { joinWaiting, removeCar, renumber, takeOut } from './waiting.ts'
import { type Car, placeOf, type Yard } from './yard.ts'

/** Why nothing was done. The same words in REST and in replay (protocol/errors.ts). */
export type Refusal =
  | 'active-request'
  | 'waiting-area-full'
  | 'at-pile'
  | 'charging'
  | 'no-active-request'
  | 'bad-energy'
  | 'no-pile-of-mode'
  | 'pile-not-ready'

export type Refused = { ok: false; reason: Refusal }
const refused = (reason: Refusal): Refused => ({ ok: false, reason })

export interface NewCar {
  id: string
  mode: Mode
  /** W x tick, more than 0. */
  energy: number
  arrival: number
  priority?: number
}

export type Entered = { ok: true; car: Car; decisions: Decision[] }
export type Changed = {
  ok: true
  car: Car
  decisions: Decision[]
  /** The car is charging and has what it asks for now: the caller stops its session with the reason `edit`. */
  done: boolean
}
export type Left = {
  ok: true
  car: Car
  /** Where it was, and at which pile. */
  from: 'waiting' | 'fault-queue' | 'pile'
  pileId: string | null
  decisions: Decision[]
}

const isEnergy = (energy: number): boolean => Number.isFinite(energy) && energy > 0
const hasPile = (yard: Yard, mode: Mode): boolean => yard.piles.some(pile => pile.mode === mode)

const hasRoom = (yard: Yard): boolean =>
  yard.policy.dispatch === 'batch' ? batchHasRoom(yard) : yard.waiting.length < yard.waitingCapacity

/** A request: the car enters the waiting area with the next number of its mode. A refusal consumes no number. */
export function enterInPlace(yard: Yard, input: NewCar): Entered | Refused {
  if (!isEnergy(input.energy)) return refused('bad-energy')
  if (!hasPile(yard, input.mode)) return refused('no-pile-of-mode')
  if (yard.cars.has(input.id)) return refused('active-request')
  if (!hasRoom(yard)) return refused('waiting-area-full')
  const { id, mode, energy, arrival, priority = 0 } = input
  const number = yard.nextNumber[mode]++
  const car = {
    id,
    mode,
    number,
    demand: energy,
    needed: energy,
    priority,
    arrival,
    numberedAt: arrival,
    charging: false,
  }
  yard.cars.set(id, car)
  joinWaiting(yard, car, 'last')
  const decisions: Decision[] = []
  callInPlace(yard, decisions)
  return { ok: true, car, decisions }
}

/**
 * Another mode or energy (domain.md section 5). In the waiting area a new mode means a new number, last of that mode,
 * with the place in the order of arrival kept; naming the present mode is no change of mode. While charging only the
 * energy, and only with `editWhileCharging`.
 */
export function changeInPlace(yard: Yard, id: string, change: { mode?: Mode; energy?: number }): Changed | Refused {
  const car = yard.cars.get(id)
  if (car === undefined) return refused('no-active-request')
  const { mode = car.mode, energy = car.demand } = change
  if (!isEnergy(energy)) return refused('bad-energy')
  if (car.charging) {
    if (!yard.policy.editWhileCharging || mode !== car.mode) return refused('charging')
  } else if (placeOf(yard, id)!.at !== 'waiting') {
    return refused('at-pile')
  }
  if (!hasPile(yard, mode)) return refused('no-pile-of-mode')
  car.needed = Math.max(0, energy - (car.demand - car.needed))
  car.demand = energy
  if (mode !== car.mode) renumber(yard, car, mode)
  const decisions: Decision[] = []
  callInPlace(yard, decisions)
  return { ok: true, car, decisions, done: car.needed === 0 }
}

/** A car goes, wherever it is: cancelled, done, unplugged, no-show for good. Its place is free and calling goes on. */
export function leaveInPlace(yard: Yard, id: string): Left | Refused {
  const car = yard.cars.get(id)
  if (car === undefined) return refused('no-active-request')
  const place = placeOf(yard, id)!
  removeCar(yard, car)
  const decisions: Decision[] = []
  callInPlace(yard, decisions)
  return { ok: true, car, from: place.at, pileId: place.at === 'pile' ? place.pile.id : null, decisions }
}

/**
 * A called driver did not come: the place is lost and the car goes to the head of the waiting area with its number,
 * past the capacity. Refused for a car that charges (`charging`) or is at no pile (`pile-not-ready`).
 */
export function sendBackInPlace(yard: Yard, id: string): Entered | Refused {
  const place = placeOf(yard, id)
  const car = yard.cars.get(id)
  if (place === undefined || car === undefined) return refused('no-active-request')
  if (car.charging) return refused('charging')
  if (place.at !== 'pile') return refused('pile-not-ready')
  takeOut(yard, car)
  joinWaiting(yard, car, 'head')
  const fromPileId = place.pile.id
  const decisions: Decision[] = [
    { carId: id, from: 'pile', fromPileId, to: 'waiting', pileId: null, cause: 'no-show', rule: null, candidates: [] },
  ]
  callInPlace(yard, decisions)
  return { ok: true, car, decisions }
}
