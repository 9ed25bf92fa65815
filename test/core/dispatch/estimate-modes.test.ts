import fc from 'fast-check'
import t from 'tap'
import { carsAhead, estimates } from '../../../central/core/dispatch/estimate.ts'
import type { Policy } from '../../../central/core/queue/policy.ts'
import { callCars, enter, leave } from '../../../central/core/queue/verbs.ts'
import { carOf, type Yard } from '../../../central/core/queue/yard.ts'
import { after, charging, emptyYard } from '../yards.ts'

const ask = (yard: Yard, id: string, energy: number, priority = 0): Yard =>
  charging(after(enter(yard, { id, mode: 'fast', energy, arrival: yard.now, priority })))

const onePile = (policy: Partial<Policy>): Yard => emptyYard({ fast: 1, queueLength: 1, capacity: 20, policy })

const starts = (yard: Yard): Record<string, number> =>
  Object.fromEntries([...estimates(yard)].map(([id, { start }]) => [id, start]))

t.test('a higher class is expected earlier, and one ahead is a car ahead', async t => {
  const yard = ask(ask(ask(onePile({}), 'a', 50), 'b', 50), 'vip', 50, 3)
  t.same(starts(yard), { a: 0, vip: 5, b: 10 })
  t.same([carsAhead(yard, 'b'), carsAhead(yard, 'vip')], [1, 0])
})

t.test('who will have waited too long by then is expected before it', async t => {
  const yard = ask(ask(ask(ask(onePile({ maxWait: 6 }), 'a', 50), 'b', 50), 'vip', 50, 3), 'vip2', 50, 3)
  t.same(starts(yard), { a: 0, vip: 5, b: 10, vip2: 15 })
  yard.now = 7
  t.same([carsAhead(yard, 'b'), carsAhead(yard, 'vip')], [0, 1], 'all have waited too long: by number')
})

t.test('cars that will be called together are expected where the least sum puts them', async t => {
  let yard = emptyYard({ fast: 2, queueLength: 1, policy: { dispatch: 'single' } })
  for (const [id, energy] of [
    ['a', 50],
    ['b', 50],
    ['c', 40],
    ['d', 100],
  ] as const)
    yard = ask(yard, id, energy)
  yard.piles[0]!.powerW = 20
  carOf(yard, 'a').needed = 100
  t.same(Object.fromEntries(estimates(yard)), {
    a: { pileId: 'F1', start: 0, finish: 5 },
    b: { pileId: 'F2', start: 0, finish: 5 },
    c: { pileId: 'F2', start: 5, finish: 9 },
    d: { pileId: 'F1', start: 5, finish: 10 },
  })
})

t.test('a batch that is not full cannot be told, a full one behind the present one can', async t => {
  let yard = emptyYard({ fast: 2, trickle: 0, queueLength: 1, capacity: 0, policy: { dispatch: 'batch' } })
  yard = ask(yard, 'a', 50)
  t.same(starts(yard), {})
  yard = ask(yard, 'b', 70)
  t.same(starts(yard), { a: 0, b: 0 })
  yard = ask(charging(after(leave(yard, 'a'))), 'c', 10)
  t.same(starts(yard), { b: 0 }, 'c needs one more')
  yard.waitingCapacity = 1
  yard = ask(yard, 'd', 20)
  yard.waitingCapacity = 0
  t.same(starts(yard), { b: 0, c: 7, d: 7 })
})

t.test('who would not be done before a pile closes is not expected there', async t => {
  let yard = onePile({})
  yard.now = 100
  for (const id of ['a', 'b', 'c']) yard = ask(yard, id, 50)
  yard.piles[0]!.closesAt = 111
  t.same(starts(yard), { a: 0, b: 5 })
})

t.test('whoever is told begins there and then, if all goes by plan', async t => {
  const given = fc.record({
    dispatch: fc.constantFrom('normal' as const, 'single' as const),
    pileChoice: fc.constantFrom('vacant' as const, 'any' as const),
    maxWait: fc.constantFrom(null, 3),
    cars: fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.nat({ max: 2 })), { maxLength: 12 }),
    queueLength: fc.integer({ min: 1, max: 2 }),
  })
  fc.assert(
    fc.property(given, ({ cars, queueLength, ...policy }) => {
      let yard = emptyYard({ fast: 2, queueLength, capacity: 20, policy })
      for (const [index, [tens, priority]] of cars.entries()) yard = ask(yard, `c${index}`, tens * 10, priority)
      const told = estimates(yard)
      const began = new Map<string, string>()
      for (; yard.cars.size > 0; yard = charging(callCars({ ...yard, now: yard.now + 1 }).yard)) {
        for (const pile of yard.piles) {
          const first = pile.cars[0]
          if (first === undefined) continue
          if (!began.has(first)) began.set(first, `${pile.id} ${yard.now}`)
          // a tick of 10 W x tick; who is done leaves without anybody being called before the others are done too
          carOf(yard, first).needed -= 10
        }
        for (const pile of yard.piles) {
          const first = pile.cars[0]
          if (first === undefined || carOf(yard, first).needed > 0) continue
          pile.cars = pile.cars.slice(1)
          yard.cars.delete(first)
        }
      }
      return cars.every((_, index) => {
        const { pileId, start } = told.get(`c${index}`)!
        return began.get(`c${index}`) === `${pileId} ${start}`
      })
    }),
    { numRuns: 300 },
  )
  t.pass('on 300 random sites')
})
