import t from 'tap'
import { BILL } from './bill.ts'
import { api, pile, problemOf } from './support.ts'

const ID = '00000000-0000-4000-8000-0000000000a1'

t.test('requests go to the verbs as they are asked, and come back as the contract says', async t => {
  const { app, user, verbs, database } = await api(t)
  const driver = await user('driver')
  const operator = await user('operator')
  const send = (
    method: 'POST' | 'PATCH' | 'GET',
    url: string,
    payload?: object,
    headers: Record<string, string> = driver.headers,
  ) => app.inject({ method, url: `/api/v1/charging${url}`, headers, ...(payload && { payload }) })

  await t.test('asking', async t => {
    const answer = await send('POST', '/request', { mode: 'fast', energyWh: 20_000 })
    t.equal(answer.statusCode, 201)
    t.same(Object.keys(answer.json()).toSorted(), [
      'carsAhead',
      'cost',
      'createdAt',
      'deliveredEnergyWh',
      'energyWh',
      'estimatedFinishAt',
      'estimatedStartAt',
      'estimatedWaitSeconds',
      'id',
      'mode',
      'number',
      'pileId',
      'position',
      'priority',
      'reason',
      'sessionId',
      'siteId',
      'status',
      'userId',
      'vehicleId',
    ])
    t.match(answer.json(), {
      number: 'F1',
      status: 'waiting',
      position: 1,
      carsAhead: 0,
      pileId: null,
      estimatedStartAt: '2026-11-22T08:01:00.000Z',
      estimatedWaitSeconds: 60,
      reason: 'All fast piles are full',
    })
    t.equal(answer.headers.location, `/api/v1/charging/request/${answer.json().id}`)
    t.match(verbs.calls.at(-1), {
      verb: 'requestCharge',
      args: [
        { id: driver.id, role: 'driver' },
        { mode: 'fast', energyWh: 20_000 },
      ],
    })
  })

  await t.test('asking for what there is not', async t => {
    const calls = verbs.calls.length
    const bad = [
      { mode: 'fast' },
      { mode: 'slow', energyWh: 1 },
      { mode: 'fast', energyWh: 0 },
      { mode: 'fast', energyWh: -5 },
      { mode: 'fast', energyWh: 1.5 },
      { mode: 'fast', energyWh: 3_000_000_000 },
      { mode: 'fast', energyWh: '20000' },
      { mode: 'fast', energyWh: null },
      { mode: 'fast', energyWh: 1000, vehicleId: 'mine' },
      { mode: 'fast', energyWh: 1000, siteId: '../etc' },
      { mode: 'fast', energyWh: 1000, priority: 5000 },
      { mode: 'fast', energyWh: 1000, kWh: 1 },
    ]
    for (const payload of bad)
      t.equal((await send('POST', '/request', payload)).statusCode, 400, JSON.stringify(payload))
    t.equal(verbs.calls.length, calls, 'nothing of it reached the verbs')
    const priority = await send('POST', '/request', { mode: 'fast', energyWh: 1000, priority: 5 })
    t.equal(problemOf(priority).code, 'forbidden')
    t.equal(
      (await send('POST', '/request', { mode: 'fast', energyWh: 1000, priority: 5 }, operator.headers)).statusCode,
      201,
    )
  })

  await t.test('refusals keep their code and detail', async t => {
    for (const code of ['active-request', 'waiting-area-full', 'no-pile-of-mode', 'at-pile', 'charging'] as const) {
      verbs.refusal = { code, detail: `because ${code}` }
      t.match(problemOf(await send('POST', '/request', { mode: 'fast', energyWh: 1000 })), {
        status: 409,
        code,
        detail: `because ${code}`,
      })
      t.match(problemOf(await send('PATCH', `/request/${ID}`, { energyWh: 1000 })), { status: 409, code })
    }
    verbs.refusal = null
  })

  await t.test('changing and looking', async t => {
    t.match((await send('PATCH', `/request/${ID}`, { mode: 'trickle' })).json(), { id: ID, mode: 'trickle' })
    t.same(verbs.calls.at(-1)?.args.slice(1), [ID, { mode: 'trickle' }])
    t.equal((await send('PATCH', `/request/${ID}`, {})).statusCode, 400)
    t.equal(problemOf(await send('PATCH', `/request/${ID}`, { priority: 5 })).code, 'forbidden')
    t.match((await send('PATCH', `/request/${ID}`, { priority: 5 }, operator.headers)).json(), { priority: 5 })
    const { rows } = await database.pool.query('select details from audit order by id desc limit 1')
    t.match(rows, [{ details: { body: { priority: 5 }, before: { priority: 0 }, after: { priority: 5 } } }])
    t.equal((await send('PATCH', '/request/nobody', { energyWh: 5 })).statusCode, 404)
    t.match((await send('GET', `/request/${ID}`)).json(), { id: ID })
    t.equal((await send('GET', "/request/' or 1=1 --")).statusCode, 404)
  })

  await t.test('where one stands, with the reason in one’s language', async t => {
    const answer = await send('GET', '/queue-status', undefined, { ...driver.headers, 'accept-language': 'zh-CN' })
    t.match(answer.json(), { reason: '快充桩已满', deliveredEnergyWh: 0, cost: { amount: 0, currency: 'CNY' } })
    verbs.refusal = { code: 'no-active-request' }
    t.match(problemOf(await send('GET', '/queue-status')), { status: 404, code: 'no-active-request' })
    verbs.refusal = null
  })

  await t.test('how full a site is', async t => {
    await pile(database, 'F1')
    await pile(database, 'F2')
    await pile(database, 'T1', 'trickle')
    await database.pool.query(`update charge_points set connected = true where id in ('F1', 'T1')`)
    t.same((await send('GET', '/queue-status?site=default')).json(), {
      siteId: 'default',
      fast: { waiting: 0, freePlaces: 2 },
      trickle: { waiting: 0, freePlaces: 2 },
    })
    t.equal((await send('GET', '/queue-status?site=')).json().siteId, 'default')
    t.equal((await send('GET', '/queue-status?site=nowhere')).statusCode, 404)
  })

  await t.test('cancelling, with and without a bill', async t => {
    t.match((await send('POST', '/cancel', { requestId: ID })).json(), { id: ID, status: 'cancelled', bill: null })
    verbs.bill = BILL
    const answer = await send('POST', '/cancel')
    t.equal(answer.statusCode, 200)
    t.match(answer.json().bill, {
      total: { amount: 1890 },
      createdAt: '2026-11-22T08:00:00.000Z',
      details: [{ startedAt: '2026-11-22T08:00:00.000Z' }],
    })
    t.same(verbs.calls.at(-1)?.args.slice(1), [undefined])
    const empty = await app.inject({
      method: 'POST',
      url: '/api/v1/charging/cancel',
      headers: { ...driver.headers, 'content-type': 'application/json' },
    })
    t.equal(empty.statusCode, 200, 'an empty body is no body')
  })
})
