import t from 'tap'
import { verifyPassword } from '../../central/use-cases/admin/index.ts'
import { api, problemOf } from './support.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

t.test('sites', async t => {
  const { app, user, database } = await api(t)
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
  const { items: tariffs } = (await app.inject({ url: '/api/v1/tariffs?site=north', headers })).json()
  t.match(tariffs, [{ siteId: 'north', versions: [{ version: 1, validFrom: '2000-01-01T00:00:00.000Z' }] }])
  t.match(tariffs[0].versions[0].definition, { service: 8000, windows: { length: 6 } }, 'a new site bills by it')
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
    { policy: { dispatch: 'lottery' } },
    { policy: { maxWait: 0 } },
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

  await t.test('rules of dispatch change one by one, written down with what they were before', async t => {
    t.match((await send('GET', '/north')).json().policy, { dispatch: 'normal', maxWait: 120 }, 'a new site ages')
    const wrong = await send('PATCH', '/north', { policy: { maxWait: 0, colour: 'red' } })
    t.match(problemOf(wrong), { errors: [{ path: '/policy/maxWait' }, { path: '/policy' }] })
    t.match((await send('PATCH', '/north', { policy: { dispatch: 'single', maxWait: null } })).json().policy, {
      dispatch: 'single',
      maxWait: null,
      pileChoice: 'any',
    })
    const { rows } = await database.pool.query('select subject, details from audit order by id desc limit 1')
    t.match(rows, [{ subject: '/api/v1/sites/north' }])
    t.same(rows[0].details, {
      body: { policy: { dispatch: 'single', maxWait: null } },
      before: { dispatch: 'normal', maxWait: 120 },
      after: { dispatch: 'single', maxWait: null },
    })
  })
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
