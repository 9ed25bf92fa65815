import { MODES, type Mode } from '../../../protocol/modes.ts'
import { type Candidate, type ChoiceRule, workingPiles } from '../dispatch/choose.ts'
import { batchRuns, joinedFaultQueues, missingForBatch } from './batch.ts'
import { type Dealt, deal, dealBatch, type Together } from './deal.ts'
import { byNumber } from './order.ts'
import { quitWaiting, waitingInOrder } from './waiting.ts'
import { carOf, isFull, type Yard } from './yard.ts'

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
  /** With the rule `minimal-total`: the plan it was part of. */
  together?: Together
}

/** While a fault queue has cars its mode, or with `faultPause: site` the whole site, is not called from the waiting area. */
export function isPaused(yard: Yard, mode: Mode): boolean {
  const modes = yard.policy.faultPause === 'site' ? MODES : [mode]
  return modes.some(each => yard.faultQueue[each].length > 0)
}

/**
 * Calls cars until nothing moves: fault queues first, then the waiting area of each mode that is not paused, each in its
 * order; in a batch see `callBatch`. Changes the yard; what moved is added to `decisions`.
 */
export function callInPlace(yard: Yard, decisions: Decision[]): void {
  if (yard.policy.dispatch === 'batch') {
    callBatch(yard, decisions)
    return
  }
  for (const mode of MODES) {
    const queue = yard.faultQueue[mode]
    if (queue.length === 0) continue
    const line = queue.map(id => carOf(yard, id))
    callFromFaultQueue(yard, deal(yard, mode, line), decisions)
  }
  for (const mode of MODES) {
    // to put the waiting area in order costs a look at all that wait: not while every place is taken
    if (yard.waiting.length === 0 || isPaused(yard, mode) || workingPiles(yard, mode).every(isFull)) continue
    callFromWaiting(yard, deal(yard, mode, waitingInOrder(yard, mode)), decisions)
  }
}

/**
 * Dispatch `batch` (docs/adr/0010): cars of broken piles get the next places at any working pile, the earlier request
 * first. When arrivals fill all places of the site and nobody of the last batch is left, all who wait are called.
 */
function callBatch(yard: Yard, decisions: Decision[]): void {
  const line = joinedFaultQueues(yard)
  if (line.length > 0) callFromFaultQueue(yard, deal(yard, line[0]!.mode, line), decisions)
  if (batchRuns(yard) || missingForBatch(yard) > 0) return
  const batch = yard.waiting.map(id => carOf(yard, id))
  callFromWaiting(yard, dealBatch(yard, batch), decisions)
}

function callFromFaultQueue(yard: Yard, dealt: readonly Dealt[], decisions: Decision[]): void {
  for (const each of dealt) {
    const { car, pile } = each
    if (pile === null) continue
    const queue = yard.faultQueue[car.mode]
    queue.splice(queue.indexOf(car.id), 1)
    decisions.push({ ...called(each), from: 'fault-queue', fromPileId: null, cause: 'fault-queue' })
  }
}

function callFromWaiting(yard: Yard, dealt: readonly Dealt[], decisions: Decision[]): void {
  for (const each of dealt) {
    if (each.pile === null) continue
    quitWaiting(yard, each.car)
    decisions.push({ ...called(each), from: 'waiting', fromPileId: null, cause: 'call' })
  }
}

/** What is told of a car that was dealt, to a pile or, having found none, to the fault queue. */
export const called = ({ car, pile, rule, candidates, together }: Dealt) => ({
  carId: car.id,
  to: pile === null ? ('fault-queue' as const) : ('pile' as const),
  pileId: pile?.id ?? null,
  rule,
  candidates,
  ...(together === null ? {} : { together }),
})

/** Brings the fault queues into the order of numbers. */
export function sortFaultQueues(yard: Yard): void {
  for (const mode of MODES) yard.faultQueue[mode].sort((a, b) => byNumber(carOf(yard, a), carOf(yard, b)))
}
