import t from 'tap'
import { api, pile, problemOf } from './support.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

t.test('tariffs', async t => {
  const { app, user, database } = await api(t)
  const { headers } = await user('operator')
  const driver = await user('driver')
  const send = (method: Method, url: string, payload?: object, by = headers) =>
    app.inject({ method, url: `/api/v1/tariffs${url}`, headers: by, ...(payload && { payload }) })
  const definition = {
    version: 1,
    currency: 'CNY',
    minorDigits: 2,
    windows: [
      { fromMinute: 600, toMinute: 900, kind: 'peak', price: 10_000 },
      { fromMinute: 0, toMinute: 1440, kind: 'flat', price: 7000 },
    ],
    service: 8000,
  }
  await pile(database, 'F1')
  const made = await send('POST', '', { name: 'Day', siteId: 'default', definition, validFrom: '2026-01-01T00:00:00Z' })
  t.equal(made.statusCode, 201)
  const { id } = made.json()
  t.match(made.json(), {
    name: 'Day',
    siteId: 'default',
    versions: [{ version: 1, validFrom: '2026-01-01T00:00:00.000Z', definition }],
  })
  const next = await send('POST', `/${id}/versions`, { definition: { ...definition, service: 9000 } })
  t.equal(next.statusCode, 201)
  t.match(next.json().versions, [
    { version: 2, validFrom: '2026-11-22T08:00:00.000Z', definition: { service: 9000 } },
    { version: 1 },
  ])
  const parallel = await Promise.all(Array.from({ length: 5 }, () => send('POST', `/${id}/versions`, { definition })))
  t.ok(parallel.every(answer => answer.statusCode === 201))
  t.same(
    (await send('GET', `/${id}`)).json().versions.map(({ version }: { version: number }) => version),
    [7, 6, 5, 4, 3, 2, 1],
  )
  const bad = await send('POST', `/${id}/versions`, { definition: { ...definition, service: -1, colour: 'red' } })
  t.match(problemOf(bad), { status: 400, errors: Array })
  t.ok((problemOf(bad).errors as { path: string }[]).some(({ path }) => path === '/definition/service'))
  t.equal((await send('POST', '', { name: 'x' })).statusCode, 400)
  t.equal((await send('POST', '', { name: 'x', definition, siteId: 'nowhere' })).statusCode, 404)
  t.equal((await send('POST', '', { name: 'x', definition, pileId: 'nowhere' })).statusCode, 404)
  t.equal((await send('POST', '', { name: 'x', definition, pileId: 'F1', mode: 'fast' })).statusCode, 201)
  t.equal((await send('POST', '/00000000-0000-4000-8000-000000000000/versions', { definition })).statusCode, 404)
  t.equal(
    (await send('GET', '?site=default', undefined, driver.headers)).json().items.length,
    2,
    'drivers may read them',
  )
  t.equal((await send('GET', '/nothing')).statusCode, 404)

  await t.test('tell what a charge would cost, by the code that bills', async t => {
    const estimate = (payload: object) =>
      app.inject({ method: 'POST', url: '/api/v1/billing/estimate', headers: driver.headers, payload })
    // 14 kWh at 7 kW from 14:00 in Shanghai: one hour peak, one hour flat, with the service fee of version 1
    const answer = await estimate({ mode: 'fast', energyWh: 14_000, startAt: '2026-02-01T06:00:00Z' })
    t.equal(answer.statusCode, 200)
    t.match(answer.json(), {
      finishAt: '2026-02-01T08:00:00.000Z',
      chargingSeconds: 7200,
      energyWh: 14_000,
      energyFee: { amount: 1190, currency: 'CNY' },
      serviceFee: { amount: 1120 },
      total: { amount: 2310, currency: 'CNY' },
      windows: [
        { kind: 'peak', price: '1.0000', energyWh: 7000, fee: { amount: 700 } },
        { kind: 'flat', price: '0.7000', energyWh: 7000, fee: { amount: 490 } },
      ],
    })
    t.match(problemOf(await estimate({ mode: 'trickle', energyWh: 1 })), { status: 409, code: 'no-pile-of-mode' })
    t.equal((await estimate({ mode: 'fast', energyWh: 1, siteId: 'nowhere' })).statusCode, 404)
    t.equal((await estimate({ mode: 'fast', energyWh: 20_000_000 })).statusCode, 400)
    await database.pool.query('delete from tariffs')
    t.match(problemOf(await estimate({ mode: 'fast', energyWh: 1 })), { status: 409, code: 'state-forbids' })
    await database.pool.query('delete from charging_piles')
    await database.pool.query('delete from charge_points')
    await database.pool.query('delete from sites')
    t.equal((await estimate({ mode: 'fast', energyWh: 1 })).statusCode, 404)
  })
})
