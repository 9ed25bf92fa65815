import { ok } from 'node:assert'
import fc from 'fast-check'
import t from 'tap'
import { fairness, type Trip } from '../../../central/core/dispatch/fairness.ts'
import { type Charged, lowerBound, type PowerPlace } from '../../../central/core/dispatch/lower-bound.ts'

const piles: PowerPlace[] = [
  { mode: 'fast', powerW: 60_000 },
  { mode: 'trickle', powerW: 6_000 },
]
const trip = (over: Partial<Trip> = {}): Trip => ({
  mode: 'fast',
  priority: 0,
  requestedAt: 0,
  startedAt: null,
  finishedAt: null,
  energyWh: 0,
  ...over,
})
const waited = (minutes: number, over: Partial<Trip> = {}): Trip => trip({ startedAt: minutes, ...over })

t.test('waits by mode, class and both: mean, nearest-rank P95, longest; who never charged has none', async t => {
  const trips = [
    ...Array.from({ length: 20 }, (_, index) => waited(index + 1)),
    waited(7, { mode: 'trickle', priority: 2, requestedAt: 3 }),
    trip({ priority: 2 }),
  ]
  const { overall, byMode, byClass, byModeAndClass } = fairness({ trips, refusals: [], piles, minute: 1 })
  t.match(byMode.fast, { requests: 21, waits: { count: 20, mean: 10.5, p95: 19, longest: 20 }, refused: 0 })
  t.match(byMode.trickle, { requests: 1, waits: { count: 1, mean: 4, p95: 4, longest: 4 } })
  t.match(overall, { requests: 22, waits: { count: 21, longest: 20 } })
  t.match(byClass, [
    { priority: 2, requests: 2, waits: { count: 1, mean: 4 } },
    { priority: 0, requests: 20, waits: { count: 20 } },
  ])
  t.same(
    byModeAndClass.map(({ mode, priority, requests }) => [mode, priority, requests]),
    [
      ['fast', 2, 1],
      ['fast', 0, 20],
      ['trickle', 2, 1],
    ],
  )
})

t.test('a charger whose clock says that it began before it was asked: nobody waited less than not at all', async t => {
  const { overall } = fairness({ trips: [waited(-60), waited(4)], refusals: [], piles, minute: 1 })
  t.match(overall.waits, { count: 2, mean: 2, longest: 4 })
})

t.test('refusals by reason stand with their mode and class', async t => {
  const full = { mode: 'fast' as const, priority: 0, reason: 'waiting-area-full' }
  const refusals = [full, full, { ...full, mode: 'trickle' as const, priority: 1, reason: 'no-pile-of-mode' }]
  const { overall, byMode, byClass } = fairness({ trips: [], refusals, piles, minute: 1 })
  t.same(overall.refusedFor, { 'waiting-area-full': 2, 'no-pile-of-mode': 1 })
  t.equal(byMode.fast.refused, 2)
  t.match(byClass, [
    { priority: 1, refused: 1 },
    { priority: 0, refused: 2 },
  ])
})

t.test('completion counts from the first request of the day, in minutes of any tick', async t => {
  const trips = [
    trip({ requestedAt: 600_000, startedAt: 600_000, finishedAt: 1_200_000, energyWh: 10_000 }),
    trip({ requestedAt: 900_000, startedAt: 1_200_000, finishedAt: 2_400_000, energyWh: 20_000 }),
    trip({ requestedAt: 900_000 }),
  ]
  const { totalCompletion, lowerBound } = fairness({ trips, refusals: [], piles, minute: 60_000 })
  t.equal(totalCompletion, 40)
  t.equal(lowerBound, 40, 'ten minutes alone, then twenty after ten')
})

t.test('an empty day is all zero', async t => {
  const { overall, totalCompletion, lowerBound } = fairness({ trips: [], refusals: [], piles: [], minute: 1 })
  t.same(overall, { requests: 0, waits: { count: 0, mean: 0, p95: 0, longest: 0 }, refused: 0, refusedFor: {} })
  t.same([totalCompletion, lowerBound], [0, 0])
})

t.test('no bound where a mode has cars and no pile; with any mode the others take them', async t => {
  const cars: Charged[] = [{ mode: 'trickle', energyWh: 6_000 }]
  t.equal(lowerBound(cars, [piles[0]!]), null)
  t.equal(lowerBound(cars, [piles[0]!], true), 6)
  t.equal(lowerBound(cars, [], true), null)
})

/** Every order of the cars at every pile. */
function bruteForce(energies: number[], powers: number[], free: number[]): number {
  if (energies.length === 0) return 0
  let least = Number.POSITIVE_INFINITY
  for (const [car, energy] of energies.entries()) {
    const rest = energies.filter((_, index) => index !== car)
    for (const [pile, power] of powers.entries()) {
      const done = free[pile]! + (energy / power) * 60
      const after = free.with(pile, done)
      least = Math.min(least, done + bruteForce(rest, powers, after))
    }
  }
  return least
}

t.test('the bound is the optimum of all assignments and orders', async t => {
  const energies = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 5 })
  const powers = fc.array(fc.constantFrom(3, 6, 7, 30), { minLength: 1, maxLength: 3 })
  fc.assert(
    fc.property(
      energies,
      energies,
      powers,
      powers,
      fc.boolean(),
      (fast, trickle, fastPowers, tricklePowers, anyMode) => {
        const some = anyMode ? [fast.slice(0, 3), trickle.slice(0, 2)] : [fast, trickle]
        const cars = some.flatMap((list, index): Charged[] =>
          list.map(energyWh => ({ mode: index === 0 ? 'fast' : 'trickle', energyWh })),
        )
        const places = [fastPowers, tricklePowers.slice(0, 2)].flatMap((list, index): PowerPlace[] =>
          list.map(powerW => ({ mode: index === 0 ? 'fast' : 'trickle', powerW })),
        )
        const best = (of: (about: { mode: string }) => boolean): number => {
          const here = places.filter(of).map(({ powerW }) => powerW)
          return bruteForce(
            cars.filter(of).map(({ energyWh }) => energyWh),
            here,
            here.map(() => 0),
          )
        }
        const expected = anyMode
          ? best(() => true)
          : best(({ mode }) => mode === 'fast') + best(({ mode }) => mode === 'trickle')
        const found = lowerBound(cars, places, anyMode)!
        ok(Math.abs(found - expected) < 1e-6, `${found} is not ${expected}`)
      },
    ),
    { numRuns: 300 },
  )
  t.pass('on random cars and piles')
})
