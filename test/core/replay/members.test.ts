import t from 'tap'
import { parseTimeline } from '../../../central/core/replay/parse.ts'
import { lines, request, run, smallSite } from './run.ts'

const problems = (timeline: unknown): string[] => {
  const parsed = parseTimeline(timeline)
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

t.test('piles of their own stand beside the counted ones, with their power, places and tariff', async t => {
  const tariff = { windows: [{ from: 0, to: 24, price: 2 }] }
  const piles = [
    { id: 'North', mode: 'F', kW: 120 },
    { id: 'South', mode: 'trickle', kW: 12, queueLength: 1, tariff },
  ]
  const answer = run({
    site: { ...smallSite, trickle: { count: 0, kW: 6 }, piles },
    tariff: { windows: [{ from: 0, to: 24, price: 1 }] },
    events: [
      request('06:00', 'V1', 'F', 60),
      request('06:00', 'V2', 'F', 60),
      request('06:00', 'V3', 'T', 12),
      request('06:00', 'V4', 'T', 6),
    ],
    snapshotsAt: ['06:00'],
  })
  t.same(lines(answer), [
    'V1 F1@North 06:00:00-06:30:00 60 full',
    'V2 F2@F1 06:00:00-07:00:00 60 full',
    'V3 T1@South 06:00:00-07:00:00 12 full',
    'V4 T2@South 07:00:00-07:30:00 6 full',
  ])
  t.same(Object.keys(answer.snapshots[0]?.piles ?? {}), ['F1', 'North', 'South'])
  t.match(answer.snapshots[0]?.waiting, [{ vehicle: 'V4' }], 'South has one place')
  t.same(
    answer.details.map(({ total }) => total),
    ['60.00', '60.00', '24.00', '12.00'],
  )
})

t.test('two piles of one id are refused, counted ones included', async t => {
  const pile = (id: string) => ({ id, mode: 'F', kW: 7 })
  const site = { ...smallSite, piles: [pile('F1'), pile('X'), pile('X'), pile('F2')] }
  t.same(problems({ site, events: [] }), [
    'site.piles.0.id: there are two piles "F1"',
    'site.piles.2.id: there are two piles "X"',
  ])
})

t.test('a car may take less than it asks for, and the plan does not know', async t => {
  const events = [
    { ...request('06:00', 'V1', 'F', 60), takesKWh: 20 },
    { ...request('06:00', 'V2', 'F', 60), takesKWh: 0 },
    { ...request('06:00', 'V3', 'F', 1), takesKWh: 40 },
  ]
  const answer = run({ events, snapshotsAt: ['06:00'] })
  t.same(lines(answer), ['V1 F1@F1 06:00:00-06:20:00 20 full', 'V3 F3@F1 06:20:00-06:21:00 1 full'])
  t.match(answer.metrics, { requests: 3, charged: 2 }, 'who takes nothing has not charged')
})

t.test('what a car takes counts over all sessions of its request, and an edit does not make it take more', async t => {
  const events = [
    { ...request('06:00', 'V1', 'F', 60), takesKWh: 20 },
    { at: '06:15', type: 'fault', pile: 'F1' },
    { at: '06:20', type: 'repair', pile: 'F1' },
    { at: '06:22', type: 'change', vehicle: 'V1', kWh: 90 },
  ]
  const answer = run({ events, policy: { editWhileCharging: true } })
  t.same(lines(answer), ['V1 F1@F1 06:00:00-06:15:00 15 fault', 'V1 F1@F1 06:20:00-06:25:00 5 full'])
})

t.test('who was there before takes part, but the metrics are about others', async t => {
  const { metrics, totals, details } = run({
    site: { fast: { count: 1, kW: 60 }, queueLength: 1, waitingCapacity: 1 },
    tariff: { windows: [{ from: 0, to: 24, price: 1 }] },
    events: [
      { ...request('00:00', 'V0', 'F', 30), present: true },
      { ...request('00:00', 'V9', 'F', 30), present: true },
      { ...request('00:00', 'V8', 'F', 30), present: true },
      request('00:10', 'V1', 'F', 10),
      request('00:40', 'V2', 'F', 10),
    ],
  })
  t.equal(details.length, 3)
  t.match(totals, { energyKWh: 70, fee: '70.00' })
  t.match(metrics, { requests: 1, charged: 1, meanWaitMin: 20, refused: 1, energyKWh: 10, income: '10.00' })
})

t.test('a pile that is offline keeps its charging car and loses its queue until it is back', async t => {
  const answer = run({
    site: { ...smallSite, fast: { count: 2, kW: 60 } },
    events: [
      request('06:00', 'V1', 'F', 40),
      request('06:00', 'V2', 'F', 60),
      request('06:00', 'V3', 'F', 10),
      { at: '06:10', type: 'offline', pile: 'F1' },
      { at: '06:50', type: 'online', pile: 'F1' },
    ],
    snapshotsAt: ['06:09', '06:10', '06:45'],
  })
  const where = answer.snapshots.map(({ piles, faultQueue }) => [
    piles.F1?.map(({ vehicle }) => vehicle),
    [...(piles.F2 ?? []), ...faultQueue.F].map(({ vehicle }) => vehicle),
  ])
  t.same(where, [
    [['V1', 'V3'], ['V2']],
    [['V1'], ['V2', 'V3']],
    [[], ['V2', 'V3']],
  ])
  t.same(lines(answer), [
    'V1 F1@F1 06:00:00-06:40:00 40 full',
    'V2 F2@F2 06:00:00-07:00:00 60 full',
    'V3 F3@F1 06:50:00-07:00:00 10 full',
  ])
})

t.test('times may have milliseconds, or be instants where the clock on the wall is ambiguous', async t => {
  const site = { timeZone: 'Europe/Berlin', fast: { count: 2, kW: 60 }, queueLength: 1, waitingCapacity: 1 }
  const answer = run({
    site,
    date: '2026-10-25',
    events: [request('2026-10-25T02:30:00+01:00', 'V1', 'F', 1), request('02:30:00.5', 'V2', 'F', 1)],
  })
  t.same(
    answer.details.map(({ vehicle }) => vehicle),
    ['V2', 'V1'],
  )
  t.equal(answer.end, '02:31:00')
  t.same(problems({ site, events: [request('2026-10-25T02:30:00', 'V1', 'F', 1)] }).length, 1, 'without offset')
})

t.test('completion times stand beside the least possible ones', async t => {
  const { metrics } = run({
    tariff: {},
    events: [request('06:00', 'V1', 'F', 20), request('06:00', 'V2', 'F', 10), request('06:30', 'V3', 'T', 1)],
  })
  t.match(metrics, { totalCompletionMin: 20 + 30 + 40, lowerBoundMin: 10 + 30 + 10 })
})

t.test('a whole definition is a tariff too, with its own problems named where they are', async t => {
  const whole = {
    version: 1,
    currency: 'EUR',
    minorDigits: 2,
    windows: [{ fromMinute: 0, toMinute: 1440, kind: 'flat', price: 5_000 }],
    service: 0,
  }
  const events = [request('06:00', 'V1', 'F', 10)]
  t.match(run({ events, tariff: whole }).details, [{ total: '5.00' }])
  t.same(
    problems({ site: smallSite, events, tariff: { ...whole, minorDigits: 3, more: 1 } }).map(
      each => each.split(':')[0],
    ),
    ['tariff.minorDigits', 'tariff.more'],
  )
})

t.test('a tariff of elements prices time and sessions too, in a fee of its own', async t => {
  const tariff = {
    elements: [
      {
        priceComponents: [
          { type: 'ENERGY', price: 1, stepSize: 1 },
          { type: 'TIME', price: 6 },
          { type: 'FLAT', price: 2.5 },
        ],
      },
    ],
  }
  const answer = run({ events: [request('06:00', 'V1', 'F', 10), request('06:00', 'V2', 'T', 3)], tariff })
  t.same(
    answer.details.map(({ vehicle, energyFee, serviceFee, otherFee, total }) => [
      vehicle,
      energyFee,
      serviceFee,
      otherFee,
      total,
    ]),
    [
      ['V1', '10.00', '0.00', '3.50', '13.50'],
      ['V2', '3.00', '0.00', '5.50', '8.50'],
    ],
  )
  t.match(answer, { totals: { fee: '22.00' }, metrics: { income: '22.00' } })
})

t.test('a tariff of elements that has a gap is refused with the reason', async t => {
  const gap = {
    elements: [
      { priceComponents: [{ type: 'ENERGY', price: 1 }], restrictions: { startTime: '08:00', endTime: '20:00' } },
    ],
  }
  const site = { ...smallSite, piles: [{ id: 'X', mode: 'F', kW: 7, tariff: gap }] }
  const found = problems({ site, events: [], tariff: gap })
  t.equal(found.length, 2)
  t.match(found, [/^tariff\./, /^site\.piles\.0\.tariff\./])
})
