import fc from 'fast-check'
import t from 'tap'
import {
  byClass,
  byNumber,
  callingOrder,
  comparePileIds,
  inCallingOrder,
  isAged,
} from '../../../central/core/queue/order.ts'
import { DEFAULT_POLICY, type Policy, policySchema } from '../../../central/core/queue/policy.ts'
import { change, enter, leave } from '../../../central/core/queue/verbs.ts'
import type { Car } from '../../../central/core/queue/yard.ts'
import { after, emptyYard } from '../yards.ts'

t.test('pile ids stand in natural order', async t => {
  const sorted = ['A', 'F1', 'F1-2', 'F1-10', 'F2', 'F10', 'F10A', 'T1', 'pile 2', 'pile 10', '充1', '充2', '充12']
  t.same([...sorted].reverse().sort(comparePileIds), sorted)
  t.equal(comparePileIds('F2', 'F2'), 0)
  t.equal(comparePileIds('', ''), 0)
  t.ok(comparePileIds('F01', 'F1') < 0, 'leading zeros decide last')
  t.ok(comparePileIds('F1', 'F') > 0)
  t.ok(comparePileIds('1', 'A') < 0)
  t.ok(comparePileIds('A', '1') > 0)
})

const car = (number: number, rest: Partial<Car> = {}): Car => {
  const at = { arrival: 0, numberedAt: 0, priority: 0, charging: false }
  return { id: `n${number}`, mode: 'fast', number, demand: 1, needed: 1, ...at, ...rest }
}

t.test('F9 is called before F10', async t => {
  t.ok(byNumber(car(9), car(10)) < 0)
  t.ok(callingOrder(emptyYard())(car(9), car(10)) < 0)
})

t.test('the higher class is called first, then the lower number', async t => {
  const cars = [car(1), car(2, { priority: 5 }), car(3, { priority: -1 }), car(4, { priority: 5 })]
  t.same(
    cars.sort(callingOrder(emptyYard())).map(({ number }) => number),
    [2, 4, 1, 3],
  )
})

t.test(
  'who has waited longer than maxWait minutes goes before every class, of those the lower number first',
  async t => {
    const yard = { ...emptyYard({ policy: { maxWait: 10 } }), minute: 60, now: 700 }
    const cars = [
      car(1, { numberedAt: 0, priority: 1 }),
      car(2, { numberedAt: 99 }),
      car(3, { numberedAt: 100, priority: 9 }),
      car(4, { numberedAt: 101 }),
    ].reverse()
    t.same(
      cars.map(each => isAged(yard, each)),
      [false, false, true, true],
      'ten minutes are not longer than ten minutes',
    )
    t.same(
      cars.sort(callingOrder(yard)).map(({ number }) => number),
      [1, 2, 3, 4],
    )
    yard.now = 600
    t.same(
      cars.sort(callingOrder(yard)).map(({ number }) => number),
      [3, 1, 2, 4],
    )
  },
)

t.test('a list by class gives the very same order, drawn as far as needed', async t => {
  const given = fc.record({
    maxWait: fc.constantFrom(null, 1, 5),
    now: fc.integer({ min: 0, max: 40 }),
    cars: fc.array(fc.record({ later: fc.nat({ max: 4 }), priority: fc.integer({ min: -1, max: 2 }) })),
  })
  fc.assert(
    fc.property(given, ({ maxWait, now, cars }) => {
      const yard = { ...emptyYard({ policy: { maxWait } }), now }
      let numberedAt = 0
      const list = cars.map(({ later, priority }, index) => {
        numberedAt += later
        return car(index + 1, { priority, numberedAt })
      })
      const drawn = [...inCallingOrder(yard, [...list].sort(byClass))]
      return list.sort(callingOrder(yard)).every((each, index) => drawn[index] === each) && drawn.length === list.length
    }),
    { numRuns: 2000 },
  )
  t.pass('on 2000 random waiting areas')
})

t.test('with maxWait nobody starves behind a higher class that keeps coming', async t => {
  const waitOf = (maxWait: number | null, dispatch: Policy['dispatch']): number => {
    let yard = emptyYard({ fast: 1, queueLength: 1, capacity: 9, policy: { maxWait, dispatch } })
    const enterAt = (id: string, priority: number): void => {
      yard = after(enter(yard, { id, mode: 'fast', energy: 10, arrival: yard.now, priority }))
    }
    enterAt('v0', 1)
    enterAt('patient', 0)
    for (yard.now = 1; yard.now < 100; yard.now++) {
      enterAt(`v${yard.now}`, 1)
      yard = after(leave(yard, yard.piles[0]!.cars[0]!))
      if (yard.piles[0]!.cars[0] === 'patient') return yard.now
    }
    return Number.POSITIVE_INFINITY
  }
  for (const dispatch of ['normal', 'single'] as const) {
    t.equal(waitOf(null, dispatch), Number.POSITIVE_INFINITY)
    t.equal(waitOf(20, dispatch), 21)
  }
})

t.test('a change of mode gives a new number, from which ageing counts', async t => {
  let yard = emptyYard({ fast: 1, trickle: 1, queueLength: 1, policy: { maxWait: 5 } })
  for (const id of ['a', 'b']) yard = after(enter(yard, { id, mode: 'fast', energy: 10, arrival: 0 }))
  yard = after(enter(yard, { id: 'p', mode: 'trickle', energy: 10, arrival: 0 }))
  yard.now = 9
  yard = after(change(yard, 'b', { mode: 'trickle' }))
  t.match(yard.cars.get('b'), { number: 2, numberedAt: 9, arrival: 0 })
})

t.test('a policy has the defaults of a new site and refuses what it does not know', async t => {
  t.same(DEFAULT_POLICY, {
    pileChoice: 'vacant',
    faultPause: 'mode',
    faultPolicy: 'priority',
    redealOnRepair: true,
    editWhileCharging: false,
    dispatch: 'normal',
    maxWait: null,
  })
  for (const wrong of [{ dispatch: 'greedy' }, { maxWait: 0 }, { maxWait: -1 }, { speed: 1 }])
    t.notOk(policySchema.safeParse(wrong).success)
})
