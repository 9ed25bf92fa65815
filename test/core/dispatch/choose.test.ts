import fc from 'fast-check'
import t from 'tap'
import { choosePile } from '../../../central/core/dispatch/choose.ts'
import { comparePileIds } from '../../../central/core/queue/order.ts'
import type { Car, Yard, YardPile } from '../../../central/core/queue/yard.ts'
import { emptyYard } from '../yards.ts'

interface At {
  needed: number
  charging?: boolean
}

/** Fast piles of given power with cars that need so much. */
function piles(
  ...list: { id: string; powerW?: number; cars?: At[]; queueLength?: number; measuredW?: number }[]
): Yard {
  const yard = emptyYard({ fast: 0, trickle: 1 })
  yard.piles.push(
    ...list.map(({ id, powerW = 10, cars = [], queueLength = 9, measuredW }): YardPile => {
      const ids = cars.map((car, index) => {
        const base: Car = {
          id: `${id}-${index}`,
          mode: 'fast',
          number: 1,
          demand: 1,
          needed: 1,
          priority: 0,
          arrival: 0,
          numberedAt: 0,
          charging: false,
        }
        yard.cars.set(base.id, { ...base, ...car })
        return base.id
      })
      const power = measuredW === undefined ? { powerW } : { powerW, chargingPowerW: measuredW }
      return { id, mode: 'fast', ...power, queueLength, plannable: true, broken: false, cars: ids }
    }),
  )
  return yard
}

const choice = (yard: Yard, needed = 100) => {
  const { pile, rule, candidates } = choosePile(yard, { mode: 'fast', needed })
  return { pile: pile?.id ?? null, rule, completions: candidates.map(({ completion }) => completion) }
}

t.test('the least completion time wins: what all cars there still need, and the own energy', async t => {
  const yard = piles(
    { id: 'F1', cars: [{ needed: 20, charging: true }, { needed: 30 }] },
    { id: 'F2', cars: [{ needed: 40 }] },
  )
  t.same(choice(yard), { pile: 'F2', rule: 'least-completion', completions: [15, 14] })
})

t.test('the charging car counts with what is left, not with its whole request', async t => {
  const yard = piles({ id: 'F1', cars: [{ needed: 39, charging: true }] }, { id: 'F2', cars: [{ needed: 40 }] })
  t.equal(choice(yard).pile, 'F1')
})

t.test('power counts for the own energy too', async t => {
  t.same(choice(piles({ id: 'F1', powerW: 5 }, { id: 'F2', powerW: 10, cars: [{ needed: 90 }] })), {
    pile: 'F2',
    rule: 'least-completion',
    completions: [20, 19],
  })
})

t.test('ties go to the lowest pile id, F2 before F10', async t => {
  t.same(choice(piles({ id: 'F10' }, { id: 'F2' }, { id: 'F3' })), {
    pile: 'F2',
    rule: 'lowest-id',
    completions: [10, 10, 10],
  })
})

t.test('a tie behind the winner is none', async t => {
  const yard = piles({ id: 'F1', cars: [{ needed: 1 }] }, { id: 'F2', cars: [{ needed: 1 }] }, { id: 'F3' })
  t.match(choice(yard), { pile: 'F3', rule: 'least-completion' })
})

t.test('ties are exact also where times are no whole ticks', async t => {
  const yard = piles(
    { id: 'F1', powerW: 7, cars: [{ needed: 1, charging: true }, { needed: 1 }, { needed: 1 }] },
    { id: 'F2', powerW: 7, cars: [{ needed: 3, charging: true }] },
    { id: 'F3', powerW: 21, cars: [{ needed: 209 }] },
  )
  t.match(choice(yard), { pile: 'F1', rule: 'lowest-id' })
})

t.test('a charging car takes what it was measured to take', async t => {
  const cars = [{ needed: 40, charging: true }]
  t.same(choice(piles({ id: 'F1', cars, measuredW: 2 }, { id: 'F2', cars })).completions, [30, 14])
  t.same(choice(piles({ id: 'F1', cars, measuredW: 0 })).completions, [14], 'a pause is no power')
  t.same(
    choice(piles({ id: 'F1', cars: [{ needed: 40 }], measuredW: 2 })).completions,
    [14],
    'an old measurement is nobody’s',
  )
})

t.test('only working piles of the mode are looked at', async t => {
  const yard = piles({ id: 'F1' }, { id: 'F2' }, { id: 'F3' })
  yard.piles.find(({ id }) => id === 'F1')!.broken = true
  yard.piles.find(({ id }) => id === 'F2')!.plannable = false
  t.same(choice(yard), { pile: 'F3', rule: 'only-candidate', completions: [10] })
  yard.piles.pop()
  t.same(choice(yard), { pile: null, rule: 'none-working', completions: [] })
})

t.test('with pileChoice vacant full piles do not compete, but are told', async t => {
  const yard = piles({ id: 'F1', cars: [{ needed: 1 }], queueLength: 1 }, { id: 'F2', cars: [{ needed: 99 }] })
  t.same(choice(yard), { pile: 'F2', rule: 'only-candidate', completions: [10.1, 19.9] })
  yard.piles.pop()
  t.same(choice(yard), { pile: null, rule: 'full', completions: [10.1] })
})

t.test('with pileChoice any full piles compete, and a full best one places nobody', async t => {
  const yard = piles({ id: 'F1', cars: [{ needed: 1 }], queueLength: 1 }, { id: 'F2', cars: [{ needed: 99 }] })
  yard.policy.pileChoice = 'any'
  t.same(choice(yard), { pile: null, rule: 'full', completions: [10.1, 19.9] })
})

t.test('the choice equals that of a slow oracle in exact fractions', async t => {
  const car = fc.record({ needed: fc.integer({ min: 0, max: 12 }), charging: fc.boolean() })
  const pile = fc.record({
    powerW: fc.constantFrom(2, 3, 6, 7),
    cars: fc.array(car, { maxLength: 3 }),
    queueLength: fc.integer({ min: 1, max: 3 }),
    broken: fc.boolean(),
  })
  const yards = fc.array(pile, { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(yards, fc.boolean(), fc.integer({ min: 1, max: 12 }), (list, any, needed) => {
      const yard = piles(...list.map((each, index) => ({ ...each, id: `F${list.length - index}` })))
      yard.policy.pileChoice = any ? 'any' : 'vacant'
      for (const [index, { broken }] of list.entries()) yard.piles[index + 1]!.broken = broken
      const ranked = yard.piles
        .filter(each => each.mode === 'fast' && !each.broken && (any || each.cars.length < each.queueLength))
        .map(each => {
          const energy = each.cars.reduce((sum, id) => sum + BigInt(yard.cars.get(id)!.needed), BigInt(needed))
          // all powers divide 42
          return { each, time: energy * BigInt(42 / each.powerW) }
        })
        .sort((a, b) => Number(a.time - b.time) || comparePileIds(a.each.id, b.each.id))
      const best = ranked[0]?.each
      const expected = best === undefined || best.cars.length >= best.queueLength ? null : best.id
      return choice(yard, needed).pile === expected
    }),
    { numRuns: 3000 },
  )
  t.pass('on 3000 random yards')
})
