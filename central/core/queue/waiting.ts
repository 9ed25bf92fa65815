import type { Mode } from '../../../protocol/modes.ts'
import { byClass, callingOrder, inCallingOrder } from './order.ts'
import { type Car, carOf, type Yard } from './yard.ts'

/**
 * The waiting cars of a mode in the order they are called, pauses apart. Lazy: who takes only the first pays only for it
 * where the yard keeps an order of its own. The waiting area must not change before the last has been taken.
 */
export function* waitingInOrder(yard: Yard, mode: Mode): Generator<Car, void> {
  if (yard.callingOrder !== undefined) return yield* inCallingOrder(yard, yard.callingOrder[mode])
  yield* yard.waiting
    .map(id => carOf(yard, id))
    .filter(car => car.mode === mode)
    .sort(callingOrder(yard))
}

/** The order that a yard may keep of its own, from the waiting area. */
export function listWaiting(yard: Yard): Record<Mode, Car[]> {
  const cars = yard.waiting.map(id => carOf(yard, id)).sort(byClass)
  return { fast: cars.filter(({ mode }) => mode === 'fast'), trickle: cars.filter(({ mode }) => mode === 'trickle') }
}

/** Into the waiting area: last in the order of arrival, or at its head. */
export function joinWaiting(yard: Yard, car: Car, where: 'last' | 'head'): void {
  if (where === 'last') yard.waiting.push(car.id)
  else yard.waiting.unshift(car.id)
  enlist(yard, car)
}

/** Out of the waiting area, for a car that is there. */
export function quitWaiting(yard: Yard, car: Car): void {
  yard.waiting.splice(yard.waiting.indexOf(car.id), 1)
  strike(yard, car)
}

/** Another mode and its number, by which its waiting counts from now: the place in the order of arrival is kept. */
export function renumber(yard: Yard, car: Car, mode: Mode): void {
  strike(yard, car)
  car.mode = mode
  car.number = yard.nextNumber[mode]++
  car.numberedAt = yard.now
  enlist(yard, car)
}

function enlist(yard: Yard, car: Car): void {
  const list = yard.callingOrder?.[car.mode]
  list?.splice(indexIn(list, car), 0, car)
}

function strike(yard: Yard, car: Car): void {
  const list = yard.callingOrder?.[car.mode]
  list?.splice(indexIn(list, car), 1)
}

/** Where a car stands, or belongs, in a list by class and number. */
function indexIn(list: readonly Car[], car: Car): number {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (byClass(list[middle]!, car) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** Takes a car out of the yard without calling anybody to its place. */
export function removeCar(yard: Yard, car: Car): void {
  takeOut(yard, car)
  yard.cars.delete(car.id)
}

/** Takes a car out of wherever it is. */
export function takeOut(yard: Yard, car: Car): void {
  for (const pile of yard.piles) {
    if (!pile.cars.includes(car.id)) continue
    pile.cars = pile.cars.filter(id => id !== car.id)
    return
  }
  const queue = yard.faultQueue[car.mode]
  const index = queue.indexOf(car.id)
  if (index >= 0) queue.splice(index, 1)
  else quitWaiting(yard, car)
}
