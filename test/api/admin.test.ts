import t from 'tap'
import { verifyPassword } from '../../central/use-cases/admin/index.ts'
import { api, PASSWORD, pile, problemOf } from './support.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

t.test('sites', async t => {
  const { app, user } = await api(t)
  const { headers } = await user('operator')
  const send = (method: Method, url: string, payload?: object) =>
    app.inject({ method, url: `/api/v1/sites${url}`, headers, ...(payload && { payload }) })

  t.match((await send('GET', '')).json(), {
    items: [{ id: 'default', waitingCapacity: 10, policy: { pileChoice: 'vacant', redealOnRepair: true } }],
    next: null,
  })
  const made = await send('POST', '', {
    id: 'north',
    name: 'North',
    timeZone: 'Europe/Berlin',
    currency: 'EUR',
    waitingCapacity: 0,
    policy: { faultPause: 'site' },
  })
  t.equal(made.statusCode, 201)
  t.equal(made.headers.location, '/api/v1/sites/north')
  t.match(made.json(), {
    timeZone: 'Europe/Berlin',
    currency: 'EUR',
    powerLimitW: null,
    createdAt: '2026-11-22T08:00:00.000Z',
    policy: { faultPause: 'site', pileChoice: 'vacant' },
  })
  t.match(problemOf(await send('POST', '', { id: 'north', name: 'Again' })), { status: 409, code: 'already-exists' })
  t.match((await send('POST', '', { name: 'Unnamed' })).json(), { id: /^[0-9a-f-]{36}$/ })

  t.match((await send('PATCH', '/north', { policy: { pileChoice: 'any' }, powerLimitW: 50_000 })).json(), {
    powerLimitW: 50_000,
    policy: { pileChoice: 'any', faultPause: 'site' },
  })
  t.match(
    (await send('PATCH', '/north', { name: 'N', timeZone: 'UTC', waitingCapacity: 3, powerLimitW: null })).json(),
    {
      name: 'N',
      timeZone: 'UTC',
      waitingCapacity: 3,
      powerLimitW: null,
      policy: { pileChoice: 'any' },
    },
  )
  t.match((await send('GET', '/north')).json(), { id: 'north' })
  for (const wrong of [
    { policy: { pileChoice: 'best' } },
    { policy: { colour: 'red' } },
    { timeZone: 'Mars/Olympus' },
    { waitingCapacity: -1 },
    { nextFastNumber: 1 },
    { currency: 'EUR' },
    { powerLimitW: 0 },
  ]) {
    t.equal((await send('PATCH', '/north', wrong)).statusCode, 400, JSON.stringify(wrong))
  }
  t.equal((await send('PATCH', '/nowhere', { name: 'x' })).statusCode, 404)
  t.equal((await send('GET', '/nowhere')).statusCode, 404)
})

t.test('charge points', async t => {
  const { app, user, database, disconnected } = await api(t)
  const { headers } = await user('operator')
  const send = (method: Method, url: string, payload?: object) =>
    app.inject({ method, url: `/api/v1/charge-points${url}`, headers, ...(payload && { payload }) })
  const digestOf = async (id: string) =>
    (await database.pool.query('select password_digest from charge_points where id = $1', [id])).rows[0].password_digest

  await t.test('are registered with a password that is never told again', async t => {
    const made = await send('POST', '', {
      id: 'CP 1',
      password: 'a random key 123',
      quirkProfile: 'acme',
      acceptUnknownTags: true,
    })
    t.equal(made.statusCode, 201)
    t.equal(made.headers.location, '/api/v1/charge-points/CP%201')
    t.match(made.json(), {
      id: 'CP 1',
      siteId: 'default',
      hasPassword: true,
      securityProfile: 1,
      acceptUnknownTags: true,
      quirkProfile: 'acme',
      connected: false,
      vendor: null,
      lastSeenAt: null,
      piles: [{ id: 'CP 1', connectorId: 1, mode: 'fast', state: 'offline' }],
    })
    t.notMatch(made.body, 'a random key')
    t.ok(verifyPassword('a random key 123', await digestOf('CP 1')))
    const audit = await database.pool.query('select details from audit')
    t.notMatch(JSON.stringify(audit.rows), 'a random key')
  })

  await t.test('get the piles that are named, or one per connector', async t => {
    const piles = (answer: { json(): { piles: { id: string; mode: string }[] } }) =>
      answer.json().piles.map(({ id, mode }) => `${id} ${mode}`)
    t.same(piles(await send('POST', '', { id: 'CP2', connectors: 2, powerW: 3500 })), [
      'CP2-1 trickle',
      'CP2-2 trickle',
    ])
    t.same(
      piles(await send('POST', '', { id: 'CP3', piles: [{ id: 'X1', connectorId: 4, mode: 'fast', powerW: 50_000 }] })),
      ['X1 fast'],
    )
    t.same(piles(await send('POST', '', { id: 'CP4', piles: [] })), [])
    const taken = await send('POST', '', { id: 'CP5', piles: [{ id: 'x1', connectorId: 1, mode: 'fast', powerW: 1 }] })
    t.match(problemOf(taken), { status: 409, code: 'already-exists' })
    const twice = [1, 2].map(connectorId => ({ id: 'same', connectorId, mode: 'fast', powerW: 1 }))
    t.equal((await send('POST', '', { id: 'CP5', piles: twice })).statusCode, 409)
    const connector = ['a', 'b'].map(id => ({ id, connectorId: 1, mode: 'fast', powerW: 1 }))
    t.equal((await send('POST', '', { id: 'CP5', piles: connector })).statusCode, 409)
    t.equal((await send('GET', '/CP5')).statusCode, 404, 'nothing of it is left')
    t.match(problemOf(await send('POST', '', { id: 'cp2', piles: [] })), { status: 409, code: 'already-exists' })
    t.equal((await send('POST', '', { id: 'CP6', siteId: 'nowhere' })).statusCode, 404)
  })

  await t.test('are changed; new credentials close the link', async t => {
    t.match((await send('PATCH', '/cp2', { assumeOcpp16: true, validation: 'strict', pingSeconds: 60 })).json(), {
      assumeOcpp16: true,
      validation: 'strict',
      pingSeconds: 60,
    })
    t.same(disconnected, [])
    t.match((await send('PATCH', '/CP2', { password: 'another key' })).json(), {
      hasPassword: true,
      securityProfile: 1,
    })
    t.same(disconnected, ['CP2'])
    t.match((await send('PATCH', '/CP2', { password: null })).json(), { hasPassword: false, securityProfile: 0 })
    t.match(problemOf(await send('PATCH', '/CP2', { securityProfile: 2 })), {
      status: 400,
      errors: [{ path: '/password' }],
    })
    t.match(problemOf(await send('PATCH', '/CP2', { siteId: 'other' })), { status: 409, code: 'state-forbids' })
    for (const wrong of [{ password: 'short' }, { securityProfile: 4 }, { connected: true }, { id: 'x' }])
      t.equal((await send('PATCH', '/CP2', wrong)).statusCode, 400)
    t.equal((await send('PATCH', '/nobody', { pingSeconds: 1 })).statusCode, 404)
  })

  await t.test('that nobody knows are listed with the reason, and adopted', async t => {
    await database.pool.query(
      `insert into unknown_charge_points (identity, reason, address, first_seen_at, last_seen_at) values
       ('New/1', 'unknown', '10.0.0.5', now(), now()), ('NEW-2', 'unknown', '10.0.0.6', now(), now()), ('NEW-2', 'no-credentials', '10.0.0.6', now(), now())`,
    )
    const listed = (await send('GET', '/unknown?limit=2')).json()
    t.equal(listed.items.length, 2)
    t.equal((await send('GET', `/unknown?cursor=${listed.next}`)).json().items.length, 1)
    const adopted = await send('POST', '/unknown/NEW-2/adopt', { connectors: 2, mode: 'fast' })
    t.equal(adopted.statusCode, 201)
    t.match(adopted.json(), { id: 'NEW-2', piles: [{ id: 'NEW-2-1' }, { id: 'NEW-2-2' }] })
    t.equal((await send('GET', '/unknown')).json().items.length, 1)
    t.equal((await send('POST', '/unknown/NEW-2/adopt')).statusCode, 404, 'once')
    t.equal((await send('POST', '/unknown/New%2F1/adopt')).statusCode, 404, 'an identity that cannot be one')
  })

  await t.test('are listed page by page with their piles', async t => {
    const ids: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page: { items: { id: string }[]; next: string | null } = (
        await send('GET', `?limit=2${cursor && `&cursor=${cursor}`}`)
      ).json()
      ids.push(...page.items.map(({ id }) => id))
      cursor = page.next
    }
    t.same(ids.toSorted(), ['CP 1', 'CP2', 'CP3', 'CP4', 'NEW-2'])
    t.same((await send('GET', '?site=nowhere')).json(), { items: [], next: null })
  })
})

t.test('tags', async t => {
  const { app, user, database } = await api(t)
  const { headers } = await user('operator')
  const driver = await user('driver')
  const send = (method: Method, url: string, payload?: object) =>
    app.inject({ method, url: `/api/v1/id-tags${url}`, headers, ...(payload && { payload }) })
  await database.pool.query(
    `insert into unknown_id_tags (tag, charge_point_id, first_seen_at, last_seen_at) values ('cafe01', 'CP1', now(), now())`,
  )
  t.match((await send('GET', '/unknown')).json(), { items: [{ tag: 'cafe01', chargePointId: 'CP1', count: 1 }] })

  const made = await send('PUT', '/CAFE01', {
    status: 'Accepted',
    userId: driver.id,
    expiresAt: '2027-01-01T00:00:00+01:00',
    parentTag: 'GROUP',
    maxSessions: 2,
  })
  t.equal(made.statusCode, 201)
  t.match(made.json(), {
    tag: 'CAFE01',
    status: 'Accepted',
    userId: driver.id,
    expiresAt: '2026-12-31T23:00:00.000Z',
    parentTag: 'GROUP',
    maxSessions: 2,
  })
  t.same((await send('GET', '/unknown')).json().items, [], 'no longer unknown')
  const again = await send('PUT', '/cafe01', { status: 'Blocked' })
  t.equal(again.statusCode, 200)
  t.match(
    again.json(),
    { tag: 'CAFE01', status: 'Blocked', userId: null, expiresAt: null, parentTag: null, maxSessions: 1 },
    'one tag, whatever its case',
  )
  t.match((await send('GET', '/Cafe01')).json(), { status: 'Blocked' })
  t.equal((await send('GET', '?status=Blocked')).json().items.length, 1)
  t.equal((await send('GET', `?userId=${driver.id}`)).json().items.length, 1, 'the driver’s own')
  for (const wrong of [
    {},
    { status: 'accepted' },
    { status: 'Accepted', maxSessions: 0 },
    { status: 'Accepted', parentTag: 'x'.repeat(21) },
    { status: 'Accepted', tag: 'x' },
  ]) {
    t.equal((await send('PUT', '/CAFE02', wrong)).statusCode, 400)
  }
  t.equal((await send('PUT', `/${'x'.repeat(21)}`, { status: 'Accepted' })).statusCode, 400)
  t.equal(
    (await send('PUT', '/CAFE02', { status: 'Accepted', userId: '00000000-0000-4000-8000-000000000000' })).statusCode,
    404,
  )
  t.equal((await send('DELETE', '/cafe01')).statusCode, 204)
  t.equal((await send('DELETE', '/cafe01')).statusCode, 404)
})

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

t.test('users, and who did what', async t => {
  const { app, user } = await api(t)
  const admin = await user('admin', 'root')
  const send = (method: Method, url: string, payload?: object) =>
    app.inject({ method, url: `/api/v1${url}`, headers: admin.headers, ...(payload && { payload }) })

  const made = await send('POST', '/users', { username: 'sim', password: 'simulate this', role: 'simulator' })
  t.equal(made.statusCode, 201)
  const { id } = made.json()
  t.match(made.json(), { role: 'simulator', disabled: false, idTags: [] })
  t.equal(made.headers.location, `/api/v1/users/${id}`)
  t.equal(
    problemOf(await send('POST', '/users', { username: 'SIM', password: 'simulate this', role: 'driver' })).code,
    'username-taken',
  )
  t.equal((await send('POST', '/users', { username: 'god', password: 'simulate this', role: 'god' })).statusCode, 400)
  const token = (await send('POST', `/users/${id}/tokens`, { name: 'bench' })).json().token
  t.match((await app.inject({ url: '/api/v1/auth/profile', headers: { authorization: `Bearer ${token}` } })).json(), {
    username: 'sim',
  })
  t.equal((await send('GET', '/users?role=simulator')).json().items.length, 1)
  t.match((await send('GET', `/users/${id}`)).json(), { username: 'sim' })
  t.equal((await send('GET', '/users/00000000-0000-4000-8000-000000000000')).statusCode, 404)
  t.equal((await send('PATCH', '/users/00000000-0000-4000-8000-000000000000', { role: 'driver' })).statusCode, 404)

  await t.test('a new password ends the sessions', async t => {
    const login = (password: string) =>
      app.inject({ method: 'POST', url: '/api/v1/auth/login', payload: { username: 'sim', password } })
    const before = (await login('simulate this')).json().token
    t.equal((await send('PATCH', `/users/${id}`, { password: 'simulate that' })).statusCode, 200)
    t.equal(
      (await app.inject({ url: '/api/v1/auth/profile', headers: { authorization: `Bearer ${before}` } })).statusCode,
      401,
    )
    t.equal((await login('simulate this')).statusCode, 401)
    t.equal((await login('simulate that')).statusCode, 200)
  })

  await t.test('the last administrator stays', async t => {
    t.match(problemOf(await send('PATCH', `/users/${admin.id}`, { role: 'driver' })), {
      status: 409,
      code: 'state-forbids',
    })
    t.match(problemOf(await send('PATCH', `/users/${admin.id}`, { disabled: true })), { status: 409 })
    const second = await user('admin')
    t.equal((await send('PATCH', `/users/${second.id}`, { role: 'operator' })).statusCode, 200, 'another may go')
    t.equal((await app.inject({ url: '/api/v1/auth/profile', headers: admin.headers })).statusCode, 200)
  })

  await t.test('writes of the staff are written down, without secrets; reads and refusals are not', async t => {
    const { items } = (await send('GET', '/audit')).json()
    const lines = items.map(
      ({ actor, action, subject }: { actor: string; action: string; subject: string }) =>
        `${actor} ${action} ${subject}`,
    )
    t.same(lines.toReversed().slice(0, 3), [
      `root POST /api/v1/users /api/v1/users/${id}`,
      `root POST /api/v1/users/:id/tokens /api/v1/users/${id}/tokens`,
      `root PATCH /api/v1/users/:id /api/v1/users/${id}`,
    ])
    t.equal(items.length, 4)
    t.notMatch(JSON.stringify(items), /simulate th|hash/)
    t.match(items.at(-1), { actorId: admin.id, at: /Z$/, details: { body: { username: 'sim', password: '***' } } })
    t.equal((await send('GET', `/audit?actorId=${admin.id}&limit=1`)).json().items.length, 1)
    const driver = await user('driver')
    await app.inject({ method: 'POST', url: '/api/v1/vehicles', headers: driver.headers, payload: { plate: 'A' } })
    t.equal((await send('GET', '/audit')).json().items.length, 4, 'what drivers do with their own is not the staff’s')
    t.ok(PASSWORD)
  })

  await t.test('a body too long for the log is told by its length', async t => {
    await send('POST', '/vehicles', { plate: 'B' })
    await send('PATCH', '/sites/default', { name: 'x'.repeat(200) })
    await app.inject({
      method: 'POST',
      url: '/api/v1/charge-points/F1/commands',
      headers: admin.headers,
      payload: { action: 'SendLocalList', payload: { list: 'x'.repeat(9000) } },
    })
    const [entry] = (await send('GET', '/audit?limit=1')).json().items
    t.match(entry, { action: 'POST /api/v1/charge-points/:id/commands', details: { omittedBytes: Number } })
    await app.inject({
      method: 'POST',
      url: '/api/v1/charge-points/F1/commands',
      headers: admin.headers,
      payload: {
        action: 'ChangeConfiguration',
        payload: { key: 'AuthorizationKey', value: 'top secret key', list: ['a', null, 1] },
      },
    })
    const [last] = (await send('GET', '/audit?limit=1')).json().items
    t.match(last.details.body.payload, { key: 'AuthorizationKey', value: '***', list: ['a', null, 1] })
  })
})
