import { MODES, type Mode } from '../../../protocol/modes.ts'
import { choosePile } from '../dispatch/choose.ts'
import { called, callInPlace, type Decision, sortFaultQueues } from './call.ts'
import { type Dealt, deal, dealBatch } from './deal.ts'
import { byNumber } from './order.ts'
import { type Car, carOf, type Yard } from './yard.ts'

export type Moved = {
  ok: true
  /** The car that was charging there and has been interrupted: the caller ends its session. */
  interrupted: Car | null
  decisions: Decision[]
}

/**
 * A pile fails (or is switched off): its cars, the charging one first stopped, go to the fault queue of their own mode with
 * their numbers; with `faultPolicy: time-order` everybody of the mode who is not charging is dealt again. Without effect on
 * a pile that is unknown, or broken already and without cars.
 *
 * With `keepCharging` (a pile that has been away too long, whose car most likely charges on) the charging car stays where
 * it is, through redeals too, until its session ends, `repair` brings the pile back, or a break-down without it follows.
 */
export function breakDownInPlace(
  yard: Yard,
  pileId: string,
  { keepCharging = false }: { keepCharging?: boolean } = {},
): Moved {
  const pile = yard.piles.find(({ id }) => id === pileId)
  const decisions: Decision[] = []
  if (pile === undefined) return { ok: true, interrupted: null, decisions }
  const [charging, others] = split(pile.cars.map(id => carOf(yard, id)))
  const going = keepCharging ? others : [...charging, ...others]
  if (pile.broken && going.length === 0) return { ok: true, interrupted: null, decisions }
  pile.broken = true
  pile.cars = keepCharging ? charging.map(({ id }) => id) : []
  for (const car of going) {
    car.charging = false
    yard.faultQueue[car.mode].push(car.id)
    decisions.push({
      carId: car.id,
      from: 'pile',
      fromPileId: pileId,
      to: 'fault-queue',
      pileId: null,
      cause: 'breakdown',
      rule: null,
      candidates: [],
    })
  }
  sortFaultQueues(yard)
  // a car may charge at a pile of the other mode: it is dealt again with those of its own
  if (yard.policy.faultPolicy === 'time-order') redeal(yard, [pile.mode, ...going.map(({ mode }) => mode)], decisions)
  callInPlace(yard, decisions)
  return { ok: true, interrupted: keepCharging ? null : (charging[0] ?? null), decisions }
}

/**
 * A broken pile works again. With `redealOnRepair` all cars of its mode that are not charging are dealt again first; then
 * calling goes on. Without effect on a pile that is not broken or unknown.
 */
export function repairInPlace(yard: Yard, pileId: string): Moved {
  const pile = yard.piles.find(({ id }) => id === pileId)
  const decisions: Decision[] = []
  if (pile?.broken !== true) return { ok: true, interrupted: null, decisions }
  pile.broken = false
  if (yard.policy.redealOnRepair) redeal(yard, [pile.mode], decisions)
  callInPlace(yard, decisions)
  return { ok: true, interrupted: null, decisions }
}

/**
 * Deals fault queues and all cars of their modes that are at piles but not charging once more, each mode by number; who
 * finds no place forms the fault queue. A batch knows no modes: all of it is dealt, the earliest request first.
 */
function redeal(yard: Yard, modes: Mode[], decisions: Decision[]): void {
  if (yard.policy.dispatch === 'batch') {
    const pool = takePool(yard, MODES, (a, b) => a.arrival - b.arrival || byNumber(a, b))
    settle(yard, pool, dealBatch(yard, [...pool.keys()]), decisions)
    return
  }
  for (const mode of MODES) {
    if (!modes.includes(mode)) continue
    const pool = takePool(yard, [mode], byNumber)
    settle(yard, pool, deal(yard, mode, pool.keys()), decisions)
  }
}

/** Those who are dealt, taken from where they stand, with the pile they stood at. */
function takePool(
  yard: Yard,
  modes: readonly Mode[],
  order: (a: Car, b: Car) => number,
): ReadonlyMap<Car, string | null> {
  const pool: [Car, string | null][] = []
  for (const mode of modes) {
    for (const id of yard.faultQueue[mode]) pool.push([carOf(yard, id), null])
    yard.faultQueue[mode] = []
  }
  for (const pile of yard.piles) {
    const going = pile.cars.map(id => carOf(yard, id)).filter(car => !car.charging && modes.includes(car.mode))
    if (going.length === 0) continue
    pile.cars = pile.cars.filter(id => going.every(car => car.id !== id))
    for (const car of going) pool.push([car, pile.id])
  }
  return new Map(pool.sort(([a], [b]) => order(a, b)))
}

function settle(
  yard: Yard,
  pool: ReadonlyMap<Car, string | null>,
  dealt: readonly Dealt[],
  decisions: Decision[],
): void {
  const results = new Map(dealt.map(each => [each.car, each]))
  for (const [car, from] of pool) {
    const result = results.get(car) ?? { car, ...choosePile(yard, car), together: null }
    if (result.pile === null) yard.faultQueue[car.mode].push(car.id)
    if (result.pile?.id === from) continue
    if (result.pile === null && from === null) continue
    decisions.push({
      ...called(result),
      from: from === null ? 'fault-queue' : 'pile',
      fromPileId: from,
      cause: 'redeal',
    })
  }
  sortFaultQueues(yard)
}

const split = (cars: Car[]): [charging: Car[], others: Car[]] => [
  cars.filter(({ charging }) => charging),
  cars.filter(({ charging }) => !charging),
]
