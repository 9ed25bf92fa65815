import { callInPlace } from '../queue/call.ts'
import { callingOrder } from '../queue/order.ts'
import { removeCar } from '../queue/waiting.ts'
import { type Car, carOf, copyYard, isWorking, placeOf, powerAt, type Yard } from '../queue/yard.ts'

/** What the plan promises a car, in ticks from now. */
export interface Estimate {
  pileId: string
  /** 0 for a car that charges or could begin at once. */
  start: number
  finish: number
}

/**
 * Replays the plan forward with the same code that will carry it out: everybody charges what they asked for, nobody new
 * comes, nothing breaks or is repaired. Cars that cannot be told are left out: those at piles with an unknown end, and
 * those that wait for a mode of which nothing works.
 */
export function estimates(yard: Yard): Map<string, Estimate> {
  const plan = copyYard(yard)
  const working = plan.piles.filter(isWorking)
  const found = new Map<string, Estimate>()
  let now = 0
  for (;;) {
    callInPlace(plan, [])
    const running: { car: Car; powerW: number; finish: number }[] = []
    for (const pile of working) {
      const first = pile.cars[0]
      if (first === undefined) continue
      const car = carOf(plan, first)
      const powerW = powerAt(pile, car)
      const estimate = found.get(car.id) ?? {
        pileId: pile.id,
        start: now,
        finish: now + Math.ceil(car.needed / powerW),
      }
      found.set(car.id, estimate)
      running.push({ car, powerW, finish: estimate.finish })
    }
    if (running.length === 0) return found
    const next = Math.min(...running.map(({ finish }) => finish))
    for (const { car, powerW, finish } of running) {
      if (finish === next) removeCar(plan, car)
      else car.needed = Math.max(0, car.needed - powerW * (next - now))
    }
    now = next
  }
}

/**
 * Where a car stands among those of its mode: how many are before it where it is (waiting area, fault queue or pile).
 * Cars of the fault queue count for those in the waiting area. Undefined for a car that the yard does not have.
 */
export function carsAhead(yard: Yard, id: string): number | undefined {
  const place = placeOf(yard, id)
  if (place === undefined) return undefined
  if (place.at === 'pile') return place.index
  const car = carOf(yard, id)
  const queue = yard.faultQueue[car.mode]
  if (place.at === 'fault-queue') return queue.indexOf(id)
  const order = callingOrder(yard.policy)
  let ahead = queue.length
  for (const other of yard.waiting) {
    const rival = carOf(yard, other)
    if (rival.mode === car.mode && order(rival, car) < 0) ahead++
  }
  return ahead
}
