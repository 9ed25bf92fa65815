import t from 'tap'
import { toDecimal } from '../../../central/core/billing/ratio.ts'
import { parseTimeline } from '../../../central/core/replay/parse.ts'
import { chooseTicks, type Ticks } from '../../../central/core/replay/ticks.ts'
import { lines, request, run } from './run.ts'

const ticksOf = (fastKW: number, trickleKW: number, ...kWh: number[]): Ticks => {
  const parsed = parseTimeline({
    site: { fast: { count: 1, kW: fastKW }, trickle: { count: 1, kW: trickleKW }, queueLength: 1, waitingCapacity: 1 },
    events: [
      ...kWh.map((energy, index) => request('06:00', `V${index}`, 'F', energy)),
      { at: '07:00', type: 'change', vehicle: 'V0' },
    ],
  })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return chooseTicks(parsed.timeline)
}

t.test('every finish falls on a tick', async t => {
  const cases: [fastKW: number, trickleKW: number, kWh: number, perMs: number][] = [
    [30, 7, 40, 7],
    [7, 3.5, 40, 7],
    [60, 6, 1, 1],
    [11, 3.7, 1, 11 * 37],
    [30, 7, 0.0001, 7],
    [30, 7, 0.00001, 35],
    [30, 7, 0.000001, 175],
  ]
  for (const [fastKW, trickleKW, kWh, perMs] of cases) {
    const ticks = ticksOf(fastKW, trickleKW, kWh)
    t.equal(ticks.perMs, perMs, `${kWh} kWh at ${fastKW} and ${trickleKW} kW`)
    for (const kW of [fastKW, trickleKW]) t.equal(ticks.energy(kWh) % (kW * 1000), 0)
    t.equal(toDecimal(ticks.toWh(ticks.energy(kWh)), 3), (kWh * 1000).toFixed(3))
  }
})

t.test('ticks become no finer than 1/10000 ms, and no number leaves the exact integers', async t => {
  t.equal(ticksOf(99.991, 99.989, 10).perMs, 10_000)
  t.ok(ticksOf(99.991, 99.989, 999_999).perMs < 10_000)
  t.ok(Number.isSafeInteger(ticksOf(99.991, 99.989, 999_999).energy(999_999)))
  t.ok(ticksOf(0.007, 0.007, 50_000, 1).perMs >= 1)
})

t.test('where ticks are too coarse sessions still deliver exactly what was asked', async t => {
  const site = { fast: { count: 1, kW: 99.991 }, trickle: { count: 1, kW: 99.989 }, queueLength: 2, waitingCapacity: 9 }
  const events = [
    request('06:00', 'V1', 'F', 10),
    request('06:00', 'V2', 'F', 0.000001),
    request('06:00', 'V3', 'T', 20.123456),
  ]
  t.same(lines(run({ site, events })), [
    'V1 F1@F1 06:00:00-06:06:00 10 full',
    'V3 T1@T1 06:00:00-06:12:05 20.123 full',
    'V2 F2@F1 06:06:00-06:06:00 0 full',
  ])
})

t.test('ties between piles that were busy for thirds of a second are ties', async t => {
  // 14 kWh and 7 + 7 kWh at 7 kW, begun and interrupted at odd seconds: both piles are free at the same instant
  const site = { fast: { count: 2, kW: 7 }, queueLength: 3, waitingCapacity: 9 }
  const events = [
    request('06:00:01', 'V1', 'F', 10.001),
    request('06:00:01', 'V2', 'F', 3.337),
    request('06:00:02', 'V3', 'F', 6.664),
    request('06:13:37', 'V4', 'F', 1),
  ]
  t.match(lines(run({ site, events })).at(-1), /V4 F4@F1/)
})
