import fc from 'fast-check'
import t from 'tap'
import type { Policy } from '../../../central/core/queue/policy.ts'
import { callCars } from '../../../central/core/queue/verbs.ts'
import { type Car, carOf, type Yard } from '../../../central/core/queue/yard.ts'
import { emptyYard, shown } from '../yards.ts'

/** Puts a fast car into the yard without calling anybody. */
function add(yard: Yard, id: string, needed: number, rest: Partial<Car> = {}): void {
  const mode = rest.mode ?? 'fast'
  const number = yard.nextNumber[mode]++
  const at = { arrival: 0, numberedAt: 0, priority: 0, charging: false }
  yard.cars.set(id, { id, mode, number, demand: needed, needed, ...at, ...rest })
}

/** Fast piles F1.. of given powers and loads (a car that charges), cars a, b, c... waiting with those energies. */
function site(options: {
  piles: { powerW?: number; load?: number; queueLength?: number; closesAt?: number }[]
  waiting: number[]
  policy?: Partial<Policy>
}): Yard {
  const yard = emptyYard({ fast: 0, trickle: 1, policy: { dispatch: 'single', ...options.policy } })
  yard.piles = [
    ...options.piles.map(({ load = 0, closesAt, ...rest }, index) => {
      const id = `F${index + 1}`
      const pile = { id, mode: 'fast' as const, powerW: 10, queueLength: 2, plannable: true, broken: false }
      if (load > 0) add(yard, `at-${id}`, load, { charging: true })
      const cars = load > 0 ? [`at-${id}`] : []
      return { ...pile, cars, ...rest, ...(closesAt === undefined ? {} : { closesAt }) }
    }),
    ...yard.piles,
  ]
  for (const [index, needed] of options.waiting.entries()) {
    const id = String.fromCharCode(97 + index)
    add(yard, id, needed)
    yard.waiting.push(id)
  }
  return yard
}

const fast = (yard: Yard): string => shown(callCars(yard).yard).split(' | T1')[0]!

t.test('several free places are filled together, at each pile those that need least first', async t => {
  const yard = site({ piles: [{}], waiting: [90, 20] })
  t.equal(fast(yard), 'F1: b a')
  yard.policy.dispatch = 'normal'
  t.equal(fast(yard), 'F1: a b')
})

t.test('a car may go where it is done later, if all together gain', async t => {
  const yard = site({ piles: [{ powerW: 20, queueLength: 1 }, { queueLength: 1 }], waiting: [40, 100] })
  t.equal(fast(yard), 'F1: b | F2: a')
  t.match(callCars(yard).decisions, [
    {
      carId: 'a',
      pileId: 'F2',
      cause: 'call',
      rule: 'minimal-total',
      candidates: [
        { pileId: 'F1', completion: 2, full: false },
        { pileId: 'F2', completion: 4, full: false },
      ],
      together: { cars: 2, total: 9 },
    },
    {
      carId: 'b',
      pileId: 'F1',
      candidates: [
        { pileId: 'F1', completion: 5 },
        { pileId: 'F2', completion: 14 },
      ],
    },
  ])
  yard.policy.dispatch = 'normal'
  t.equal(fast(yard), 'F1: a | F2: b')
})

t.test('as many as there are places are called, in the order of calling and not those that need least', async t => {
  const yard = site({ piles: [{ queueLength: 1 }, { queueLength: 1 }], waiting: [90, 80, 10] })
  t.equal(fast(yard), 'F1: a | F2: b')
  carOf(yard, 'c').priority = 1
  t.equal(fast(yard), 'F1: c | F2: a')
})

t.test('pileChoice means nothing: a full pile never keeps a car waiting', async t => {
  const yard = site({ piles: [{ load: 10, queueLength: 1 }, { load: 900 }], waiting: [10] })
  yard.policy.pileChoice = 'any'
  t.equal(fast(yard), 'F1: at-F1* | F2: at-F2* a')
})

t.test('one car alone goes where it is done first, explained as ever', async t => {
  const yard = site({ piles: [{ load: 10 }, {}], waiting: [10] })
  t.match(callCars(yard).decisions, [{ pileId: 'F2', rule: 'least-completion' }])
  t.equal(callCars(yard).decisions[0]?.together, undefined)
})

t.test('what is equal in the sum goes by the order of calling', async t => {
  t.equal(fast(site({ piles: [{}, {}], waiting: [10, 10] })), 'F1: a | F2: b', 'piles that are the same')
  t.equal(fast(site({ piles: [{}, {}], waiting: [10, 90] })), 'F1: a | F2: b')
  t.equal(fast(site({ piles: [{}, {}], waiting: [90, 10] })), 'F1: a | F2: b')
  t.equal(
    fast(site({ piles: [{ load: 10 }, {}], waiting: [50, 50] })),
    'F1: at-F1* b | F2: a',
    'cars that need the same',
  )
  t.equal(fast(site({ piles: [{}], waiting: [50, 50] })), 'F1: a b')
  const yard = site({ piles: [{}, {}], waiting: [10, 20] })
  yard.piles.reverse()
  t.equal(shown(callCars(yard).yard), 'T1: | F2: b | F1: a | waiting: | F: | T:', 'whatever the order of the list')
})

t.test('a fault queue and cars that are dealt again are placed the same way', async t => {
  const yard = site({ piles: [{ powerW: 20, queueLength: 1 }, { queueLength: 1 }], waiting: [40, 100] })
  yard.faultQueue.fast = ['a', 'b']
  yard.waiting = []
  t.equal(fast(yard), 'F1: b | F2: a')
})

/** The least sum of completion times over all orders and piles in which the cars can be added, one after the other. */
function bruteForce(yard: Yard, cars: readonly Car[], beyondPlaces = false): number {
  const piles = yard.piles
    .filter(pile => beyondPlaces || pile.mode === cars[0]?.mode)
    .filter(({ plannable, broken }) => plannable && !broken)
    .map(pile => ({
      powerW: pile.powerW,
      free: beyondPlaces ? cars.length : pile.queueLength - pile.cars.length,
      done: pile.cars.reduce((sum, id) => sum + carOf(yard, id).needed / pile.powerW, 0),
    }))
  const left = new Set(cars)
  const addAll = (): number => {
    if (left.size === 0) return 0
    let least = Number.POSITIVE_INFINITY
    for (const car of [...left]) {
      left.delete(car)
      for (const pile of piles) {
        if (pile.free <= 0) continue
        pile.free--
        pile.done += car.needed / pile.powerW
        least = Math.min(least, pile.done + addAll())
        pile.done -= car.needed / pile.powerW
        pile.free++
      }
      left.add(car)
    }
    return least
  }
  return addAll()
}

/** The sum of the completion times of cars, from where they stand. */
function totalOf(yard: Yard, cars: readonly Car[]): number {
  let total = 0
  for (const pile of yard.piles) {
    let done = 0
    for (const id of pile.cars) {
      done += carOf(yard, id).needed / pile.powerW
      if (cars.some(car => car.id === id)) total += done
    }
  }
  return total
}

/** Powers that divide 6, energies that are multiples of it. */
const energy = fc.integer({ min: 1, max: 9 }).map(times => times * 6)
const powerW = fc.constantFrom(1, 2, 3, 6)

t.test('single equals brute force over all orders and piles', async t => {
  const pile = fc.record({
    powerW,
    load: fc.oneof(fc.constant(0), energy),
    queueLength: fc.integer({ min: 1, max: 3 }),
    broken: fc.boolean(),
  })
  const given = fc.record({
    piles: fc.array(pile, { minLength: 1, maxLength: 3 }),
    waiting: fc.array(energy, { maxLength: 6 }),
    priorities: fc.array(fc.nat({ max: 2 }), { minLength: 6, maxLength: 6 }),
  })
  let most = 0
  fc.assert(
    fc.property(given, ({ piles, waiting, priorities }) => {
      const yard = site({ piles, waiting })
      for (const [index, { broken }] of piles.entries()) yard.piles[index]!.broken = broken
      const cars = yard.waiting.map(id => carOf(yard, id))
      for (const [index, car] of cars.entries()) car.priority = priorities[index]!
      const free = yard.piles
        .filter(each => each.mode === 'fast' && !each.broken)
        .reduce((sum, { queueLength, cars: there }) => sum + queueLength - there.length, 0)
      // longer lines are looked at by the tests of the matching
      const called = cars.sort((a, b) => b.priority - a.priority || a.number - b.number).slice(0, Math.min(free, 4))
      yard.waiting = free > 4 ? called.map(({ id }) => id) : yard.waiting
      const after = callCars(yard)
      most = Math.max(most, called.length)
      return (
        called.every(({ id }) => !after.yard.waiting.includes(id)) &&
        totalOf(after.yard, called) === bruteForce(yard, called)
      )
    }),
    { numRuns: 3000 },
  )
  t.equal(most, 4)
})

t.test('batch equals brute force over all orders, piles and modes', async t => {
  const pile = fc.record({ powerW, queueLength: fc.integer({ min: 1, max: 2 }) })
  const given = fc.tuple(fc.array(pile, { minLength: 1, maxLength: 2 }), pile, fc.nat({ max: 1 }))
  fc.assert(
    fc.property(given, fc.array(energy, { minLength: 7, maxLength: 7 }), ([fasts, trickle, capacity], energies) => {
      const places = fasts.reduce((sum, { queueLength }) => sum + queueLength, trickle.queueLength + capacity)
      if (places > 5) return true
      const yard = site({ piles: fasts, waiting: energies.slice(0, places), policy: { dispatch: 'batch' } })
      yard.waitingCapacity = capacity
      Object.assign(yard.piles.at(-1)!, trickle)
      const cars = yard.waiting.map(id => carOf(yard, id))
      const after = callCars(yard).yard
      return after.waiting.length === 0 && totalOf(after, cars) === bruteForce(yard, cars, true)
    }),
    { numRuns: 1000 },
  )
  t.pass('on 1000 random sites')
})

t.test('a pile that closes', async t => {
  t.test('gets nobody who would not be done by then, and tells so', async t => {
    for (const dispatch of ['normal', 'single'] as const) {
      const yard = site({ piles: [{ closesAt: 15 }, { load: 200 }], waiting: [160], policy: { dispatch } })
      yard.now = 0
      t.equal(fast(yard), 'F1: | F2: at-F2* a')
      t.match(callCars(yard).decisions, [
        {
          rule: 'only-candidate',
          candidates: [
            { pileId: 'F1', completion: 16, closes: true },
            { pileId: 'F2', completion: 36, closes: undefined },
          ],
        },
      ])
      carOf(yard, 'a').needed = 150
      t.equal(fast(yard), 'F1: a | F2: at-F2*', 'done on the very tick')
      yard.now = 1
      t.equal(fast(yard), 'F1: | F2: at-F2* a', 'ticks from now')
    }
  })

  t.test('is passed by who would not be done, and takes those behind who are', async t => {
    for (const dispatch of ['normal', 'single'] as const) {
      const yard = site({ piles: [{ closesAt: 15 }], waiting: [160, 300, 90, 60, 10], policy: { dispatch } })
      t.same(callCars(yard).yard.piles[0]?.cars, dispatch === 'normal' ? ['c', 'd'] : ['d', 'c'])
      t.same(callCars(yard).yard.waiting, ['a', 'b', 'e'])
    }
  })

  t.test('that would be overfull gets those that need least, the others are placed anew', async t => {
    const yard = site({
      piles: [
        { closesAt: 10, queueLength: 3 },
        { load: 300, queueLength: 3 },
      ],
      waiting: [70, 50, 40],
    })
    t.equal(fast(yard), 'F1: c b | F2: at-F2* a')
  })

  t.test('does not keep a car at pileChoice any when another one is best', async t => {
    const yard = site({
      piles: [{ closesAt: 5 }, {}],
      waiting: [60],
      policy: { dispatch: 'normal', pileChoice: 'any' },
    })
    t.equal(fast(yard), 'F1: | F2: a')
  })
})
