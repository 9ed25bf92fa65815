import fc from 'fast-check'
import t from 'tap'
import { apportion, printedWattHours } from '../../central/core/billing/apportion.ts'
import { type RateInput, rateSegments, type Segment } from '../../central/core/billing/rate.ts'
import { add, compare, mul, type Ratio, ratio, roundHalfUp, sum, ZERO } from '../../central/core/billing/ratio.ts'
import { defaultTariff, type TimeOfUseTariff } from '../../central/core/tariff/tariff.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const ZONE = 'Asia/Shanghai'
const MIDNIGHT = Temporal.ZonedDateTime.from('2026-06-01T00:00[Asia/Shanghai]').epochMilliseconds

const rate = (segments: Segment[], more: Partial<RateInput> = {}) =>
  rateSegments({ tariff: defaultTariff(), timeZone: ZONE, originMs: MIDNIGHT, ticksPerMs: 1, segments, ...more })
const segment = (fromHour: number, toHour: number, wh: number): Segment => ({
  from: fromHour * HOUR,
  to: toHour * HOUR,
  energyWh: ratio(wh),
})

t.test('fees come out as printed', async t => {
  const table: [string, Segment[], energy: number, service: number, total: number][] = [
    ['one window, a half rounded up, the tie to energy', [segment(8, 8.65, 4550)], 319, 364, 683],
    ['valley into flat', [segment(6, 8, 14000)], 770, 1120, 1890],
    ['valley, flat and peak', [segment(6, 11, 35000)], 2450, 2800, 5250],
    ['flat into peak', [segment(9, 11, 14000)], 1190, 1120, 2310],
    ['over midnight', [segment(22, 25, 3000)], 150, 240, 390],
    ['a whole day', [segment(0, 24, 24000)], 7 * 40 + 8 * 70 + 8 * 100 + 40, 1920, 3600],
    ['no duration', [segment(10, 10, 1000)], 100, 80, 180],
    ['no energy', [segment(8, 9, 0)], 0, 0, 0],
    ['nothing', [], 0, 0, 0],
  ]
  for (const [name, segments, energyFeeMinor, serviceFeeMinor, totalMinor] of table) {
    t.match(rate(segments), { energyFeeMinor, serviceFeeMinor, otherFeeMinor: 0, totalMinor }, name)
  }
})

t.test('windows are listed with their energy and fee, neighbours merged, empty ones left out', async t => {
  const rated = rate([segment(9, 9.5, 500), segment(9.5, 10.5, 1000), segment(12, 13, 0), segment(16, 17, 1)])
  t.same(
    rated.windows.map(window => ({ ...window, fromMs: window.fromMs - MIDNIGHT, toMs: window.toMs - MIDNIGHT })),
    [
      { fromMs: 9 * HOUR, toMs: 10 * HOUR, kind: 'flat', price: 7000, energyWh: ratio(1000), feeMinor: 70 },
      { fromMs: 10 * HOUR, toMs: 10.5 * HOUR, kind: 'peak', price: 10000, energyWh: ratio(500), feeMinor: 50 },
      { fromMs: 16 * HOUR, toMs: 17 * HOUR, kind: 'flat', price: 7000, energyWh: ratio(1), feeMinor: 0 },
    ],
  )
})

t.test('energy of no duration counts in the window that begins at its instant', async t => {
  const kinds = (hour: number) => rate([segment(hour, hour, 1000)]).windows.map(window => window.kind)
  t.same(kinds(10), ['peak'])
  t.same(kinds(15), ['flat'])
  t.same(
    rate([segment(9, 10, 1000), segment(10, 10, 1000)]).windows.map(window => [window.kind, window.toMs - MIDNIGHT]),
    [
      ['flat', 10 * HOUR],
      ['peak', 10 * HOUR],
    ],
  )
})

t.test('segments may overlap', async t => {
  const rated = rate([segment(9, 12, 3000), segment(9.5, 9.75, 1000), segment(11, 11.5, 1000)])
  t.same(
    rated.windows.map(({ kind, energyWh, toMs }) => [kind, energyWh, (toMs - MIDNIGHT) / HOUR]),
    [
      ['flat', ratio(2000), 10],
      ['peak', ratio(3000), 12],
    ],
  )
})

t.test('ticks finer than milliseconds split exactly', async t => {
  // 1000 Wh over a third of a millisecond either side of 10:00, two thirds of it before
  const edge = 10 * HOUR * 3
  const rated = rate([{ from: edge - 2, to: edge + 1, energyWh: ratio(1000) }], { ticksPerMs: 3 })
  t.same(
    rated.windows.map(({ kind, energyWh, fromMs, toMs }) => [kind, energyWh, fromMs - MIDNIGHT, toMs - MIDNIGHT]),
    [
      ['flat', ratio(2000, 3), 10 * HOUR - 1, 10 * HOUR],
      ['peak', ratio(1000, 3), 10 * HOUR, 10 * HOUR],
    ],
  )
})

t.test('outside of all windows only the service fee is charged', async t => {
  const tariff = { ...defaultTariff(), windows: [] }
  const rated = rate([segment(9, 12, 1000)], { tariff })
  t.match(rated, { energyFeeMinor: 0, serviceFeeMinor: 80, totalMinor: 80 })
  t.match(rated.windows, [{ kind: 'none', price: 0, feeMinor: 0 }])
})

t.test('what is no segment is refused', async t => {
  for (const [from, to] of [
    [1, 0],
    [0.5, 1],
    [0, 0.5],
    [0, Number.POSITIVE_INFINITY],
  ] as const) {
    t.throws(() => rate([{ from, to, energyWh: ratio(1) }]), RangeError, `${from}..${to}`)
  }
})

t.test('shares add up, the larger remainder first, the earlier one among equals', async t => {
  t.same(apportion(2n, [ratio(1, 2), ratio(3, 2)]), [1n, 1n])
  t.same(apportion(3n, [ratio(1, 3), ratio(2, 3), ratio(5, 3)]), [0n, 1n, 2n])
  t.same(apportion(2n, [ratio(1, 3), ratio(2, 3), ratio(5, 3)]), [0n, 1n, 1n])
  t.same(apportion(0n, []), [])
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(10_000), fc.integer({ min: 1, max: 999 }))), pairs => {
      const parts = pairs.map(([n, d]) => ratio(n, d))
      const total = roundHalfUp(sum(parts))
      const shares = apportion(total, parts)
      return (
        shares.reduce((a, b) => a + b, 0n) === total &&
        shares.every((share, index) => {
          const exact = parts[index]!
          return compare(add(exact, ratio(-1)), ratio(share)) < 0 && compare(ratio(share), add(exact, ratio(1))) < 0
        })
      )
    }),
  )
})

t.test('energies are printed in whole Wh that add up to the printed whole', async t => {
  t.same(printedWattHours([1_000_500, 9_501_000, 1_501_500]), [1001, 9501, 1501])
  t.same(printedWattHours([400, 400, 400]), [1, 0, 0])
  t.same(printedWattHours([400]), [0])
  t.same(printedWattHours([]), [])
})

const ZONES = ['Asia/Shanghai', 'Europe/Berlin', 'America/New_York']
const segmentsOf = (count: number, longest: number) =>
  fc.array(
    fc.record({
      from: fc.nat(3 * 24 * 60),
      length: fc.nat(longest),
      wh: fc.tuple(fc.nat(100_000), fc.integer({ min: 1, max: 97 })),
    }),
    { maxLength: count },
  )
/** Around both changes of the clocks of each zone. */
const origins = fc.constantFrom(...['2026-03-07', '2026-03-28', '2026-10-24', '2026-10-31'].map(day => Date.parse(day)))
const build = (rows: { from: number; length: number; wh: [number, number] }[]): Segment[] =>
  rows.map(({ from, length, wh }) => ({ from: from * MINUTE, to: (from + length) * MINUTE, energyWh: ratio(...wh) }))

const energyOf = (segments: readonly Segment[]): Ratio => sum(segments.map(s => s.energyWh))

t.test('energy is conserved, columns add up, and the total is the exact one rounded', async t => {
  fc.assert(
    fc.property(segmentsOf(8, 600), fc.constantFrom(...ZONES), origins, (rows, timeZone, originMs) => {
      const segments = build(rows)
      const rated = rate(segments, { timeZone, originMs })
      const { windows } = rated
      return (
        compare(rated.energyWh, energyOf(segments)) === 0 &&
        compare(sum(windows.map(w => w.energyWh)), rated.energyWh) === 0 &&
        rated.energyFeeMinor + rated.serviceFeeMinor + rated.otherFeeMinor === rated.totalMinor &&
        windows.reduce((a, w) => a + w.feeMinor, 0) === rated.energyFeeMinor &&
        roundHalfUp(rated.exactTotalMinor) === BigInt(rated.totalMinor) &&
        windows.every((w, i) => w.fromMs <= w.toMs && (i === 0 || windows[i - 1]!.toMs <= w.fromMs))
      )
    }),
  )
  t.pass()
})

t.test('a reading in between that lies on the line changes nothing, nor does the order of segments', async t => {
  fc.assert(
    fc.property(segmentsOf(5, 600), fc.constantFrom(...ZONES), origins, fc.nat(), (rows, timeZone, originMs, seed) => {
      const segments = build(rows)
      const split = segments.flatMap(s => {
        if (s.to === s.from) return [s]
        const middle = s.from + (seed % (s.to - s.from))
        const before = mul(s.energyWh, ratio(middle - s.from, s.to - s.from))
        const after = mul(s.energyWh, ratio(s.to - middle, s.to - s.from))
        return [
          { from: middle, to: s.to, energyWh: after },
          { from: s.from, to: middle, energyWh: before },
        ]
      })
      const { windows: a, ...whole } = rate(segments, { timeZone, originMs })
      const { windows: b, ...parts } = rate(split.reverse(), { timeZone, originMs })
      t.strictSame(whole, parts)
      t.strictSame(a, b)
    }),
    { numRuns: 60 },
  )
})

/** The exact total the slow way: every minute of every segment is priced by asking the calendar. */
function oracle(tariff: TimeOfUseTariff, timeZone: string, originMs: number, segments: Segment[]): Ratio {
  let total = ZERO
  for (const { from, to, energyWh } of segments) {
    const minutes = Math.max(1, (to - from) / MINUTE)
    for (let minute = 0; minute < minutes; minute++) {
      const wall = Temporal.Instant.fromEpochMilliseconds(originMs + from + minute * MINUTE).toZonedDateTimeISO(
        timeZone,
      )
      const now = wall.hour * 60 + wall.minute
      const window = tariff.windows.find(({ fromMinute: a, toMinute: b }) =>
        a < b ? now >= a && now < b : now >= a || now < b,
      )
      const price = BigInt((window?.price ?? 0) + tariff.service)
      total = add(total, mul(energyWh, ratio(price, 100_000n * BigInt(minutes))))
    }
  }
  return total
}

t.test('the exact total equals that of a calendar asked minute by minute', async t => {
  const tariff = {
    ...defaultTariff(),
    windows: defaultTariff()
      .windows.slice(1)
      .map((w, i) => ({ ...w, price: 997 * i + 13 })),
  }
  fc.assert(
    fc.property(segmentsOf(2, 500), fc.constantFrom(...ZONES), origins, (rows, timeZone, originMs) => {
      const segments = build(rows)
      return (
        compare(
          rate(segments, { tariff, timeZone, originMs }).exactTotalMinor,
          oracle(tariff, timeZone, originMs, segments),
        ) === 0
      )
    }),
    { numRuns: 40 },
  )
  t.pass()
})
