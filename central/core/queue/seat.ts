import type { Decision } from './call.ts'
import { type Car, copyYard, type Yard } from './yard.ts'

/**
 * A session has begun, so this car is at the charging place of that pile, whatever had been planned: a driver who took
 * another free pile, a walk-up at a pile that was held, a charger that started by itself. Facts beat plans: the car comes
 * first there, past queue lengths and holds. A car the yard does not know comes with the next number of its mode.
 */
export function seat(
  yard: Yard,
  pileId: string,
  car: Omit<Car, 'number' | 'charging'>,
): { yard: Yard; car: Car; decisions: Decision[] } {
  const copy = copyYard(yard)
  const known = copy.cars.get(car.id)
  const seated: Car = known ?? { ...car, number: copy.nextNumber[car.mode]++, charging: false }
  copy.cars.set(seated.id, seated)
  seated.charging = true
  const decisions: Decision[] = []
  const pile = copy.piles.find(({ id }) => id === pileId)
  if (pile === undefined || pile.cars[0] === seated.id) return { yard: copy, car: seated, decisions }
  let from: Decision['from'] = 'waiting'
  let fromPileId: string | null = null
  for (const other of copy.piles) {
    if (!other.cars.includes(seated.id)) continue
    from = 'pile'
    fromPileId = other.id
    other.cars = other.cars.filter(id => id !== seated.id)
  }
  for (const mode of ['fast', 'trickle'] as const) {
    if (!copy.faultQueue[mode].includes(seated.id)) continue
    from = 'fault-queue'
    copy.faultQueue[mode] = copy.faultQueue[mode].filter(id => id !== seated.id)
  }
  copy.waiting = copy.waiting.filter(id => id !== seated.id)
  pile.cars.unshift(seated.id)
  decisions.push({
    carId: seated.id,
    from,
    fromPileId,
    to: 'pile',
    pileId,
    cause: 'walk-up',
    rule: null,
    candidates: [],
  })
  return { yard: copy, car: seated, decisions }
}
