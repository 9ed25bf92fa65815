import type { Mode } from '../../../protocol/modes.ts'
import { type Choice, choosePile } from '../dispatch/choose.ts'
import { callInPlace, type Decision, sortFaultQueues } from './call.ts'
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
  if (yard.policy.faultPolicy === 'time-order') redeal(yard, pile.mode, decisions)
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
  if (yard.policy.redealOnRepair) redeal(yard, pile.mode, decisions)
  callInPlace(yard, decisions)
  return { ok: true, interrupted: null, decisions }
}

/**
 * Takes a mode's fault queue and all its cars that are at piles but not charging, and deals them one by one in the order
 * of numbers with the choosing rule. From the first that finds no place on, they form the fault queue.
 */
function redeal(yard: Yard, mode: Mode, decisions: Decision[]): void {
  const pool: { car: Car; from: string | null }[] = yard.faultQueue[mode].map(id => ({
    car: carOf(yard, id),
    from: null,
  }))
  yard.faultQueue[mode] = []
  for (const pile of yard.piles) {
    if (pile.mode !== mode) continue
    const [charging, others] = split(pile.cars.map(id => carOf(yard, id)))
    pile.cars = charging.map(({ id }) => id)
    pool.push(...others.map(car => ({ car, from: pile.id })))
  }
  pool.sort((a, b) => byNumber(a.car, b.car))
  let stuck: Choice | null = null
  for (const { car, from } of pool) {
    const choice: Choice = stuck ?? choosePile(yard, car)
    const { pile, rule, candidates } = choice
    if (pile === null) {
      stuck = choice
      yard.faultQueue[mode].push(car.id)
    } else {
      pile.cars.push(car.id)
    }
    const pileId = pile?.id ?? null
    if (pileId === from) continue
    decisions.push({
      carId: car.id,
      from: from === null ? 'fault-queue' : 'pile',
      fromPileId: from,
      to: pile === null ? 'fault-queue' : 'pile',
      pileId,
      cause: 'redeal',
      rule,
      candidates,
    })
  }
}

const split = (cars: Car[]): [charging: Car[], others: Car[]] => [
  cars.filter(({ charging }) => charging),
  cars.filter(({ charging }) => !charging),
]
