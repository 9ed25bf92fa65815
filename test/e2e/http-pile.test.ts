import t from 'tap'
import { startProduct } from '../support/product.ts'

const HOUR_MS = 3_600_000
/** Yesterday, 20:00 in Shanghai: the last hour of the evening peak. */
const EIGHT = new Date().setUTCHours(12, 0, 0, 0) - 24 * HOUR_MS
const at = (hours: number): string => new Date(EIGHT + hours * HOUR_MS).toISOString()

t.test('an HTTP pile takes the called car, tells its progress and completes it', async t => {
  await using product = await startProduct(t)
  const { api } = product
  const [ada, bob] = [await product.driver('ada'), await product.driver('bob')]
  const simulator = await product.user('simulator')
  const pile = (verb: string, body: object) => api('POST', `/simulator/${verb}`, body, simulator)

  t.match(await api('POST', '/simulator/heartbeat', { pileIds: ['T1'] }, ada.token), { status: 403 })
  t.match(await pile('heartbeat', { pileIds: ['T1'], at: new Date().toISOString() }), { status: 200 })
  t.match(await pile('heartbeat', { pileIds: ['T1', 'nobody'] }), { status: 404 })
  await product.until('T1 is there', async () => (await api('GET', '/charging-piles/T1')).body.state === 'available')

  const asked = await api('POST', '/charging/request', { mode: 'trickle', energyWh: 4000 }, ada.token)
  t.match(asked, { status: 201, body: { number: 'T1', pileId: 'T1' } })
  const behind = await api('POST', '/charging/request', { mode: 'trickle', energyWh: 4000 }, bob.token)
  t.match(behind, { status: 201, body: { number: 'T2', pileId: 'T1', carsAhead: 1 } })

  const refusal = { status: 409, body: { code: 'not-called' } }
  t.match(await pile('assign-charging', { pileId: 'T1', userId: bob.id, energyWh: 4000 }), refusal, 'not the first')
  t.match(await pile('assign-charging', { pileId: 'T1', number: 'T2', energyWh: 4000 }), refusal)
  t.match(await pile('assign-charging', { pileId: 'T2', userId: ada.id, energyWh: 4000 }), refusal, 'not there')
  t.match(await pile('assign-charging', { pileId: 'T1', userId: ada.id, energyWh: 4000, mode: 'fast' }), refusal)
  t.match(await pile('assign-charging', { pileId: 'T9', userId: ada.id, energyWh: 4000 }), { status: 404 })
  t.equal((await api('GET', '/charging/sessions')).body.items.length, 0, 'a refusal starts nothing')

  const task = { pileId: 'T1', userId: ada.id, energyWh: 4000 }
  const taken = await pile('assign-charging', task)
  t.match(taken, { status: 200, body: { pileId: 'T1', requestId: asked.body.id } })
  t.match(await pile('assign-charging', task), { status: 200, body: taken.body }, 'repeated: the same session')
  const { sessionId } = taken.body

  const progress = (energyWh: number, hours: number) =>
    pile('charging-progress', { pileId: 'T1', sessionId, energyWh, powerW: 3000, remainingSeconds: 1, at: at(hours) })
  for (const [energyWh, hours] of [
    [1500, 0.5],
    [1500, 0.5],
    [3000, 1],
    [1500, 0.5],
    [600, 0.2],
  ] as const)
    t.match(await progress(energyWh, hours), { status: 204 })
  t.match((await api('GET', '/charging/queue-status', undefined, ada.token)).body, {
    status: 'charging',
    sessionId,
    deliveredEnergyWh: 3000,
  })

  const end = { pileId: 'T1', sessionId, energyWh: 4001, startedAt: at(0), endedAt: at(1.4), reason: 'Local' }
  t.match(await pile('charging-complete', { ...end, sessionId: '999999' }), { status: 404 })
  const done = await pile('charging-complete', end)
  // peak until 21:00: 3,000 Wh at 1.0; then 1,001 Wh at 0.7; service 4,001 Wh at 0.8: 6.9015 CNY
  t.match(done, {
    status: 200,
    body: {
      bill: {
        requestId: asked.body.id,
        total: { amount: 690, currency: 'CNY' },
        energyWh: 4001,
        details: [
          {
            pileId: 'T1',
            sessionId,
            startedAt: at(0),
            endedAt: at(1.4),
            windows: [
              { kind: 'peak', energyWh: 3000 },
              { kind: 'flat', energyWh: 1001 },
            ],
          },
        ],
      },
    },
  })
  t.same(await pile('charging-complete', end), done, 'repeated: the same answer')
  t.match(await pile('charging-complete', { ...end, energyWh: 9000 }), { body: { bill: { energyWh: 4001 } } })
  t.match(await progress(3500, 1.2), { status: 204 }, 'late progress is harmless')
  t.equal((await api('GET', '/billing/bills')).body.items.length, 1)
  t.match((await api('GET', `/charging/request/${asked.body.id}`, undefined, ada.token)).body, { status: 'completed' })

  const next = await pile('assign-charging', { pileId: 'T1', number: 'T2', energyWh: 4000 })
  t.match(next, { status: 200, body: { requestId: behind.body.id } }, 'now it is the next one')
})

t.test(
  'a fault of an HTTP pile interrupts its car, which goes on elsewhere; recovery brings the pile back',
  async t => {
    await using product = await startProduct(t)
    const { api } = product
    const ada = await product.driver('ada')
    const simulator = await product.user('simulator')
    const pile = (verb: string, body: object) => api('POST', `/simulator/${verb}`, body, simulator)
    await pile('heartbeat', { pileIds: ['T1'] })
    await product.until('T1 is there', async () => (await api('GET', '/charging-piles/T1')).body.state === 'available')

    const asked = await api('POST', '/charging/request', { mode: 'trickle', energyWh: 4000 }, ada.token)
    const first = await pile('assign-charging', { pileId: 'T1', number: 'T1', energyWh: 4000 })
    const start = product.now() - HOUR_MS
    const time = (hours: number) => new Date(start + hours * HOUR_MS).toISOString()
    const { sessionId } = first.body
    await pile('charging-progress', { pileId: 'T1', sessionId, energyWh: 1000, powerW: 3000, at: time(0.3) })

    const fault = { pileId: 'T1', type: 'power', description: 'a fuse has blown' }
    const reported = await pile('fault-report', fault)
    t.match(reported, { status: 200, body: { faultId: String } })
    t.same((await pile('fault-report', fault)).body, reported.body, 'repeated: one record')
    t.match((await api('GET', '/charging-piles/T1')).body, { state: 'fault' })
    const session = await product.until('the session has ended on paper', async () => {
      const { body } = await api('GET', `/charging/sessions/${sessionId}`)
      return body.endedAt !== null && body
    })
    t.match(session, { energyWh: 1000, endCause: 'fault' })
    t.match((await api('GET', '/charging/queue-status', undefined, ada.token)).body, {
      id: asked.body.id,
      number: 'T1',
      status: 'interrupted',
      deliveredEnergyWh: 1000,
    })

    t.match(await pile('fault-recovery', { pileId: 'T1' }), {
      status: 200,
      body: { resolved: [reported.body.faultId] },
    })
    t.match(await pile('fault-recovery', { pileId: 'T1' }), { status: 200, body: { resolved: [] } })
    t.match((await api('GET', '/charging/queue-status', undefined, ada.token)).body, { status: 'called', pileId: 'T1' })
    const second = await pile('assign-charging', { pileId: 'T1', number: 'T1', energyWh: 3000 })
    t.match(second, { status: 200, body: { requestId: asked.body.id } })
    t.not(second.body.sessionId, sessionId)
    const done = await pile('charging-complete', {
      pileId: 'T1',
      sessionId: second.body.sessionId,
      energyWh: 3000,
      startedAt: time(0.4),
      endedAt: time(1),
    })
    t.match(done.body.bill, { requestId: asked.body.id, energyWh: 4000 })
    t.match(
      done.body.bill.details.map((detail: { energyWh: number; stopReason: string }) => [
        detail.energyWh,
        detail.stopReason,
      ]),
      [
        [1000, 'fault'],
        [3000, 'full'],
      ],
      'one bill with two details',
    )
  },
)

t.test(
  'a cancel reaches an HTTP pile with its next progress; one that says nothing more is billed what it said until it completes',
  async t => {
    await using product = await startProduct(t)
    const { api } = product
    const [ada, bob] = [await product.driver('ada'), await product.driver('bob')]
    const simulator = await product.user('simulator')
    const pile = (verb: string, body: object) => api('POST', `/simulator/${verb}`, body, simulator)
    await pile('heartbeat', { pileIds: ['T1', 'T2'] })
    const begin = async (driver: typeof ada) => {
      const asked = await api('POST', '/charging/request', { mode: 'trickle', energyWh: 4000 }, driver.token)
      const { pileId, number } = asked.body
      const { body } = await pile('assign-charging', { pileId, number, energyWh: 4000 })
      const started = product.now() - HOUR_MS
      const time = (hours: number) => new Date(started + hours * HOUR_MS).toISOString()
      const session = { pileId, sessionId: body.sessionId }
      const progress = (energyWh: number, hours: number) =>
        pile('charging-progress', { ...session, energyWh, powerW: 3000, at: time(hours) })
      const complete = (energyWh: number) =>
        pile('charging-complete', { ...session, energyWh, startedAt: time(0), endedAt: time(0.9) })
      t.match(await progress(1000, 0.3), { status: 204 })
      return { session, progress, complete }
    }
    const cancel = (token: string) => api('POST', '/charging/cancel', {}, token)

    const first = await begin(ada)
    const cancelled = cancel(ada.token)
    await product.until('it is asked to stop', async () => {
      const { body } = await api('GET', `/charging/sessions/${first.session.sessionId}`)
      return body.endCause === 'cancel'
    })
    t.match(await first.progress(1000, 0.3), { status: 204 }, 'a repetition is harmless')
    t.match(await first.progress(1200, 0.6), { status: 409, body: { code: 'session-ended' } })
    t.match(await first.complete(1234), { status: 200, body: { bill: { energyWh: 1234 } } })
    t.match(await cancelled, { status: 200, body: { status: 'cancelled', bill: { energyWh: 1234 } } })

    const second = await begin(bob)
    t.match(await cancel(bob.token), { status: 200, body: { status: 'cancelled', bill: { energyWh: 1000 } } })
    t.match(await second.progress(1500, 0.8), { status: 409, body: { code: 'session-ended' } })
    t.match(await second.complete(1600), {
      status: 200,
      body: { bill: { energyWh: 1600, details: [{ energyWh: 1000 }, { kind: 'correction', energyWh: 600 }] } },
    })
  },
)

t.test('an HTTP pile that fails and recovers at once takes its car again, and both parts are billed', async t => {
  await using product = await startProduct(t)
  const { api } = product
  const ada = await product.driver('ada')
  const simulator = await product.user('simulator')
  const pile = (verb: string, body: object) => api('POST', `/simulator/${verb}`, { pileId: 'T1', ...body }, simulator)
  await api('POST', '/simulator/heartbeat', { pileIds: ['T1'] }, simulator)
  await product.until('T1 is there', async () => (await api('GET', '/charging-piles/T1')).body.state === 'available')
  await api('POST', '/charging/request', { mode: 'trickle', energyWh: 6000 }, ada.token)
  const first = (await pile('assign-charging', { number: 'T1', energyWh: 6000 })).body.sessionId
  await pile('charging-progress', { sessionId: first, energyWh: 2000, powerW: 3500 })
  t.match(await pile('fault-report', { type: 'hardware', description: 'smoke' }), { status: 200 })
  t.match(await pile('fault-recovery', {}), { status: 200 })
  await product.until('called again', async () => {
    const { body } = await api('GET', '/charging/queue-status', undefined, ada.token)
    return body.pileId === 'T1'
  })
  const again = await pile('assign-charging', { number: 'T1', energyWh: 4000 })
  t.equal(again.status, 200)
  t.not(again.body.sessionId, first)
  const now = new Date().toISOString()
  const done = await pile('charging-complete', {
    sessionId: again.body.sessionId,
    energyWh: 4000,
    startedAt: now,
    endedAt: now,
  })
  t.match(done, {
    status: 200,
    body: {
      bill: {
        energyWh: 6000,
        details: [
          { sessionId: first, energyWh: 2000, stopReason: 'fault' },
          { sessionId: again.body.sessionId, energyWh: 4000, stopReason: 'full' },
        ],
      },
    },
  })
  const { id } = done.body.bill
  const details = (await api('GET', '/billing/details', undefined, ada.token)).body.items
  t.match(details, [{ billId: id }, { billId: id }], 'each names its bill')
})
