import { MODES, type Mode } from '../../../protocol/modes.ts'
import { type Candidate, type ChoiceRule, choosePile } from '../dispatch/choose.ts'
import { byNumber } from './order.ts'
import { nextWaiting, quitWaiting } from './waiting.ts'
import { type Car, carOf, isFull, isWorking, type Yard } from './yard.ts'

/** A car that moved, and why. The live system stores it and tells operators and the driver in words. */
export interface Decision {
  carId: string
  from: 'waiting' | 'fault-queue' | 'pile'
  fromPileId: string | null
  to: 'pile' | 'fault-queue' | 'waiting'
  pileId: string | null
  /** What set it in motion. */
  cause: 'call' | 'fault-queue' | 'breakdown' | 'redeal' | 'no-show' | 'walk-up'
  /** How the pile was chosen; null where nothing was to choose. */
  rule: ChoiceRule | null
  candidates: Candidate[]
}

/** While a fault queue has cars its mode, or with `faultPause: site` the whole site, is not called from the waiting area. */
export function isPaused(yard: Yard, mode: Mode): boolean {
  const modes = yard.policy.faultPause === 'site' ? MODES : [mode]
  return modes.some(each => yard.faultQueue[each].length > 0)
}

/**
 * Calls cars until nothing moves: fault queues first, then the waiting area of each mode that is not paused, each in its
 * order. Changes the yard; what moved is added to `decisions`.
 */
export function callInPlace(yard: Yard, decisions: Decision[]): void {
  for (const mode of MODES) {
    const queue = yard.faultQueue[mode]
    while (queue.length > 0) {
      if (!place(yard, carOf(yard, queue[0]!), 'fault-queue', decisions)) break
      queue.shift()
    }
  }
  for (const mode of MODES) {
    if (isPaused(yard, mode)) continue
    // looking for the next car costs a look at all that wait: not while every place is taken
    while (yard.waiting.length > 0 && hasFreePlace(yard, mode)) {
      const car = nextWaiting(yard, mode)
      if (car === undefined || !place(yard, car, 'call', decisions)) break
      quitWaiting(yard, car)
    }
  }
}

/** Brings the fault queues into the order of numbers. */
export function sortFaultQueues(yard: Yard): void {
  for (const mode of MODES) yard.faultQueue[mode].sort((a, b) => byNumber(carOf(yard, a), carOf(yard, b)))
}

const hasFreePlace = (yard: Yard, mode: Mode): boolean =>
  yard.piles.some(pile => pile.mode === mode && isWorking(pile) && !isFull(pile))

function place(yard: Yard, car: Car, cause: 'call' | 'fault-queue', decisions: Decision[]): boolean {
  const { pile, rule, candidates } = choosePile(yard, car)
  if (pile === null) return false
  pile.cars.push(car.id)
  const from = cause === 'call' ? 'waiting' : 'fault-queue'
  decisions.push({ carId: car.id, from, fromPileId: null, to: 'pile', pileId: pile.id, cause, rule, candidates })
  return true
}
