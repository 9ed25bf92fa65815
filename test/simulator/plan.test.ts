import fc from 'fast-check'
import t from 'tap'
import { planFaults, planVisits } from '../../simulator/plan.ts'
import { createRandom } from '../../simulator/random.ts'

const options = {
  piles: [
    { id: 'F1', mode: 'fast' },
    { id: 'T1', mode: 'trickle' },
    { id: 'T2', mode: 'trickle' },
  ] as const,
  arrivalsPerHour: 10,
  faultsPerHour: 1,
  energyWh: { low: 2000, high: 20_000 },
}
const day = (seed: number | string) => {
  const random = createRandom(seed)
  return {
    visits: planVisits(options, random.fork('visits')).take(200).toArray(),
    faults: planFaults(options, random.fork('faults')).take(30).toArray(),
  }
}

t.test('the same seed gives the same day, another seed another', async t => {
  t.same(day(7), day(7))
  t.same(day('7'), day(7))
  t.notSame(day(7).visits, day(8).visits)
})

t.test('visits come in order, the first at once and steady, all with sensible wishes', async t => {
  const { visits } = day(1)
  t.equal(visits[0]!.afterMs, 0)
  t.equal(visits[0]!.temper, 'steady')
  t.ok(visits.every((visit, i) => i === 0 || visit.afterMs >= visits[i - 1]!.afterMs))
  t.ok(visits.every(visit => visit.energyWh >= 2000 && visit.energyWh <= 20_000 && Number.isInteger(visit.energyWh)))
  t.same([...new Set(visits.map(visit => visit.temper))].sort(), [
    'cancels-charging',
    'cancels-waiting',
    'changes',
    'no-show',
    'steady',
    'walk-up',
  ])
  const hours = visits.at(-1)!.afterMs / 3_600_000
  t.ok(hours > 14 && hours < 28, `200 drivers at ten an hour take ${hours} hours`)
})

t.test('faults strike piles and links, and pass', async t => {
  const { faults } = day(1)
  t.ok(faults.some(fault => fault.fault === null))
  t.ok(faults.some(fault => fault.fault !== null))
  t.ok(faults.every(fault => fault.durationMs > 0 && fault.durationMs <= 2 * 3_600_000))
  t.same(planFaults({ ...options, faultsPerHour: 0 }, createRandom(1)).toArray(), [])
})

t.test('chance is even, bounded and reproducible', async t => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: -50, max: 50 }), fc.nat(100), (seed, low, width) => {
      const random = createRandom(seed)
      const again = createRandom(seed)
      for (let i = 0; i < 50; i++) {
        const value = random.integer(low, low + width)
        if (value !== again.integer(low, low + width) || value < low || value > low + width) return false
      }
      return random.fork('a').next() !== random.fork('b').next()
    }),
  )
  const random = createRandom(1)
  const counts = [0, 0, 0, 0]
  for (let i = 0; i < 4000; i++) counts[random.pick([0, 1, 2, 3])]!++
  t.ok(
    counts.every(count => count > 850 && count < 1150),
    counts.join(' '),
  )
  t.notOk(createRandom(1).chance(0))
  t.ok(createRandom(1).chance(1))
})
