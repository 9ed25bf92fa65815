import t from 'tap'
import { type Box, uncovered } from '../../../central/core/tariff/coverage.ts'
import { tariffProblems } from '../../../central/core/tariff/problems.ts'
import { defaultTariff, type ElementTariff, parseTariff } from '../../../central/core/tariff/tariff.ts'
import type { TariffElement, TariffRestrictions } from '../../../protocol/tariff.ts'
import { element, pricing, tariffOf } from '../../support/tariffs.ts'

const berlin = { timeZone: 'Europe/Berlin' }
const problems = (elements: TariffElement[], more?: Partial<ElementTariff>): string[] =>
  tariffProblems(tariffOf(elements, more), berlin).map(({ path, message }) => `${path} ${message}`)
const energy = (restrictions?: TariffRestrictions) => pricing('ENERGY', 1, restrictions)
const WEEKDAYS: TariffRestrictions['dayOfWeek'] = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY']

t.test('tariffs without a gap have no problems', async t => {
  const good: TariffElement[][] = [
    [energy()],
    [energy({ startTime: '22:00', endTime: '06:00' }), energy({ startTime: '06:00', endTime: '22:00' })],
    [energy({ dayOfWeek: WEEKDAYS }), energy({ dayOfWeek: ['SATURDAY', 'SUNDAY'] })],
    [energy({ endDate: '2027-01-01' }), energy({ startDate: '2027-01-01' })],
    [energy({ maxKwh: 1 }), energy({ minKwh: 1 })],
    [energy({ maxPower: 16.5 }), energy({ minPower: 16.5 })],
    [energy({ maxDuration: 60 }), energy({ minDuration: 60, maxDuration: 120 }), energy({ minDuration: 120 })],
    [energy({ maxCurrent: 32 }), energy()],
    [energy({ minKwh: 0, minDuration: 0 })],
    [energy({ startTime: '09:00' }), energy({ endTime: '09:00' })],
    // a holiday of one day: it is a Friday
    [energy({ startDate: '2026-12-25', endDate: '2026-12-26', dayOfWeek: ['FRIDAY'] }), energy()],
    [
      energy({ dayOfWeek: ['FRIDAY'], startDate: '2026-12-25', endDate: '2026-12-26' }),
      energy({ endDate: '2026-12-25' }),
      energy({ startDate: '2026-12-26' }),
    ],
    [pricing('TIME', 2)],
    [pricing('FLAT', 0, undefined, { stepSize: 0 })],
    [energy(), pricing('PARKING_TIME', 5, { startTime: '09:00', endTime: '18:00' })],
    [
      energy(),
      pricing('TIME', 1, { reservation: 'RESERVATION' }),
      pricing('TIME', 2, { reservation: 'RESERVATION_EXPIRES' }),
    ],
  ]
  for (const elements of good) t.same(problems(elements), [], JSON.stringify(elements))
  t.same(tariffProblems(defaultTariff(), berlin), [])
})

const FALLBACK = 'end with an element without restrictions'

t.test('a gap is named in words', async t => {
  const table: [TariffElement[], string][] = [
    [[energy({ startTime: '22:00', endTime: '06:00' })], 'from 06:00 to 22:00'],
    [
      [energy({ dayOfWeek: ['MONDAY', 'TUESDAY'] }), energy({ dayOfWeek: ['WEDNESDAY', 'SUNDAY'] })],
      'from Thursday to Saturday',
    ],
    [[energy({ dayOfWeek: [...WEEKDAYS, 'SATURDAY'] })], 'on Sunday'],
    [[energy({ startDate: '2026-01-01' })], 'before 2026-01-01'],
    [[energy({ endDate: '2026-07-01' }), energy({ startDate: '2026-07-02' })], 'from 2026-07-01 on, before 2026-07-02'],
    [[energy({ maxKwh: 20.5 })], 'from 20.5 kWh on'],
    [[energy({ minKwh: 20 })], 'below 20 kWh'],
    [[energy({ maxKwh: 10 }), energy({ minKwh: 20 })], 'from 10 kWh to 20 kWh'],
    [[energy({ minPower: 100 })], 'below 100 kW'],
    [[energy({ minDuration: 60 })], 'within 60 s'],
    [[energy({ maxCurrent: 32 }), energy({ minCurrent: 32 })], 'where the current is not known'],
    [[energy({ startTime: '22:00', maxKwh: 5 }), energy({ endTime: '22:00' })], 'from 22:00 to 24:00 from 5 kWh on'],
  ]
  for (const [elements, where] of table) {
    t.same(problems(elements), [`/elements energy has no price ${where}: ${FALLBACK}`])
  }
  t.same(problems([pricing('SERVICE', 1)]), [
    '/elements no element prices ENERGY, TIME or FLAT: for free charging give a FLAT price of 0',
  ])
  t.same(problems([pricing('ENERGY', 1, { minKwh: 2, maxKwh: 1 })]), [
    '/elements/0/restrictions/maxKwh not above minKwh: it can never match',
    `/elements energy has no price at all: ${FALLBACK}`,
  ])
})

t.test('elements that can never be used are named', async t => {
  const never = 'never used: an element before it matches whenever it does'
  t.same(problems([energy(), energy({ maxKwh: 3 })]), [`/elements/1 ${never}`])
  t.same(
    problems([
      energy({ startTime: '08:00', endTime: '20:00' }),
      energy({ startTime: '20:00', endTime: '08:00' }),
      energy(),
    ]),
    [`/elements/2 ${never}`],
  )
  t.same(
    problems([
      energy(),
      element([
        { type: 'ENERGY', price: 1 },
        { type: 'TIME', price: 1 },
      ]),
    ]),
    [`/elements/1/priceComponents/0 ${never}`],
  )
  t.same(
    problems([
      energy(),
      pricing('TIME', 1, { reservation: 'RESERVATION' }),
      pricing('TIME', 2, { reservation: 'RESERVATION' }),
    ]),
    [`/elements/2 ${never}`],
  )
})

t.test('restrictions that contradict each other are named', async t => {
  const table: [TariffRestrictions, string][] = [
    [{ maxKwh: 0 }, 'restrictions/maxKwh maxKwh is 0: it can never match'],
    [{ minPower: 20, maxPower: 10 }, 'restrictions/maxPower not above minPower: it can never match'],
    [{ minCurrent: 5, maxCurrent: 5 }, 'restrictions/maxCurrent not above minCurrent: it can never match'],
    [{ minDuration: 9, maxDuration: 8 }, 'restrictions/maxDuration not above minDuration: it can never match'],
    [
      { startTime: '08:00', endTime: '08:00' },
      'restrictions/endTime startTime and endTime are equal: leave both out for the whole day',
    ],
    [
      { startDate: '2026-06-02', endDate: '2026-06-01' },
      'restrictions/endDate not after startDate: endDate is the first day on which it no longer matches',
    ],
    [
      { startDate: '2026-06-01', endDate: '2026-06-03', dayOfWeek: ['SUNDAY'] },
      'restrictions can never match: no day has that time, weekday and date',
    ],
    [
      { startDate: '2026-03-29', endDate: '2026-03-30', startTime: '02:00', endTime: '03:00' },
      'restrictions can never match: no day has that time, weekday and date',
    ],
  ]
  for (const [restrictions, problem] of table) {
    t.same(problems([energy(restrictions), energy()]), [`/elements/0/${problem}`])
  }
  const skipped = tariffOf([energy(table.at(-1)![0]), energy()])
  t.same(tariffProblems(skipped, { timeZone: 'Asia/Shanghai' }), [], 'an hour that only other zones skip')
  t.throws(() => tariffProblems(skipped, { timeZone: 'Mars/Olympus' }), RangeError)
})

t.test('components that their element leaves no meaning are named', async t => {
  const both = element([
    { type: 'ENERGY', price: 1 },
    { type: 'ENERGY', price: 2 },
  ])
  t.same(problems([both]).slice(0, 1), ['/elements/0/priceComponents/1 prices ENERGY a second time'])
  t.same(problems([pricing('ENERGY', 1, { reservation: 'RESERVATION' }), energy()]), [
    '/elements/0/priceComponents/0 ENERGY has no meaning for a reservation: only TIME and FLAT have',
  ])
  t.same(problems([pricing('FLAT', 1, { reservation: 'RESERVATION', minKwh: 1 }), energy()]), [
    '/elements/0/restrictions can never match: nothing is charged during a reservation',
  ])
  t.same(problems([pricing('PARKING_TIME', 1, { minPower: 1 }), energy()]), [
    '/elements/0/priceComponents/0 can never match: a parked car takes no power',
  ])
})

t.test('a minimum above the maximum is named, with and without VAT', async t => {
  t.same(problems([energy()], { minPrice: { exclVat: 2, inclVat: 3 }, maxPrice: { exclVat: 1, inclVat: 2 } }), [
    '/minPrice/exclVat above maxPrice/exclVat',
    '/minPrice/inclVat above maxPrice/inclVat',
  ])
  t.same(problems([energy()], { minPrice: { exclVat: 2 }, maxPrice: { exclVat: 2, inclVat: 2 } }), [])
})

t.test('version 1: windows that leave minutes out, and windows that never come to be used', async t => {
  const { windows } = defaultTariff()
  const of = (list: typeof windows) => tariffProblems({ ...defaultTariff(), windows: list }, berlin)
  t.same(of(windows.slice(1)), [{ path: '/windows', message: 'no window from 10:00 to 15:00' }])
  t.same(of([]), [{ path: '/windows', message: 'no window at all' }])
  t.same(of([...windows, { fromMinute: 600, toMinute: 660, kind: 'lunch', price: 1 }]), [
    { path: '/windows/6', message: 'never used: the windows before it have all of its time' },
  ])
})

t.test('too intricate a tariff is refused as a gap, quickly', async t => {
  let seed = 1
  const random = (below: number): number => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % below
  }
  const clock = (minute: number): string =>
    `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
  const elements = Array.from({ length: 95 }, () => {
    const [minute, kwh, kw, seconds] = [random(1440), random(90), random(90), random(900)] as const
    return energy({
      startTime: clock(minute),
      endTime: clock((minute + 1 + random(1400)) % 1440),
      minKwh: kwh,
      maxKwh: kwh + 1 + random(90),
      minPower: kw,
      maxPower: kw + 1 + random(90),
      minDuration: seconds,
      maxDuration: seconds + 1 + random(900),
    })
  })
  const found = problems([energy({ minKwh: 1, minPower: 1, minDuration: 1 }), ...elements])
  t.ok(found.some(problem => problem.startsWith('/elements energy has no price')))
  const simple = problems([...elements, energy()]).filter(problem => problem.startsWith('/elements '))
  t.same(simple, [], 'a fallback makes it simple')
  const grid = Array.from(
    { length: 2 },
    (_, index): Box => [
      [index, index + 1],
      [0, 4],
    ],
  )
  const whole: Box = [
    [0, 2],
    [0, 4],
  ]
  t.same(uncovered(whole, grid), null)
  const unknown = uncovered(whole, grid, () => true, 1)
  t.same(unknown?.[0], [1, 2], 'what could not be found out counts as uncovered')
})

t.test('the schema refuses what the engine cannot mean, each with its path', async t => {
  const parsed = parseTariff({
    version: 2,
    currency: 'EUR',
    minorDigits: 2,
    elements: [
      { priceComponents: [] },
      {
        priceComponents: [
          { type: 'ENERGY', price: -1 },
          { type: 'TIME', price: 0.00001, vat: 101, stepSize: 1.5 },
          { type: 'PLUG', price: 1 },
        ],
        restrictions: { startTime: '24:00', startDate: '2026-02-30', dayOfWeek: [], minKwh: -1, colour: 'red' },
      },
    ],
    maxPrice: { exclVat: 2, inclVat: 1 },
    parkingGraceMinutes: -1,
  })
  if (parsed.ok) return t.fail('should be refused')
  const paths = parsed.problems.map(problem => problem.path)
  for (const path of [
    '/elements/0/priceComponents',
    '/elements/1/priceComponents/0/price',
    '/elements/1/priceComponents/1/price',
    '/elements/1/priceComponents/1/vat',
    '/elements/1/priceComponents/1/stepSize',
    '/elements/1/priceComponents/2/type',
    '/elements/1/restrictions/startTime',
    '/elements/1/restrictions/startDate',
    '/elements/1/restrictions/dayOfWeek',
    '/elements/1/restrictions/minKwh',
    '/elements/1/restrictions',
    '/maxPrice/inclVat',
    '/parkingGraceMinutes',
  ]) {
    t.ok(paths.includes(path), path)
  }
  t.equal(parseTariff({ version: 2, currency: 'EUR', minorDigits: 2, elements: [] }).ok, false)
  t.match(parseTariff({ version: 3 }), { ok: false, problems: [{ path: '/version' }] })
})

t.test('prices are exact to a ten-thousandth, whatever their size', async t => {
  for (const price of [0.0001, 0.1, 0.29, 1.005, 99_999.9999, 100_000]) {
    t.equal(
      parseTariff({ version: 2, currency: 'EUR', minorDigits: 2, elements: [pricing('ENERGY', price)] }).ok,
      true,
      String(price),
    )
  }
})
