import t from 'tap'
import { lines, request, run } from './run.ts'

t.test('a session ends at exactly the asked energy', async t => {
  t.same(lines(run({ events: [request('06:00', 'V1', 'F', 10)] })), ['V1 F1@F1 06:00:00-06:10:00 10 full'])
})

t.test('modes may be written in full', async t => {
  t.same(lines(run({ events: [request('06:00', 'V1', 'fast', 10), request('06:00', 'V2', 'trickle', 1)] })), [
    'V1 F1@F1 06:00:00-06:10:00 10 full',
    'V2 T1@T1 06:00:00-06:10:00 1 full',
  ])
})

t.test('on one instant sessions end, cars are called, then events in the order of the file', async t => {
  const answer = run({
    site: { fast: { count: 1, kW: 60 }, queueLength: 1, waitingCapacity: 1 },
    events: [
      request('06:10', 'V3', 'F', 10),
      request('06:10', 'V4', 'F', 10),
      request('06:00', 'V1', 'F', 10),
      request('06:01', 'V2', 'F', 10),
    ],
  })
  t.same(lines(answer).slice(0, 3), [
    'V1 F1@F1 06:00:00-06:10:00 10 full',
    'V2 F2@F1 06:10:00-06:20:00 10 full',
    'V3 F3@F1 06:20:00-06:30:00 10 full',
  ])
  t.same(answer.rejected, [{ at: '06:10', vehicle: 'V4', type: 'request', reason: 'waiting-area-full' }])
  t.equal(answer.metrics.refused, 1)
})

t.test('a car that finished exactly at the instant of the fault has finished', async t => {
  const events = [request('06:00', 'V1', 'F', 10), { at: '06:10', type: 'fault', pile: 'F1' }]
  t.same(lines(run({ events })), ['V1 F1@F1 06:00:00-06:10:00 10 full'])
})

t.test('refusals are told in the words of the site', async t => {
  const answer = run({
    site: { fast: { count: 1, kW: 60 }, queueLength: 2, waitingCapacity: 1 },
    events: [
      request('06:00', 'V1', 'F', 0),
      request('06:00', 'V1', 'F', -5),
      request('06:00', 'V1', 'T', 5),
      request('06:00', 'V1', 'F', 5),
      request('06:01', 'V1', 'F', 5),
      request('06:01', 'V2', 'F', 5),
      { at: '06:02', type: 'change', vehicle: 'V2', kWh: 9 },
      { at: '06:02', type: 'change', vehicle: 'V1', kWh: 9 },
      { at: '06:02', type: 'change', vehicle: 'V9', kWh: 9 },
      { at: '06:02', type: 'cancel', vehicle: 'V9' },
      { at: '06:02', type: 'change', vehicle: 'V1', kWh: 0 },
    ],
  })
  t.same(
    answer.rejected.map(({ at, vehicle, type, reason }) => `${at} ${vehicle} ${type} ${reason}`),
    [
      '06:00 V1 request bad-energy',
      '06:00 V1 request bad-energy',
      '06:00 V1 request no-pile-of-mode',
      '06:01 V1 request active-request',
      '06:02 V2 change at-pile',
      '06:02 V1 change charging',
      '06:02 V9 change no-active-request',
      '06:02 V9 cancel no-active-request',
      '06:02 V1 change bad-energy',
    ],
  )
  t.equal(answer.metrics.refused, 1, 'only the one the site could not serve was turned away')
})

t.test('cancel', async t => {
  t.test('while charging bills what was delivered', async t => {
    const events = [request('06:00', 'V1', 'F', 10), { at: '06:04', type: 'cancel', vehicle: 'V1' }]
    t.same(lines(run({ events })), ['V1 F1@F1 06:00:00-06:04:00 4 cancel'])
  })

  t.test('at once leaves no detail, for there is no energy', async t => {
    const events = [request('06:00', 'V1', 'F', 10), { at: '06:00', type: 'cancel', vehicle: 'V1' }]
    t.same(run({ events }).details, [])
  })

  t.test('in the waiting area and at a pile leaves no detail, and the next request gets a new number', async t => {
    const answer = run({
      site: { fast: { count: 1, kW: 60 }, queueLength: 1, waitingCapacity: 3 },
      events: [
        request('06:00', 'V1', 'F', 10),
        request('06:01', 'V2', 'F', 10),
        { at: '06:02', type: 'cancel', vehicle: 'V2' },
        request('06:03', 'V2', 'F', 1),
      ],
    })
    t.same(lines(answer), ['V1 F1@F1 06:00:00-06:10:00 10 full', 'V2 F3@F1 06:10:00-06:11:00 1 full'])
  })
})

t.test('change', async t => {
  t.test('in the waiting area of mode and energy', async t => {
    const answer = run({
      site: { fast: { count: 1, kW: 60 }, trickle: { count: 1, kW: 6 }, queueLength: 1, waitingCapacity: 3 },
      events: [
        request('06:00', 'V1', 'F', 10),
        request('06:01', 'V2', 'F', 10),
        { at: '06:02', type: 'change', vehicle: 'V2', mode: 'T' },
        request('06:02', 'V3', 'F', 10),
        { at: '06:03', type: 'change', vehicle: 'V3', kWh: 2 },
      ],
    })
    t.same(lines(answer), [
      'V1 F1@F1 06:00:00-06:10:00 10 full',
      'V2 T1@T1 06:02:00-07:42:00 10 full',
      'V3 F3@F1 06:10:00-06:12:00 2 full',
    ])
  })

  t.test('while charging, when the policy allows it, moves the end', async t => {
    const policy = { editWhileCharging: true }
    const change = (at: string, kWh: number) => ({ at, type: 'change', vehicle: 'V1', kWh })
    const first = request('06:00', 'V1', 'F', 10)
    t.same(lines(run({ policy, events: [first, change('06:05', 20)] })), ['V1 F1@F1 06:00:00-06:20:00 20 full'])
    t.same(lines(run({ policy, events: [first, change('06:05', 6)] })), ['V1 F1@F1 06:00:00-06:06:00 6 full'])
    t.same(lines(run({ policy, events: [first, change('06:05', 5)] })), ['V1 F1@F1 06:00:00-06:05:00 5 edit'])
    t.same(lines(run({ policy, events: [first, change('06:05', 1)] })), ['V1 F1@F1 06:00:00-06:05:00 5 edit'])
    const toTrickle = { at: '06:05', type: 'change', vehicle: 'V1', mode: 'T', kWh: 20 }
    t.match(run({ policy, events: [first, toTrickle] }).rejected, [{ type: 'change', reason: 'charging' }])
  })

  t.test('while charging counts what earlier sessions of the request delivered', async t => {
    const answer = run({
      policy: { editWhileCharging: true },
      events: [
        request('06:00', 'V1', 'F', 10),
        { at: '06:04', type: 'fault', pile: 'F1' },
        { at: '06:30', type: 'repair', pile: 'F1' },
        { at: '06:32', type: 'change', vehicle: 'V1', kWh: 6 },
      ],
    })
    t.same(lines(answer), ['V1 F1@F1 06:00:00-06:04:00 4 fault', 'V1 F1@F1 06:30:00-06:32:00 2 edit'])
  })

  t.test('while charging frees the pile for the next when it ends the session', async t => {
    const answer = run({
      policy: { editWhileCharging: true },
      events: [
        request('06:00', 'V1', 'F', 10),
        request('06:00', 'V2', 'F', 10),
        { at: '06:02', type: 'change', vehicle: 'V1', kWh: 1 },
      ],
    })
    t.same(lines(answer), ['V1 F1@F1 06:00:00-06:02:00 2 edit', 'V2 F2@F1 06:02:00-06:12:00 10 full'])
  })
})

t.test('faults', async t => {
  const site = { fast: { count: 2, kW: 60 }, queueLength: 1, waitingCapacity: 3 }

  t.test('the interrupted car keeps its number and gets the rest elsewhere, the first of the mode', async t => {
    const answer = run({
      site,
      events: [
        request('06:00', 'V1', 'F', 10),
        request('06:00', 'V2', 'F', 8),
        request('06:00', 'V3', 'F', 5),
        { at: '06:04', type: 'fault', pile: 'F1' },
      ],
    })
    t.same(lines(answer), [
      'V1 F1@F1 06:00:00-06:04:00 4 fault',
      'V2 F2@F2 06:00:00-06:08:00 8 full',
      'V1 F1@F2 06:08:00-06:14:00 6 full',
      'V3 F3@F2 06:14:00-06:19:00 5 full',
    ])
    t.equal(answer.metrics.maxWaitMin, 14, 'a wait ends with the first session')
  })

  t.test('on a pile that is broken already and repairs of one that works change nothing', async t => {
    const answer = run({
      site,
      events: [
        request('06:00', 'V1', 'F', 10),
        { at: '06:01', type: 'repair', pile: 'F1' },
        { at: '06:04', type: 'fault', pile: 'F2' },
        { at: '06:05', type: 'fault', pile: 'F2' },
      ],
    })
    t.same(lines(answer), ['V1 F1@F1 06:00:00-06:10:00 10 full'])
  })

  t.test('cars that nothing can serve stay, and the day ends', async t => {
    const answer = run({
      site: { fast: { count: 1, kW: 60 }, queueLength: 2, waitingCapacity: 3 },
      events: [
        request('06:00', 'V1', 'F', 10),
        request('06:00', 'V2', 'F', 10),
        request('06:00', 'V3', 'F', 10),
        { at: '06:03', type: 'fault', pile: 'F1' },
      ],
      snapshotsAt: ['23:00'],
    })
    t.same(lines(answer), ['V1 F1@F1 06:00:00-06:03:00 3 fault'])
    t.match(answer.snapshots[0], {
      faultQueue: {
        F: [
          { vehicle: 'V1', kWh: 3 },
          { vehicle: 'V2', kWh: 0 },
        ],
      },
      waiting: [{ vehicle: 'V3' }],
    })
    t.equal(answer.end, '06:03:00')
    t.match(answer.metrics, { meanWaitMin: 0, maxWaitMin: 0 })
  })
})

t.test('switching off', async t => {
  const day = (...events: object[]) =>
    lines(
      run({
        site: { fast: { count: 1, kW: 60 }, queueLength: 1, waitingCapacity: 3 },
        events: [request('06:00', 'V1', 'F', 10), ...events],
      }),
    )
  const off = { at: '06:02', type: 'off', pile: 'F1' }

  t.test('stops the session with its own reason and is otherwise like a fault', async t => {
    t.same(day(off, { at: '07:00', type: 'on', pile: 'F1' }), [
      'V1 F1@F1 06:00:00-06:02:00 2 switched-off',
      'V1 F1@F1 07:00:00-07:08:00 8 full',
    ])
  })

  t.test('of a broken pile: it works again when it is repaired and switched on', async t => {
    const fault = { at: '06:02', type: 'fault', pile: 'F1' }
    const later = { at: '06:30', type: 'off', pile: 'F1' }
    const repaired = { at: '07:00', type: 'repair', pile: 'F1' }
    t.same(day(fault, later, repaired), ['V1 F1@F1 06:00:00-06:02:00 2 fault'])
    t.equal(
      day(fault, later, repaired, { at: '08:00', type: 'on', pile: 'F1' })[1],
      'V1 F1@F1 08:00:00-08:08:00 8 full',
    )
    t.equal(day(off, { at: '06:30', type: 'repair', pile: 'F1' }).length, 1, 'a repair does not switch on')
  })
})
