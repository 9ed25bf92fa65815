import t from 'tap'
import { DEFAULT_POLICY } from '../../../central/core/queue/policy.ts'
import { parseTimeline } from '../../../central/core/replay/parse.ts'
import { defaultTariff } from '../../../central/core/tariff/tariff.ts'
import { request, smallSite } from './run.ts'

const problems = (timeline: unknown): string[] => {
  const parsed = parseTimeline(timeline)
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

const valid = { site: smallSite, events: [request('06:00', 'V1', 'F', 10)] }

t.test('what is left out has the defaults of a new site', async t => {
  const parsed = parseTimeline({ site: { queueLength: 2, waitingCapacity: 3 }, events: [] })
  t.match(parsed, {
    ok: true,
    timeline: { policy: DEFAULT_POLICY, tariff: defaultTariff(), piles: [], snapshotsAt: [] },
  })
  t.match(parsed, { timeline: { clock: { timeZone: 'Asia/Shanghai', originMs: Date.parse('2026-05-31T16:00:00Z') } } })
  t.match(parseTimeline({ ...valid, policy: { pileChoice: 'any' } }), {
    timeline: { policy: { ...DEFAULT_POLICY, pileChoice: 'any' } },
  })
})

t.test('piles are named by mode and number', async t => {
  const site = { ...smallSite, fast: { count: 2, kW: 60 }, trickle: { count: 1, kW: 3.5 } }
  t.match(parseTimeline({ ...valid, site }), {
    timeline: {
      piles: [
        { id: 'F1', mode: 'fast', powerW: 60_000 },
        { id: 'F2', mode: 'fast', powerW: 60_000 },
        { id: 'T1', mode: 'trickle', powerW: 3_500 },
      ],
    },
  })
})

t.test('events are ordered by time, those of one instant as in the file', async t => {
  const at = ['6:05', '06:00', '06:05:00', '25:30', '06:00:01']
  const events = at.map((time, index) => request(time, `V${index}`, 'F', 1))
  t.match(parseTimeline({ ...valid, events }), {
    timeline: {
      events: [
        { at: { text: '06:00', ms: 6 * 3_600_000 }, vehicle: 'V1' },
        { at: { ms: 6 * 3_600_000 + 1000 }, vehicle: 'V4' },
        { at: { text: '6:05' }, vehicle: 'V0' },
        { at: { text: '06:05:00' }, vehicle: 'V2' },
        { at: { text: '25:30', ms: 25.5 * 3_600_000 }, vehicle: 'V3' },
      ],
    },
  })
})

t.test('windows are in minutes of the day and prices in 1/10000', async t => {
  const windows = [
    { from: 23, to: 7, price: 0.4, kind: 'valley' },
    { from: '07:30', to: '24:00', price: 1.0001 },
  ]
  t.match(parseTimeline({ ...valid, tariff: { windows, service: 0.8 } }), {
    timeline: {
      tariff: {
        windows: [
          { fromMinute: 1380, toMinute: 420, kind: 'valley', price: 4_000 },
          { fromMinute: 450, toMinute: 1440, kind: 'flat', price: 10_001 },
        ],
        service: 8_000,
      },
    },
  })
})

t.test('every problem is named with its path', async t => {
  const wrong = {
    site: {
      ...smallSite,
      timeZone: 'Asia/Shanghi',
      fast: { count: -1, kW: 7.0001 },
      queueLength: 0,
      waitingCapacity: 1.5,
    },
    policy: { dispatch: 'fair', pileChoise: 'any' },
    tariff: {
      windows: [
        { from: 24, to: 7, price: 0.12345 },
        { from: 7, to: 7, price: -1 },
        { from: '7:99', to: 25, price: 1 },
      ],
    },
    date: '2026-02-30',
    events: [
      { at: '06:60', type: 'cancel', vehicle: '' },
      { at: '06:00', type: 'arrive' },
      { ...request('06:00', 'V1', 'X', 1), extra: 1 },
      request('06:00', 'V1', 'F', Number.NaN),
      7,
    ],
    snapshotsAt: ['noon'],
    comment: '',
  }
  t.same(
    problems(wrong).map(problem => problem.slice(0, problem.indexOf(':'))),
    [
      'site.timeZone',
      'site.fast.count',
      'site.fast.kW',
      'site.queueLength',
      'site.waitingCapacity',
      'policy.dispatch',
      'policy.pileChoise',
      'tariff.windows.0.from',
      'tariff.windows.0.price',
      'tariff.windows.1.price',
      'tariff.windows.1.to',
      'tariff.windows.2.from',
      'tariff.windows.2.to',
      'date',
      'events.0.at',
      'events.0.vehicle',
      'events.1.type',
      'events.2.mode',
      'events.2.extra',
      'events.3.kWh',
      'events.4',
      'snapshotsAt.0',
      'comment',
    ],
  )
})

t.test('problems are told in plain words', async t => {
  t.same(problems({ ...valid, events: [{ at: '06:00', type: 'fault', pile: 'F7' }] }), [
    'events.0.pile: the site has no pile "F7"',
  ])
  t.same(problems({ ...valid, site: { ...smallSite, fast: { count: 1, kW: 0.0001 } } }), [
    'site.fast.kW: kW must be whole watts: at most three decimals',
  ])
  const windows = [{ from: 7, to: '07:00', price: 1 }]
  t.same(problems({ ...valid, tariff: { windows } }), [
    'tariff.windows.0.to: from and to are equal: the whole day is 0 to 24',
  ])
  t.same(
    problems({
      ...valid,
      site: { ...smallSite, fast: { count: 1, kW: 0.001 } },
      events: [request('06:00', 'V1', 'F', 1e6)],
    }),
    ['events: charging all this would take more than a thousand years'],
  )
  t.match(
    problems({ events: [{ at: '06:00', type: 'repair', pile: 'F7' }] }),
    [/^site: /],
    'without a site no pile is wrong',
  )
})

t.test('what is not a timeline at all is refused', async t => {
  for (const input of [null, undefined, 7, 'x', [], {}, { site: null, events: {} }]) t.ok(problems(input).length > 0)
})
