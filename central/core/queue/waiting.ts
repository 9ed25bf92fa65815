import type { Mode } from '../../../protocol/modes.ts'
import { callingOrder } from './order.ts'
import { type Car, carOf, type Yard } from './yard.ts'

/** The car of a mode that is called next, pauses apart. */
export function nextWaiting(yard: Yard, mode: Mode): Car | undefined {
  if (yard.callingOrder !== undefined) return yard.callingOrder[mode][0]
  const order = callingOrder(yard.policy)
  let next: Car | undefined
  for (const id of yard.waiting) {
    const car = carOf(yard, id)
    if (car.mode === mode && (next === undefined || order(car, next) < 0)) next = car
  }
  return next
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

/** Another mode and its number: the place in the order of arrival is kept. */
export function renumber(yard: Yard, car: Car, mode: Mode): void {
  strike(yard, car)
  car.mode = mode
  car.number = yard.nextNumber[mode]++
  enlist(yard, car)
}

function enlist(yard: Yard, car: Car): void {
  const list = yard.callingOrder?.[car.mode]
  if (list === undefined) return
  const order = callingOrder(yard.policy)
  // new numbers are the highest: nearly always the last place is the right one
  const before = list.findLastIndex(other => order(other, car) < 0)
  list.splice(before + 1, 0, car)
}

function strike(yard: Yard, car: Car): void {
  const list = yard.callingOrder?.[car.mode]
  if (list !== undefined) list.splice(list.indexOf(car), 1)
}

/** Takes a car out of the yard without calling anybody to its place. */
export function removeCar(yard: Yard, car: Car): void {
  takeOut(yard, car)
  yard.cars.delete(car.id)
}

/** Takes a car out of wherever it is. */
export function takeOut(yard: Yard, car: Car): void {
  for (const list of [...yard.piles.map(pile => pile.cars), yard.faultQueue[car.mode]]) {
    const index = list.indexOf(car.id)
    if (index < 0) continue
    list.splice(index, 1)
    return
  }
  quitWaiting(yard, car)
}
