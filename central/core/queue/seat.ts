import type { Decision } from './call.ts'
import { takeOut } from './waiting.ts'
import { type Car, copyYard, placeOf, type Yard } from './yard.ts'

/**
 * A session has begun, so this car is at the charging place of that pile, whatever had been planned: a driver who took
 * another free pile, a walk-up at a pile that was held, a charger that started by itself. Facts beat plans: the car comes
 * first there, past queue lengths and holds. A car the yard does not know comes with the next number of its mode.
 * Calls nobody. Throws a RangeError for a pile that the yard does not have.
 */
export function seat(
  yard: Yard,
  pileId: string,
  car: Omit<Car, 'number' | 'charging'>,
): { yard: Yard; car: Car; decisions: Decision[] } {
  const copy = copyYard(yard)
  const pile = copy.piles.find(({ id }) => id === pileId)
  if (pile === undefined) throw new RangeError(`the yard has no pile ${pileId}`)
  const place = placeOf(copy, car.id)
  const seated = copy.cars.get(car.id) ?? { ...car, number: copy.nextNumber[car.mode]++, charging: false }
  seated.charging = true
  copy.cars.set(seated.id, seated)
  if (pile.cars[0] === seated.id) return { yard: copy, car: seated, decisions: [] }
  if (place !== undefined) takeOut(copy, seated)
  pile.cars = [seated.id, ...pile.cars]
  const decision: Decision = {
    carId: seated.id,
    from: place?.at ?? 'waiting',
    fromPileId: place?.at === 'pile' ? place.pile.id : null,
    to: 'pile',
    pileId,
    cause: 'walk-up',
    rule: null,
    candidates: [],
  }
  return { yard: copy, car: seated, decisions: [decision] }
}
