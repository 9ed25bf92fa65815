import t from 'tap'
import { tariffInForce } from '../../central/store/site/tariff.ts'
import { api, NOW, pile, problemOf } from './support.ts'

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

t.test('what would be ambiguous or leave a time without a tariff is refused, with the reason', async t => {
  const { app, user, database } = await api(t)
  const { headers } = await user('operator')
  const send = (url: string, payload: object) =>
    app.inject({ method: 'POST', url: `/api/v1/tariffs${url}`, headers, payload })
  const windows = [{ fromMinute: 0, toMinute: 1440, kind: 'flat', price: 7000 }]
  const definition = { version: 1, currency: 'CNY', minorDigits: 2, windows, service: 0 }
  const day = (date: string) => `2026-${date}T00:00:00Z`
  await pile(database, 'F1')
  const made = await send('', { name: 'Site', siteId: 'default', definition, validFrom: day('01-01') })
  const { id } = made.json()
  const versions = `/${id}/versions`

  t.match(problemOf(await send(versions, { definition, validFrom: day('01-01') })), {
    status: 409,
    code: 'tariff-overlap',
    errors: [{ path: '/validFrom', message: 'version 1 of "Site" is in force from 2026-01-01T00:00:00.000Z' }],
  })
  t.match(problemOf(await send(versions, { definition, validFrom: day('06-01'), validTo: day('07-01') })), {
    status: 409,
    code: 'tariff-gap',
    errors: [{ path: '/validTo', message: 'no tariff would be in force from 2026-07-01T00:00:00.000Z on' }],
  })
  t.equal((await send('', { name: 'All', definition, validFrom: day('01-01') })).statusCode, 201)
  const promotion = await send(versions, { definition, validFrom: day('06-01'), validTo: day('07-01') })
  t.equal(promotion.statusCode, 201, 'the tariff for everywhere takes over')
  t.match(problemOf(await send(versions, { definition, validFrom: day('06-15') })), { code: 'tariff-overlap' })
  t.match(problemOf(await send('', { name: 'Same', siteId: 'default', definition, validFrom: day('06-15') })), {
    code: 'tariff-overlap',
  })
  t.match(problemOf(await send(versions, { definition, validFrom: day('05-01'), validTo: day('05-01') })), {
    status: 400,
    errors: [{ path: '/validTo' }],
  })
  t.equal((await send(versions, { definition, validFrom: day('11-01') })).statusCode, 201)
  const listed = (await app.inject({ url: `/api/v1/tariffs/${id}`, headers })).json()
  t.match(listed.versions, [
    { version: 3, validTo: null, inForce: true },
    { version: 2, validTo: '2026-07-01T00:00:00.000Z', inForce: false },
    { version: 1, validTo: null, inForce: false },
  ])

  const reasons = async (more: object, scope: object = {}) =>
    problemOf(await send('', { name: 'x', definition: { ...definition, ...more }, ...scope })).errors
  t.match(await reasons({ windows: [{ ...windows[0], price: -1 }] }), [{ path: '/definition/windows/0/price' }])
  t.match(await reasons({ windows: [{ ...windows[0], toMinute: 600 }] }), [{ path: '/definition/windows' }])
  t.match(await reasons({ currency: 'EUR' }, { siteId: 'default' }), [{ path: '/definition/currency' }])
  t.match(await reasons({}, { pileId: 'F1', mode: 'trickle' }), [{ path: '/mode', message: 'the pile is fast' }])
})

t.test('the most specific tariff wins: pile, then user group, then mode, then site', async t => {
  const { app, user, database } = await api(t)
  const { headers } = await user('operator')
  const { id: memberId } = await user('driver')
  await pile(database, 'F1')
  await database.pool.query("update users set user_group = 'fleet' where id = $1", [memberId])
  const names = new Map<string, string>()
  const scopes = {
    everywhere: {},
    site: { siteId: 'default' },
    mode: { mode: 'fast' },
    'site and mode': { siteId: 'default', mode: 'fast' },
    group: { userGroup: 'fleet' },
    pile: { pileId: 'F1' },
  }
  const chosen = async (pileId: string | null, userId: string | null) => {
    const found = await tariffInForce(database.pool, { siteId: 'default', mode: 'fast', pileId, userId, at: NOW + 1 })
    return names.get(found!.id)
  }
  const seen: (string | undefined)[][] = []
  for (const [name, scope] of Object.entries(scopes)) {
    const windows = [{ fromMinute: 0, toMinute: 1440, kind: name, price: 1 }]
    const definition = { version: 1, currency: 'CNY', minorDigits: 2, windows, service: 0 }
    const made = await app.inject({
      method: 'POST',
      url: '/api/v1/tariffs',
      headers,
      payload: { name, definition, ...scope },
    })
    names.set(made.json().versions[0].id, name)
    seen.push([await chosen('F2', null), await chosen('F1', memberId)])
  }
  t.strictSame(seen, [
    ['everywhere', 'everywhere'],
    ['site', 'site'],
    ['mode', 'mode'],
    ['site and mode', 'site and mode'],
    ['site and mode', 'group'],
    ['site and mode', 'pile'],
  ])
})
