import t from 'tap'
import { rateSegments, type Segment } from '../../../central/core/billing/rate.ts'
import { ratio, toDecimal } from '../../../central/core/billing/ratio.ts'
import type { ElementTariff } from '../../../central/core/tariff/tariff.ts'
import type { TariffRestrictions } from '../../../protocol/tariff.ts'
import { element, pricing, tariffOf } from '../../support/tariffs.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const ZONE = 'Europe/Berlin'
const local = (text: string, zone = ZONE): number =>
  Temporal.PlainDateTime.from(text).toZonedDateTime(zone).epochMilliseconds

interface Course {
  start?: string
  hours?: number
  kWh?: number
  segments?: Segment[]
  parkingHours?: number
  zone?: string
}

function rate(tariff: ElementTariff, course: Course) {
  const { start = '2026-06-01T08:00', hours = 1, kWh = hours, parkingHours = 0, zone = ZONE } = course
  const end = hours * HOUR
  return rateSegments({
    tariff,
    timeZone: zone,
    originMs: local(start, zone),
    ticksPerMs: 1,
    segments: course.segments ?? [{ from: 0, to: end, energyWh: ratio(kWh * 1000) }],
    session: { from: 0, to: end },
    parking: parkingHours === 0 ? [] : [{ from: end, to: end + parkingHours * HOUR }],
  })
}

/** One element of 1 per kWh before a fallback of 0.1: what it prices, in kWh, and where from, in hours of the session. */
function priced(restrictions: TariffRestrictions, course: Course): [kWh: number, fromHour: number][] {
  const tariff = tariffOf([
    { ...pricing('ENERGY', 1, restrictions), kind: 'own' },
    { ...pricing('ENERGY', 0.1), kind: 'other' },
  ])
  const origin = local(course.start ?? '2026-06-01T08:00', course.zone ?? ZONE)
  return rate(tariff, course)
    .windows.filter(window => window.kind === 'own')
    .map(window => [Number(toDecimal(window.energyWh, 3)) / 1000, (window.fromMs - origin) / HOUR])
}

t.test('times of day are half-open, in local time, over midnight too', async t => {
  t.same(priced({ startTime: '09:00', endTime: '10:00' }, { hours: 4 }), [[1, 1]])
  t.same(priced({ startTime: '22:00', endTime: '06:00' }, { start: '2026-06-01T20:00', hours: 12 }), [[8, 2]])
  t.same(priced({ startTime: '10:00' }, { start: '2026-06-01T08:00', hours: 17 }), [[14, 2]], 'until midnight')
  t.same(priced({ endTime: '10:00' }, { start: '2026-06-01T23:00', hours: 12 }), [[10, 1]], 'from midnight on')
  t.same(priced({ startTime: '23:00', endTime: '00:00' }, { start: '2026-06-01T22:00', hours: 4 }), [[1, 1]])
  t.same(priced({ startTime: '09:00', endTime: '09:00' }, { hours: 3 }), [[3, 0]], 'equal ends are the whole day')
})

t.test('days of 23, 25, 23.5 and 24.5 hours go by the clock on the wall', async t => {
  const night = { startTime: '01:00', endTime: '04:00' }
  const table: [zone: string, start: string, own: [number, number][]][] = [
    ['Europe/Berlin', '2026-03-29T00:00', [[2, 1]]],
    ['Europe/Berlin', '2026-10-25T00:00', [[4, 1]]],
    ['America/New_York', '2026-03-08T00:00', [[2, 1]]],
    ['America/New_York', '2026-11-01T00:00', [[4, 1]]],
    ['Australia/Lord_Howe', '2026-10-04T00:00', [[2.5, 1]]],
    ['Australia/Lord_Howe', '2026-04-05T00:00', [[3.5, 1]]],
  ]
  for (const [zone, start, own] of table) {
    t.same(priced(night, { zone, start, hours: 8 }), own, `${zone} ${start}`)
  }
  const twice = { startTime: '02:00', endTime: '02:30' }
  t.same(priced(twice, { zone: 'Europe/Berlin', start: '2026-10-25T00:00', hours: 5 }), [
    [0.5, 2],
    [0.5, 3],
  ])
})

t.test('weekdays and dates begin and end at local midnight', async t => {
  const sunday = { start: '2026-06-07T20:00', hours: 8 }
  t.same(priced({ dayOfWeek: ['MONDAY'] }, sunday), [[4, 4]])
  t.same(priced({ dayOfWeek: ['SUNDAY', 'TUESDAY'] }, sunday), [[4, 0]])
  t.same(priced({ startDate: '2026-06-08' }, sunday), [[4, 4]])
  t.same(priced({ endDate: '2026-06-08' }, sunday), [[4, 0]], 'the end is exclusive')
  t.same(priced({ startDate: '2026-06-06', endDate: '2026-06-07' }, sunday), [])
  t.same(
    priced({ dayOfWeek: ['SUNDAY'], startTime: '22:00', endTime: '02:00' }, sunday),
    [[2, 2]],
    'all restrictions must match: after midnight it is Monday',
  )
})

t.test('energy counts from the session on, and thresholds split a segment where they are crossed', async t => {
  t.same(priced({ minKwh: 1.5 }, { hours: 3, kWh: 3 }), [[1.5, 1.5]])
  t.same(priced({ maxKwh: 1 }, { hours: 3, kWh: 3 }), [[1, 0]])
  t.same(priced({ minKwh: 0.5, maxKwh: 2.5 }, { hours: 3, kWh: 3 }), [[2, 0.5]])
  t.same(
    priced({ minKwh: 1, maxKwh: 2 }, { segments: [{ from: 0, to: 0, energyWh: ratio(5000) }] }),
    [[1, 0]],
    'also of energy that flowed in no time',
  )
  t.same(priced({ minKwh: 1 }, { hours: 7, kWh: 3 }), [[2, 7 / 3]])
})

t.test('durations count from the start of the session, lower bound in, upper out', async t => {
  t.same(priced({ minDuration: 1800 }, { hours: 2 }), [[1.5, 0.5]])
  t.same(priced({ maxDuration: 1800 }, { hours: 2 }), [[0.5, 0]])
  t.same(priced({ minDuration: 600, maxDuration: 1200 }, { hours: 2, kWh: 12 }), [[1, 1 / 6]])
})

const stretch = (from: number, to: number, wh: number, more: Partial<Segment> = {}): Segment => ({
  from: from * HOUR,
  to: to * HOUR,
  energyWh: ratio(wh),
  ...more,
})

t.test('power is what was measured, else what follows from energy and time', async t => {
  const derived = [stretch(0, 1, 5000), stretch(1, 2, 20_000), stretch(2, 3, 16_000)]
  t.same(priced({ maxPower: 16 }, { hours: 3, segments: derived }), [[5, 0]])
  t.same(priced({ minPower: 16 }, { hours: 3, segments: derived }), [[36, 1]])
  const measured = [stretch(0, 1, 5000, { powerW: 17_000.5 }), stretch(1, 2, 20_000, { powerW: null })]
  t.same(priced({ minPower: 17 }, { hours: 2, segments: measured }), [[25, 0]])
})

t.test('energy that came in no time came at the power before it, or above any', async t => {
  const jump = (at: number) => stretch(at, at, 500)
  t.same(priced({ maxPower: 16 }, { hours: 1, segments: [stretch(0, 1, 5000), jump(1)] }), [[5.5, 0]])
  t.same(priced({ maxPower: 16 }, { hours: 1, segments: [jump(0), stretch(0, 1, 5000)] }), [[5, 0]])
  t.same(priced({ minPower: 16 }, { hours: 1, segments: [jump(0), stretch(0, 1, 5000)] }), [[0.5, 0]])
})

t.test('current counts where it is known, and matches no bound where it is not', async t => {
  const segments = [
    stretch(0, 1, 5000, { currentA: 16 }),
    stretch(1, 2, 5000, { currentA: 32 }),
    stretch(2, 3, 5000),
    stretch(3, 4, 5000, { currentA: 10.25 }),
  ]
  t.same(priced({ maxCurrent: 32 }, { hours: 4, segments }), [
    [5, 0],
    [5, 3],
  ])
  t.same(priced({ minCurrent: 32 }, { hours: 4, segments }), [[5, 1]])
  t.same(priced({ minCurrent: 0 }, { hours: 4, segments }), [
    [10, 0],
    [5, 3],
  ])
})

t.test('where no energy flows neither power nor current do', async t => {
  const tariff = tariffOf([
    pricing('TIME', 1, { maxPower: 1 }),
    pricing('TIME', 2, { minCurrent: 10 }),
    pricing('TIME', 5),
  ])
  const segments = [stretch(0, 1, 5000, { currentA: 20 }), stretch(2, 3, 5000, { currentA: 5 }), stretch(3, 4, 0)]
  const { lines } = rate(tariff, { hours: 4, segments })
  t.same(
    lines.filter(line => line.dimension === 'TIME').map(line => [line.price, Number(line.quantity.n) / HOUR]),
    [
      [20_000, 1],
      [10_000, 2],
      [50_000, 1],
    ],
  )
})

t.test('per dimension the first element that matches wins', async t => {
  const tariff = tariffOf([
    pricing('ENERGY', 1, { startTime: '09:00', endTime: '10:00' }),
    element([
      { type: 'ENERGY', price: 0.5 },
      { type: 'SERVICE', price: 0.2 },
    ]),
    element([
      { type: 'ENERGY', price: 9 },
      { type: 'SERVICE', price: 9 },
      { type: 'TIME', price: 3 },
    ]),
  ])
  const rated = rate(tariff, { hours: 2, kWh: 2 })
  t.match(rated, { energyFeeMinor: 150, serviceFeeMinor: 40, otherFeeMinor: 600, totalMinor: 790, vatMinor: 0 })
})

t.test('where no element matches nothing is charged, and the energy is still listed', async t => {
  const rated = rate(tariffOf([pricing('ENERGY', 1, { startTime: '09:00', endTime: '10:00' })]), { hours: 3 })
  t.match(rated.windows, [{ kind: 'none', feeMinor: 0 }, { kind: '09:00-10:00', feeMinor: 100 }, { kind: 'none' }])
  t.equal(rated.totalMinor, 100)
})

t.test('an element without a name is called by its time of day', async t => {
  const tariff = tariffOf([
    pricing('ENERGY', 1, { endTime: '09:00' }),
    pricing('ENERGY', 2, { startTime: '10:00', endTime: '11:00' }),
    pricing('ENERGY', 3, { startTime: '11:00' }),
    pricing('ENERGY', 4, { dayOfWeek: ['MONDAY'] }),
  ])
  t.same(
    rate(tariff, { hours: 4 }).windows.map(window => window.kind),
    ['00:00-09:00', 'standard', '10:00-11:00', '11:00-00:00'],
  )
})

t.test('a flat fee is charged once, for the element that first becomes active', async t => {
  const tariff = tariffOf([
    pricing('FLAT', 3, { startTime: '10:00' }),
    pricing('FLAT', 2, { startTime: '09:00' }),
    pricing('ENERGY', 0),
  ])
  t.equal(rate(tariff, { hours: 4 }).totalMinor, 200, 'at 09:00')
  t.equal(rate(tariff, { start: '2026-06-01T11:00' }).totalMinor, 300)
  t.equal(rate(tariff, { hours: 0.5 }).totalMinor, 0, 'it is over before 09:00')
  t.equal(rate(tariffOf([pricing('FLAT', 2)]), { hours: 0, segments: [] }).totalMinor, 200, 'of a session of no length')
})

t.test('parking is free for the grace, once per session, and priced by its own restrictions', async t => {
  const tariff = tariffOf([pricing('PARKING_TIME', 6, { startTime: '09:00' }), pricing('PARKING_TIME', 3)], {
    parkingGraceMinutes: 20,
  })
  const parked = (from: number, to: number) => ({ from: from * MINUTE, to: to * MINUTE })
  const fee = (parking: { from: number; to: number }[]) =>
    rateSegments({
      tariff,
      timeZone: ZONE,
      originMs: local('2026-06-01T08:00'),
      ticksPerMs: 1,
      segments: [],
      session: { from: 0, to: 30 * MINUTE },
      parking,
    }).otherFeeMinor
  t.equal(fee([parked(30, 50)]), 0)
  t.equal(fee([parked(30, 90)]), 10 * 5 + 30 * 10)
  t.equal(fee([parked(0, 10), parked(20, 40)]), 10 * 5, 'the grace is not given again')
  t.equal(fee([parked(200, 260), parked(30, 40)]), 50 * 10, 'nor is the time between')
})

t.test('the minimum and the maximum hold with and without VAT', async t => {
  const elements = [pricing('ENERGY', 0.5, undefined, { vat: 20 })]
  const of = (more: Partial<ElementTariff>, kWh: number) => {
    const { totalMinor, vatMinor, otherFeeMinor, lines } = rate(tariffOf(elements, more), { kWh })
    return [totalMinor, vatMinor, otherFeeMinor, lines.at(-1)?.dimension]
  }
  t.same(of({ minPrice: { exclVat: 1 } }, 1), [120, 20, 60, 'MIN_PRICE'], 'VAT keeps its share')
  t.same(of({ minPrice: { exclVat: 1, inclVat: 1.1 } }, 1), [110, 10, 50, 'MIN_PRICE'])
  t.same(of({ minPrice: { exclVat: 0.1, inclVat: 0.7 } }, 1), [70, 20, 10, 'MIN_PRICE'], 'with VAT alone')
  t.same(
    of({ minPrice: { exclVat: 0.55, inclVat: 0.6 } }, 1),
    [60, 5, 0, 'MIN_PRICE'],
    'without VAT alone: only the VAT contained changes',
  )
  t.same(of({ minPrice: { exclVat: 1 } }, 3), [180, 30, 0, 'ENERGY'])
  t.same(of({ maxPrice: { exclVat: 1 } }, 4), [120, 20, -120, 'MAX_PRICE'])
  t.same(of({ maxPrice: { exclVat: 2, inclVat: 2.2 } }, 4), [220, 20, -20, 'MAX_PRICE'])
  t.same(of({ maxPrice: { exclVat: 3 } }, 4), [240, 40, 0, 'ENERGY'])
  t.same(
    of({ minPrice: { exclVat: 2 }, maxPrice: { exclVat: 1 } }, 3),
    [120, 20, -60, 'MAX_PRICE'],
    'the maximum is last',
  )
  t.same(of({ minPrice: { exclVat: 2 } }, 0), [200, 0, 200, 'MIN_PRICE'])
})

t.test('steps: none with 0, whole Wh and seconds by default', async t => {
  const rated = (stepSize?: number) => {
    const more = stepSize === undefined ? {} : { stepSize }
    const tariff = tariffOf([pricing('ENERGY', 1, undefined, more), pricing('TIME', 1, undefined, more)])
    const segments = [{ from: 0, to: 1500, energyWh: ratio(3, 2) }]
    const { lines } = rateSegments({ tariff, timeZone: ZONE, originMs: 0, ticksPerMs: 1, segments })
    return lines.map(line => toDecimal(line.quantity, 1))
  }
  t.same(rated(), ['2.0', '2000.0'])
  t.same(rated(0), ['1.5', '1500.0'])
})

t.test('what cannot be a course is refused', async t => {
  const tariff = tariffOf([pricing('ENERGY', 1)])
  const base = { tariff, timeZone: ZONE, originMs: 0, ticksPerMs: 1 }
  const segment = (from: number, to: number) => ({ from, to, energyWh: ratio(1) })
  t.throws(() => rateSegments({ ...base, segments: [segment(0, 2), segment(1, 3)] }), /segments overlap at 1/)
  t.throws(() => rateSegments({ ...base, segments: [segment(2, 1)] }), RangeError)
  t.throws(() => rateSegments({ ...base, segments: [segment(0, 0.5)] }), RangeError)
  t.throws(() => rateSegments({ ...base, segments: [], session: { from: 1, to: 0 } }), RangeError)
  t.throws(
    () => rateSegments({ ...base, segments: [], parking: [segment(0, 2), segment(1, 2)] }),
    /parking times overlap/,
  )
  t.equal(rateSegments({ ...base, segments: [] }).totalMinor, 0, 'nothing is a course')
  const outside = rateSegments({ ...base, segments: [segment(0, 1), segment(8, 9)], session: { from: 2, to: 5 } })
  t.same(outside.energyWh, ratio(2), 'energy outside of the session is billed')
})

t.test('ticks finer than milliseconds split exactly', async t => {
  const tariff = tariffOf([pricing('ENERGY', 1, { startTime: '10:00' }), pricing('ENERGY', 0.5)])
  const edge = 2 * HOUR * 3
  const { windows } = rateSegments({
    tariff,
    timeZone: ZONE,
    originMs: local('2026-06-01T08:00'),
    ticksPerMs: 3,
    segments: [{ from: edge - 2, to: edge + 1, energyWh: ratio(1000) }],
  })
  t.same(
    windows.map(({ energyWh, fromMs, toMs }) => [energyWh, fromMs - local('2026-06-01T10:00'), toMs - fromMs]),
    [
      [ratio(2000, 3), -1, 1],
      [ratio(1000, 3), 0, 0],
    ],
  )
})
