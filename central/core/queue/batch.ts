import { type Car, carOf, type Yard } from './yard.ts'

/** With `dispatch: batch`: all places of the site, piles and waiting area, working or not. So many cars make a batch. */
export const batchSize = ({ piles, waitingCapacity }: Yard): number =>
  piles.reduce((sum, { queueLength }) => sum + queueLength, waitingCapacity)

/** Is a batch under way? Until its last car has left, wherever it is, nobody of the waiting area is called. */
export const batchRuns = ({ piles, faultQueue }: Yard): boolean =>
  piles.some(({ cars }) => cars.length > 0) || faultQueue.fast.length + faultQueue.trickle.length > 0

/** How many cars must still come before the next batch can start, the present one apart. */
export const missingForBatch = (yard: Yard): number => Math.max(0, batchSize(yard) - yard.waiting.length)

/** May one more car enter? Everybody at the site needs one of its places. */
export const batchHasRoom = (yard: Yard): boolean => yard.cars.size < batchSize(yard)

/** Fault queues of both modes as one line, each in its order, the earlier request first. */
export function joinedFaultQueues(yard: Yard): Car[] {
  const [fast, trickle] = [yard.faultQueue.fast, yard.faultQueue.trickle].map(ids => ids.map(id => carOf(yard, id)))
  const line: Car[] = []
  for (let [f, t] = [0, 0]; ; ) {
    const [a, b] = [fast![f], trickle![t]]
    if (a === undefined && b === undefined) return line
    const fastFirst = b === undefined || (a !== undefined && a.arrival <= b.arrival)
    line.push(fastFirst ? a! : b!)
    if (fastFirst) f++
    else t++
  }
}
