import { callInPlace, type Decision } from '../queue/call.ts'
import { callingOrder } from '../queue/order.ts'
import { listWaiting, removeCar } from '../queue/waiting.ts'
import { type Car, carOf, copyYard, isWorking, placeOf, powerAt, type Yard, type YardPile } from '../queue/yard.ts'

/** What the plan promises a car, in ticks from now. */
export interface Estimate {
  pileId: string
  /** 0 for a car that charges or could begin at once. */
  start: number
  finish: number
}

/** What happens at a pile in the plan, in ticks from now. */
interface Berth {
  pile: YardPile
  /** The car at the charging place with its promise; null while there is none. */
  running: { car: Car; powerW: number; start: number; finish: number } | null
  /** Nobody can begin before: the cable of the last car is still in. */
  clearsAt: number
}

/**
 * Replays the plan forward with the same code that will carry it out: everybody charges what they asked for, nobody new
 * comes, nothing breaks or is repaired, and people take the times they usually take (`habits`; none where nothing is
 * known). Cars that cannot be told are left out: those at piles with an unknown end, and those that wait for a mode of
 * which nothing works, for a batch that is not full, or until a pile that closes opens again.
 */
export function estimates(yard: Yard): Map<string, Estimate> {
  const plan = copyYard(yard)
  plan.callingOrder = listWaiting(plan)
  const { clearing = 0, nextStart = 0, calledStart = 0 } = yard.habits ?? {}
  const found = new Map<string, Estimate>()
  const calledAt = new Map<string, number>()
  const berths: Berth[] = []
  for (const pile of plan.piles) {
    const clears = !pile.plannable && !pile.broken && pile.clearsAt !== undefined
    if (!clears && !isWorking(pile)) continue
    const clearsAt = clears ? Math.max(0, pile.clearsAt! - yard.now) : 0
    // the car whose cable is in takes nothing any more
    const occupant = clears && pile.cars[0] !== undefined ? carOf(plan, pile.cars[0]) : undefined
    if (occupant?.charging) removeCar(plan, occupant)
    berths.push({ pile, running: null, clearsAt })
  }

  for (let now = 0; ; ) {
    plan.now = yard.now + now
    for (const { pile, clearsAt } of berths) pile.plannable = clearsAt <= now
    const decisions: Decision[] = []
    callInPlace(plan, decisions)
    for (const { carId } of decisions) calledAt.set(carId, now)
    let next = Number.POSITIVE_INFINITY
    for (const berth of berths) {
      berth.running ??= begin(berth, now)
      if (berth.running !== null) next = Math.min(next, berth.running.finish)
      if (berth.clearsAt > now) next = Math.min(next, berth.clearsAt)
    }
    if (next === Number.POSITIVE_INFINITY) return found
    for (const berth of berths) {
      if (berth.running === null) continue
      const { car, powerW, start, finish } = berth.running
      if (finish > next) {
        if (next > start) car.needed = Math.max(0, powerW * (finish - next))
        continue
      }
      removeCar(plan, car)
      berth.running = null
      berth.clearsAt = finish + clearing
    }
    now = next
  }

  function begin({ pile, clearsAt }: Berth, now: number): Berth['running'] {
    const first = pile.cars[0]
    if (first === undefined || clearsAt > now) return null
    const car = carOf(plan, first)
    const powerW = usualPower(pile, car)
    const start = startOf(car, clearsAt, now)
    const finish = Math.max(start, now) + Math.ceil(car.needed / powerW)
    found.set(car.id, { pileId: pile.id, start, finish })
    return { car, powerW, start, finish }
  }

  function startOf(car: Car, clearsAt: number, now: number): number {
    if (car.charging) return 0
    if (car.startsAt !== undefined) return Math.max(0, car.startsAt - yard.now)
    const called = calledAt.get(car.id)
    if (called === undefined || called < clearsAt) return now + nextStart
    return Math.max(now, called + calledStart)
  }
}

/** What a car will take at a pile: measured where it charges, else what cars usually take there. */
function usualPower(pile: YardPile, car: Car): number {
  const powerW = powerAt(pile, car)
  return powerW === pile.powerW ? (pile.usualPowerW ?? powerW) : powerW
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
  const order = callingOrder(yard)
  let ahead = queue.length
  for (const other of yard.waiting) {
    const rival = carOf(yard, other)
    if (rival.mode === car.mode && order(rival, car) < 0) ahead++
  }
  return ahead
}
