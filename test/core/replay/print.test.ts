import t from 'tap'
import { lines, request, run } from './run.ts'

t.test('a snapshot shows the site right after the events of its minute', async t => {
  const { snapshots } = run({
    tariff: { windows: [{ from: 0, to: 24, price: 1 }], service: 0.5 },
    events: [
      request('06:00', 'V1', 'F', 10),
      request('06:00', 'V2', 'F', 20),
      request('06:00', 'V3', 'F', 30.5),
      request('06:00', 'V4', 'T', 1),
      request('06:05', 'V5', 'F', 1),
    ],
    snapshotsAt: ['06:15', '06:05', '06:05'],
  })
  t.same(snapshots[1], {
    at: '06:05',
    piles: {
      F1: [
        { vehicle: 'V1', number: 'F1', kWh: 5, fee: '7.50' },
        { vehicle: 'V2', number: 'F2', kWh: 0, fee: '0.00' },
      ],
      T1: [{ vehicle: 'V4', number: 'T1', kWh: 0.5, fee: '0.75' }],
    },
    faultQueue: { F: [], T: [] },
    waiting: [
      { vehicle: 'V3', number: 'F3', mode: 'F', kWh: 30.5 },
      { vehicle: 'V5', number: 'F4', mode: 'F', kWh: 1 },
    ],
  })
  t.match(snapshots[0], { at: '06:15', piles: { F1: [{ vehicle: 'V2', kWh: 5 }, { vehicle: 'V3' }], T1: [] } })
  t.same(snapshots[2], snapshots[1])
})

t.test('waiting cars stand in order of arrival, also after a change of mode', async t => {
  const { snapshots } = run({
    site: { fast: { count: 1, kW: 60 }, trickle: { count: 1, kW: 6 }, queueLength: 1, waitingCapacity: 9 },
    events: [
      request('06:00', 'V1', 'F', 60),
      request('06:00', 'V2', 'T', 6),
      request('06:00', 'V3', 'F', 1),
      request('06:00', 'V4', 'T', 1),
      { at: '06:01', type: 'change', vehicle: 'V3', mode: 'T' },
    ],
    snapshotsAt: ['06:01', '07:00'],
  })
  const waiting = snapshots.map(({ waiting }) => waiting.map(({ vehicle, number }) => `${vehicle} ${number}`))
  t.same(waiting, [['V3 T3', 'V4 T2'], ['V3 T3']])
})

t.test('kWh and fee of a car grow over all sessions of its request and are rounded once, for display', async t => {
  const { snapshots, details } = run({
    tariff: { windows: [{ from: 0, to: 24, price: 0.333 }], service: 0 },
    events: [
      request('06:00:00', 'V1', 'F', 10),
      { at: '06:00:01', type: 'fault', pile: 'F1' },
      { at: '06:00:10', type: 'repair', pile: 'F1' },
      { at: '06:00:11', type: 'fault', pile: 'F1' },
      { at: '06:00:20', type: 'repair', pile: 'F1' },
    ],
    snapshotsAt: ['06:00:05', '06:00:15', '06:00:21'],
  })
  // a second is 1/60 kWh and 0.00555: each session rounds to 0.01, three of them come to 0.01665
  t.same(
    details.slice(0, 2).map(({ kWh, total }) => [kWh, total]),
    [
      [0.017, '0.01'],
      [0.017, '0.01'],
    ],
  )
  t.match(
    snapshots.slice(0, 2).map(({ faultQueue }) => faultQueue.F),
    [[{ vehicle: 'V1', number: 'F1', kWh: 0.017, fee: '0.01' }], [{ kWh: 0.033, fee: '0.01' }]],
  )
  t.match(snapshots[2]?.piles, { F1: [{ kWh: 0.05, fee: '0.02' }] })
})

t.test('a new request of a vehicle begins at nothing', async t => {
  const { snapshots } = run({
    events: [request('06:00', 'V1', 'F', 1), request('07:00', 'V1', 'F', 5)],
    snapshotsAt: ['07:01'],
  })
  t.match(snapshots[0]?.piles, { F1: [{ vehicle: 'V1', number: 'F2', kWh: 1 }] })
})

t.test('times after midnight carry the day, and seconds are rounded to the nearest', async t => {
  const answer = run({
    events: [request('23:59', 'V1', 'F', 2), request('25:30', 'V2', 'F', 0.01), request('48:00:30', 'V3', 'F', 0.0089)],
    snapshotsAt: ['25:30'],
  })
  t.same(lines(answer), [
    'V1 F1@F1 23:59:00-00:01:00+1 2 full',
    'V2 F2@F1 01:30:00+1-01:30:01+1 0.01 full',
    'V3 F3@F1 00:00:30+2-00:00:31+2 0.009 full',
  ])
  t.equal(answer.end, '00:00:31+2')
  t.equal(answer.snapshots[0]?.at, '25:30')
})

t.test('an empty day', async t => {
  const { metrics, ...answer } = run({ events: [] })
  t.same(answer, {
    rejected: [],
    snapshots: [],
    details: [],
    end: '00:00:00',
    totals: { energyKWh: 0, fee: '0.00' },
  })
  const nobody = { requests: 0, charged: 0, meanWaitMin: 0, p95WaitMin: 0, maxWaitMin: 0, refused: 0, refusedFor: {} }
  t.same(metrics, {
    ...nobody,
    byMode: { F: nobody, T: nobody },
    byClass: [],
    byModeAndClass: [],
    totalCompletionMin: 0,
    lowerBoundMin: 0,
    income: '0.00',
    energyKWh: 0,
  })
})

t.test('the last refused event is the end of a day on which nothing charges after it', async t => {
  t.equal(
    run({ events: [request('06:00', 'V1', 'F', 1), { at: '22:00', type: 'cancel', vehicle: 'V1' }] }).end,
    '22:00:00',
  )
})

t.test('without a tariff the default one applies, hours outside of all windows cost no energy', async t => {
  const events = [request('09:55', 'V1', 'F', 10)]
  t.match(run({ events }).details, [{ energyFee: '8.50', serviceFee: '8.00', total: '16.50' }])
  const windows = [{ from: '10:02', to: 11, price: 1 }]
  t.match(run({ events, tariff: { windows, service: 0.8 } }).details, [{ energyFee: '3.00', serviceFee: '8.00' }])
  t.match(run({ events, tariff: {} }).details, [{ total: '0.00' }])
})

t.test('on a day whose clock is put forward, times are those on the wall', async t => {
  const site = { timeZone: 'Europe/Berlin', fast: { count: 1, kW: 60 }, queueLength: 1, waitingCapacity: 1 }
  const tariff = { windows: [{ from: 3, to: 4, price: 1 }] }
  const answer = run({
    site,
    tariff,
    date: '2026-03-29',
    events: [request('01:50', 'V1', 'F', 20), request('08:00', 'V2', 'F', 1)],
  })
  t.same(lines(answer), ['V1 F1@F1 01:50:00-03:10:00 20 full', 'V2 F2@F1 08:00:00-08:01:00 1 full'])
  t.equal(answer.details[0]?.total, '10.00')
})

t.test('on a day whose clock is put back, an hour comes twice', async t => {
  const site = { timeZone: 'Europe/Berlin', fast: { count: 1, kW: 60 }, queueLength: 1, waitingCapacity: 1 }
  const answer = run({ site, date: '2026-10-25', events: [request('01:30', 'V1', 'F', 120)] })
  t.same(lines(answer), ['V1 F1@F1 01:30:00-02:30:00 120 full'])
})
