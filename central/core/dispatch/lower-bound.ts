import { MODES, type Mode } from '../../../protocol/modes.ts'

/** What a pile can do, nominal. */
export interface PowerPlace {
  mode: Mode
  powerW: number
}

export interface Charged {
  mode: Mode
  energyWh: number
}

/**
 * The least possible sum of completion times, in minutes, had all cars been there from the beginning on: no plan that
 * charges each car in one go can do better, whatever comes when. Modes are kept unless `anyMode` (dispatch `batch`).
 * Null where a mode has cars and no pile.
 *
 * A car that is k-th from the end at a pile of P watts adds k x energy / P to the sum. All piles are free at the
 * beginning, so the matching of cars to places "k-th from the end at pile p" has costs that are products of a factor of
 * the car and one of the place: pairing the greatest energies with the least k / P is optimal (rearrangement inequality),
 * and the places it uses are always the last of their pile.
 */
export function lowerBound(cars: readonly Charged[], piles: readonly PowerPlace[], anyMode = false): number | null {
  if (anyMode) return leastSum(cars, piles)
  let total = 0
  for (const mode of MODES) {
    const part = leastSum(
      cars.filter(car => car.mode === mode),
      piles.filter(pile => pile.mode === mode),
    )
    if (part === null) return null
    total += part
  }
  return total
}

function leastSum(cars: readonly Charged[], piles: readonly PowerPlace[]): number | null {
  if (cars.length === 0) return 0
  if (piles.length === 0) return null
  const energies = cars.map(({ energyWh }) => energyWh).sort((a, b) => b - a)
  const places = leastPlaces(piles, cars.length)
  return energies.reduce((sum, energyWh, index) => sum + (energyWh * places[index]!.k * 60) / places[index]!.powerW, 0)
}

/** The `count` places with the least k / P, ascending. */
function leastPlaces(piles: readonly PowerPlace[], count: number): { k: number; powerW: number }[] {
  const totalW = piles.reduce((sum, { powerW }) => sum + powerW, 0)
  // up to here there are at least `count` of them: each pile loses less than one to the rounding down
  const limit = (count + piles.length) / totalW
  return piles
    .flatMap(({ powerW }) =>
      Array.from({ length: Math.ceil(limit * powerW) }, (_, index) => ({ k: index + 1, powerW })),
    )
    .sort((a, b) => a.k / a.powerW - b.k / b.powerW)
    .slice(0, count)
}
