import fc from 'fast-check'
import t from 'tap'
import { type RateInput, rateSegments, type Segment } from '../../../central/core/billing/rate.ts'
import { add, compare, mul, type Ratio, ratio, roundHalfUp, sum, ZERO } from '../../../central/core/billing/ratio.ts'
import { compileTariff } from '../../../central/core/tariff/elements.ts'
import type { ElementTariff } from '../../../central/core/tariff/tariff.ts'
import { DAYS_OF_WEEK, TARIFF_DIMENSIONS, type TariffElement } from '../../../protocol/tariff.ts'
import { DENOMINATOR, rateBySeconds } from '../../support/independent-elements.ts'
import { tariffOf } from '../../support/tariffs.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND

/** A record of which every member may be missing. */
const some = <T extends Record<string, fc.Arbitrary<unknown>>>(members: T) =>
  fc.record(members, { requiredKeys: [] }) as fc.Arbitrary<{
    [K in keyof T]?: T[K] extends fc.Arbitrary<infer V> ? V : never
  }>

const clock = fc
  .tuple(fc.constantFrom(0, 1, 2, 3, 23), fc.constantFrom(0, 30, 45))
  .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`)
const window = fc.tuple(clock, clock).filter(([start, end]) => start !== end)
const days = fc.constantFrom('2026-03-08', '2026-03-29', '2026-10-04', '2026-10-25')
const restrictions = some({
  window: window,
  startDate: days,
  minKwh: fc.integer({ min: 0, max: 300 }).map(n => n / 100),
  maxKwh: fc.integer({ min: 1, max: 300 }).map(n => n / 100),
  minPower: fc.constantFrom(3.6, 7.2, 18),
  maxPower: fc.constantFrom(3.6, 7.2, 18),
  minDuration: fc.nat(90 * 60),
  maxDuration: fc.integer({ min: 1, max: 120 * 60 }),
  dayOfWeek: fc.subarray([...DAYS_OF_WEEK], { minLength: 1 }),
}).map(({ window, ...rest }) => (window === undefined ? rest : { ...rest, startTime: window[0], endTime: window[1] }))

const component = fc.record(
  {
    type: fc.constantFrom(...TARIFF_DIMENSIONS),
    price: fc.nat(30_000).map(n => n / 10_000),
    vat: fc.constantFrom(0, 5.2, 10, 20, 33.3333),
    stepSize: fc.constantFrom(0, 1, 7, 60, 300, 500),
  },
  { requiredKeys: ['type', 'price'] },
)
const components = fc.uniqueArray(component, { minLength: 1, maxLength: 3, selector: ({ type }) => type })
const elements = fc
  .array(fc.tuple(components, fc.option(restrictions, { nil: undefined })), { minLength: 1, maxLength: 6 })
  .map(list =>
    list.map(
      ([priceComponents, restrictions], index): TariffElement => ({
        kind: String(index),
        priceComponents,
        ...(restrictions === undefined ? {} : { restrictions }),
      }),
    ),
  )
const price = fc.nat(300).map(n => ({ exclVat: n / 100 }))
const tariffs = (limits: boolean) =>
  fc
    .tuple(elements, some({ parkingGraceMinutes: fc.nat(20), ...(limits ? { minPrice: price, maxPrice: price } : {}) }))
    .map(([list, more]) => tariffOf(list, more as Partial<ElementTariff>))

/** Around changes of the clocks, at any minute of their nights. */
const starts = fc
  .tuple(
    fc.constantFrom(
      ['Europe/Berlin', '2026-03-28T23:00'],
      ['Europe/Berlin', '2026-10-24T23:00'],
      ['America/New_York', '2026-03-07T23:00'],
      ['America/New_York', '2026-10-31T23:00'],
      ['Australia/Lord_Howe', '2026-04-04T23:00'],
      ['Australia/Lord_Howe', '2026-10-03T23:00'],
      ['Asia/Kathmandu', '2026-06-01T23:00'],
    ),
    fc.nat(4 * 60),
  )
  .map(([[timeZone, at], minutes]) => ({
    timeZone: timeZone!,
    startMs: Temporal.PlainDateTime.from(at!).toZonedDateTime(timeZone!).epochMilliseconds + minutes * MINUTE,
  }))
/** Wh per second of each minute: every multiple of 10 Wh is reached at a whole second. */
const powers = fc.array(fc.constantFrom(0, 1, 2, 5), { minLength: 1, maxLength: 100 })

/** Minutes as segments: neighbours of one power together, minutes without energy left out. */
function segmentsOf(minutes: readonly number[]): Segment[] {
  const segments: Segment[] = []
  for (const [index, power] of minutes.entries()) {
    const [from, to] = [index * MINUTE, (index + 1) * MINUTE]
    const last = segments.at(-1)
    if (power === 0) continue
    if (last !== undefined && last.to === from && minutes[index - 1] === power) {
      last.to = to
      last.energyWh = add(last.energyWh, ratio(power * 60))
    } else segments.push({ from, to, energyWh: ratio(power * 60) })
  }
  return segments
}

t.test('amounts and billed quantities equal those of a clock asked second by second', async t => {
  fc.assert(
    fc.property(tariffs(false), starts, powers, fc.nat(60), (tariff, { timeZone, startMs }, minutes, parkedMinutes) => {
      const expected = rateBySeconds({ tariff, timeZone, startMs, powers: minutes, parkedMinutes })
      const end = minutes.length * MINUTE
      const rated = rateSegments({
        tariff,
        timeZone,
        originMs: startMs,
        ticksPerMs: 1,
        segments: segmentsOf(minutes),
        session: { from: 0, to: end },
        parking: [{ from: end, to: end + parkedMinutes * MINUTE }],
      })
      const billed = new Map<string, number>()
      for (const { dimension, kind, quantity } of rated.lines) {
        if (kind === 'none') continue
        const unit = dimension === 'TIME' || dimension === 'PARKING_TIME' ? SECOND : 1
        const key = `${dimension} ${kind}`
        billed.set(key, (billed.get(key) ?? 0) + Number(quantity.n) / (Number(quantity.d) * unit))
      }
      t.strictSame(new Map([...billed].sort()), new Map([...expected.billed].sort()))
      const scaled = mul(rated.exactTotalMinor, ratio(DENOMINATOR / 10_000n))
      t.strictSame(scaled, ratio(expected.incl, 10_000n))
    }),
    { numRuns: 120 },
  )
})

const parkings = fc.array(fc.tuple(fc.nat(100), fc.integer({ min: 1, max: 30 })), { maxLength: 3 })
/** Steps with what a charger may measure, or nothing. */
const steps = fc.array(
  fc.record({
    minutes: fc.nat(20),
    wh: fc.tuple(fc.nat(9000), fc.integer({ min: 1, max: 97 })),
    powerW: fc.option(fc.nat(30_000)),
    currentA: fc.option(fc.nat(40)),
  }),
  { maxLength: 12 },
)
const inputs: fc.Arbitrary<RateInput & { segments: Segment[] }> = fc
  .tuple(tariffs(true), starts, steps, parkings, fc.option(fc.nat(60)))
  .map(([tariff, { timeZone, startMs }, list, parked, reserved]) => {
    let at = 0
    const segments = list.map(({ minutes, wh, powerW, currentA }): Segment => {
      const from = at
      at += minutes * MINUTE
      return { from, to: at, energyWh: ratio(...wh), powerW, currentA }
    })
    let end = at
    const parking = parked.map(([after, minutes]) => {
      const from = end + after * MINUTE
      end = from + minutes * MINUTE
      return { from, to: end }
    })
    const reservation = reserved === null ? null : { from: -reserved * MINUTE, to: 0 }
    return {
      tariff,
      timeZone,
      originMs: startMs,
      ticksPerMs: 1,
      segments,
      session: { from: 0, to: at },
      parking,
      reservation,
    }
  })

const added = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)

t.test('energy and money are conserved', async t => {
  fc.assert(
    fc.property(inputs, input => {
      const rated = rateSegments(input)
      const { windows, lines, energyFeeMinor, serviceFeeMinor, otherFeeMinor, totalMinor, vatMinor } = rated
      const metered = sum(input.segments.map(segment => segment.energyWh))
      t.equal(compare(rated.energyWh, metered), 0)
      t.equal(compare(sum(windows.map(window => window.energyWh)), metered), 0)
      t.equal(added(lines.map(line => line.amountMinor)), totalMinor)
      t.equal(energyFeeMinor + serviceFeeMinor + otherFeeMinor, totalMinor)
      t.equal(added(windows.map(window => window.feeMinor)), energyFeeMinor)
      t.equal(added(lines.filter(line => line.dimension === 'ENERGY').map(line => line.amountMinor)), energyFeeMinor)
      t.equal(added(lines.filter(line => line.dimension === 'SERVICE').map(line => line.amountMinor)), serviceFeeMinor)
      t.equal(BigInt(totalMinor), roundHalfUp(rated.exactTotalMinor))
      t.ok(totalMinor >= 0 && vatMinor >= 0 && vatMinor <= totalMinor)
      t.ok(windows.every((w, i) => w.fromMs <= w.toMs && (i === 0 || windows[i - 1]!.toMs <= w.fromMs)))
    }),
    { numRuns: 150 },
  )
})

t.test('the same session gives the same bill, whatever was rated before', async t => {
  fc.assert(
    fc.property(inputs, input => {
      const first = rateSegments(input)
      t.strictSame(rateSegments(structuredClone(input)), first)
      t.equal(compileTariff(input.tariff as ElementTariff), compileTariff(input.tariff as ElementTariff), 'remembered')
    }),
    { numRuns: 50 },
  )
})

t.test('a reading in between that lies on the line changes nothing, nor does the order', async t => {
  fc.assert(
    fc.property(inputs, fc.nat(), (input, seed) => {
      const split = input.segments.flatMap((segment): Segment[] => {
        const { from, to, energyWh } = segment
        if (from === to) return [segment]
        const middle = from + (seed % (to - from))
        const part = (start: number, end: number): Segment => ({
          ...segment,
          from: start,
          to: end,
          energyWh: mul(energyWh, ratio(end - start, to - from)),
        })
        return middle === from ? [segment] : [part(middle, to), part(from, middle)]
      })
      t.strictSame(rateSegments({ ...input, segments: split }), rateSegments(input))
    }),
    { numRuns: 100 },
  )
})

t.test('more energy never costs less where only energy is priced, up to the maximum', async t => {
  const tariff = tariffOf([{ priceComponents: [{ type: 'ENERGY', price: 0.37, vat: 10, stepSize: 50 }] }], {
    minPrice: { exclVat: 1 },
    maxPrice: { exclVat: 5, inclVat: 5.4 },
  })
  const cost = (wh: number): Ratio =>
    rateSegments({
      tariff,
      timeZone: 'UTC',
      originMs: 0,
      ticksPerMs: 1,
      segments: [{ from: 0, to: MINUTE, energyWh: ratio(wh) }],
    }).exactTotalMinor
  fc.assert(
    fc.property(fc.nat(30_000), fc.nat(1000), (wh, more) => compare(cost(wh), cost(wh + more)) <= 0),
    { numRuns: 100 },
  )
  t.same([cost(0), cost(30_000)], [ratio(100), ratio(540)])
  t.ok(compare(cost(5000), ZERO) > 0)
})
