import { deepStrictEqual, ok, strictEqual } from 'node:assert'
import fc from 'fast-check'
import t from 'tap'
import { add, compare, type Ratio, sum } from '../../../central/core/billing/ratio.ts'
import { parseTimeline, type Timeline } from '../../../central/core/replay/parse.ts'
import { toAnswer } from '../../../central/core/replay/print.ts'
import { type Replayed, simulate } from '../../../central/core/replay/simulate.ts'

const vehicle = fc.nat({ max: 14 }).map(index => `V${index}`)
const mode = fc.constantFrom('F', 'T')
const kWh = fc.constantFrom(0.333, 1, 2.5, 4, 7, 12.001)
const at = fc
  .nat({ max: 100 })
  .map(minute => `${String(6 + Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`)
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 })

const request = fc.record({
  at,
  type: fc.constant('request'),
  vehicle,
  mode,
  kWh,
  priority: optional(fc.integer({ min: -1, max: 2 })),
  takesKWh: optional(fc.constantFrom(0, 0.5, 3)),
})
const calm = fc.oneof(
  { weight: 6, arbitrary: request },
  { weight: 1, arbitrary: fc.record({ at, type: fc.constant('cancel'), vehicle }) },
  {
    weight: 1,
    arbitrary: fc.record({ at, type: fc.constant('change'), vehicle, mode: optional(mode), kWh: optional(kWh) }),
  },
)
const outage = fc.record({
  at,
  type: fc.constantFrom('fault', 'repair', 'off', 'on', 'offline', 'online'),
  pile: fc.constantFrom('F1', 'X', 'T1', 'Y'),
})

const priced = (type: string, price: number, rest = {}) => ({ type, price, ...rest })
const tariff = fc.constantFrom(
  undefined,
  {
    windows: [
      { from: 6, to: 7, price: 0.3333 },
      { from: 7, to: 24, price: 1.17 },
    ],
    service: 0.11,
  },
  {
    elements: [
      {
        priceComponents: [priced('ENERGY', 0.9, { vat: 19, stepSize: 100 })],
        restrictions: { startTime: '06:30', endTime: '07:10' },
      },
      {
        priceComponents: [
          priced('ENERGY', 0.35),
          priced('SERVICE', 0.2),
          priced('TIME', 1.5, { vat: 7 }),
          priced('FLAT', 0.5),
        ],
      },
    ],
    minPrice: { exclVat: 1 },
    maxPrice: { exclVat: 9 },
  },
)

const policy = fc.record({
  pileChoice: fc.constantFrom('vacant', 'any'),
  faultPause: fc.constantFrom('mode', 'site'),
  faultPolicy: fc.constantFrom('priority', 'time-order'),
  redealOnRepair: fc.boolean(),
  editWhileCharging: fc.boolean(),
  dispatch: fc.constantFrom('normal', 'single', 'batch'),
  maxWait: fc.constantFrom(null, 5, 20),
})

const dayOf = (event: fc.Arbitrary<object>) =>
  fc.record({
    site: fc.record({
      fast: fc.constant({ count: 1, kW: 60 }),
      trickle: fc.constant({ count: 1, kW: 7 }),
      piles: fc.constant([
        { id: 'X', mode: 'F', kW: 22.5 },
        { id: 'Y', mode: 'T', kW: 11, queueLength: 1 },
      ]),
      queueLength: fc.integer({ min: 1, max: 3 }),
      waitingCapacity: fc.integer({ min: 0, max: 6 }),
    }),
    policy,
    tariff,
    events: fc.array(event, { maxLength: 50 }),
    snapshotsAt: fc.constant(
      Array.from({ length: 30 }, (_, index) => `06:${String(index * 2).padStart(2, '0')}`).concat('999:00'),
    ),
  })
const troubled = dayOf(fc.oneof({ weight: 4, arbitrary: calm }, { weight: 1, arbitrary: outage }))

function timelineOf(day: object): Timeline {
  const parsed = parseTimeline(JSON.parse(JSON.stringify(day)))
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.timeline
}

const each = (runs: number, days: fc.Arbitrary<object>, check: (timeline: Timeline, replayed: Replayed) => void) =>
  fc.assert(
    fc.property(days, day => {
      const timeline = timelineOf(day)
      check(timeline, simulate(timeline))
    }),
    { numRuns: runs },
  )

const equal = (a: Ratio, b: Ratio) => strictEqual(compare(a, b), 0)

t.test('delivered and unmet energy is what was asked, under all policies', async t => {
  each(200, troubled, ({ events }, { journeys, details, ticks }) => {
    const edited = new Set(events.flatMap(event => (event.type === 'change' ? [event.vehicle] : [])))
    for (const { car, energyWh } of journeys) {
      ok(car.needed >= 0)
      if (!edited.has(car.id)) equal(add(energyWh, ticks.toWh(car.needed)), ticks.toWh(car.demand))
    }
    equal(sum(details.map(({ energyWh }) => energyWh)), sum(journeys.map(({ energyWh }) => energyWh)))
  })
  t.pass('on random days')
})

t.test('nobody gets more than they take, however often they are interrupted', async t => {
  const withTakes = troubled.map(day => ({
    ...day,
    events: day.events.map(event =>
      'kWh' in event && 'takesKWh' in event ? { ...event, kWh: 7, takesKWh: 3 } : event,
    ),
  }))
  each(200, withTakes, (_, { journeys, ticks }) => {
    const most = ticks.toWh(ticks.energy(3))
    for (const { energyWh } of journeys) ok(compare(energyWh, most) <= 0)
  })
  t.pass('on random days')
})

t.test('money adds up: fees to details, details to requests and to the day', async t => {
  each(150, troubled, (timeline, replayed) => {
    const { details, journeys } = replayed
    for (const { energyFeeMinor, serviceFeeMinor, otherFeeMinor, totalMinor } of details) {
      strictEqual(energyFeeMinor + serviceFeeMinor + otherFeeMinor, totalMinor)
      ok(totalMinor >= 0)
    }
    const total = details.reduce((minor, { totalMinor }) => minor + totalMinor, 0)
    strictEqual(
      journeys.reduce((minor, { billedMinor }) => minor + billedMinor, 0),
      total,
    )
    const { totals, metrics } = toAnswer(timeline, replayed)
    strictEqual(totals.fee, (total / 100).toFixed(2))
    strictEqual(metrics.income, totals.fee)
    strictEqual(metrics.energyKWh, totals.energyKWh)
  })
  t.pass('on random days')
})

t.test('no car is in two places or in none, no pile and no car charges twice at once', async t => {
  each(200, troubled, ({ piles, policy }, { snapshots, details, journeys }) => {
    for (const { piles: queues, faultQueue, waiting } of snapshots) {
      const all = [...queues.flatMap(({ cars }) => cars), ...faultQueue.fast, ...faultQueue.trickle, ...waiting]
      strictEqual(new Set(all.map(car => car.vehicle)).size, all.length)
    }
    const last = snapshots.at(-1)!
    const left = new Set(
      [
        ...last.piles.flatMap(({ cars }) => cars),
        ...last.faultQueue.fast,
        ...last.faultQueue.trickle,
        ...last.waiting,
      ].map(({ vehicle, number }) => `${vehicle} ${number}`),
    )
    const ended = new Set(
      details
        .filter(({ reason }) => reason !== 'fault' && reason !== 'switched-off')
        .map(each => `${each.vehicle} ${each.number}`),
    )
    for (const car of left) ok(!ended.has(car), `${car} has ended and is still there`)
    for (const key of ['pileId', 'vehicle'] as const) {
      const by = Map.groupBy(details, detail => detail[key])
      for (const sessions of by.values())
        for (const [index, session] of sessions.entries()) if (index > 0) ok(session.from >= sessions[index - 1]!.to)
    }
    if (policy.dispatch !== 'batch') {
      const modes = new Map(piles.map(pile => [pile.id, pile.mode === 'fast' ? 'F' : 'T']))
      for (const { number, pileId } of details) strictEqual(number[0], modes.get(pileId))
    }
    const numbers = journeys.map(({ car }) => `${car.mode} ${car.number}`)
    strictEqual(new Set(numbers).size, numbers.length, 'numbers are unique')
  })
  t.pass('on random days')
})

t.test('the same timeline gives the same answer', async t => {
  each(100, troubled, (timeline, replayed) => {
    deepStrictEqual(toAnswer(timeline, simulate(timeline)), toAnswer(timeline, replayed))
  })
  t.pass('on random days')
})

t.test('without trouble no plan beats the bound, and whoever can be served is', async t => {
  each(150, dayOf(calm), (timeline, replayed) => {
    const { metrics } = toAnswer(timeline, replayed)
    ok(metrics.lowerBoundMin! <= metrics.totalCompletionMin + 0.01)
    if (timeline.policy.dispatch === 'batch') return
    const { piles, waiting } = replayed.snapshots.at(-1)!
    deepStrictEqual([...waiting, ...piles.flatMap(({ cars }) => cars)], [])
  })
  t.pass('on random days')
})
