import t from 'tap'
import { api, PASSWORD, problemOf } from './support.ts'

const post = (url: string, payload: object, headers = {}) => ({
  method: 'POST' as const,
  url: `/api/v1${url}`,
  payload,
  headers,
})

// one database for all: every test has users of its own
const shared = api(t, { config: { rateLimitPerMinute: 100_000 } })

t.test('a driver registers with a vehicle, gets a tag, signs in and sees the profile', async t => {
  const { app } = await shared
  const vehicle = { plate: '沪A12345', batteryCapacityWh: 60_000 }
  const registered = await app.inject(post('/auth/register', { username: ' ann ', password: 'very secret', vehicle }))
  t.equal(registered.statusCode, 201)
  const { user } = registered.json()
  t.match(user, { username: 'ann', role: 'driver', vehicles: [vehicle] })

  const login = await app.inject(post('/auth/login', { username: 'ANN', password: 'very secret' }))
  t.equal(login.statusCode, 200)
  t.match(login.json(), { expiresInSeconds: 900, user: { id: user.id } })
  t.equal(login.headers['cache-control'], 'no-store')
  const claims = JSON.parse(Buffer.from(login.json().token.split('.')[1], 'base64url').toString())
  t.equal(claims.exp - claims.iat, 900, 'good for 15 minutes')

  const profile = await app.inject({
    url: '/api/v1/auth/profile',
    headers: { authorization: `Bearer ${login.json().token}` },
  })
  t.match(profile.json(), { id: user.id, createdAt: '2026-11-22T08:00:00.000Z', idTags: [/^[0-9A-F]{16}$/] })
  t.notMatch(profile.body, /hash|argon/i, 'nothing secret in it')
})

t.test('a name is taken whatever its case', async t => {
  const { app } = await shared
  await app.inject(post('/auth/register', { username: 'bea', password: 'very secret' }))
  const again = await app.inject(post('/auth/register', { username: 'Bea', password: 'other secret' }))
  t.equal(again.statusCode, 409)
  t.equal(problemOf(again).code, 'username-taken')
})

t.test('of twenty registrations of one name at once exactly one wins', async t => {
  const { app } = await shared
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => app.inject(post('/auth/register', { username: 'cai', password: 'very secret' }))),
  )
  t.equal(answers.filter(answer => answer.statusCode === 201).length, 1)
  t.equal(answers.filter(answer => answer.statusCode === 409).length, 19)
})

t.test('names, passwords and vehicles that break the rules are refused with their path', async t => {
  const { app } = await shared
  const good = { username: 'dan', password: 'very secret' }
  const bad: [object, string][] = [
    [{ ...good, username: 'me' }, '/username'],
    [{ ...good, username: 'dan dan' }, '/username'],
    [{ ...good, username: '<b>mei</b>' }, '/username'],
    [{ ...good, username: 'x'.repeat(65) }, '/username'],
    [{ ...good, password: 'short' }, '/password'],
    [{ ...good, password: 'x'.repeat(257) }, '/password'],
    [{ ...good, password: 'with \0 zero' }, '/password'],
    [{ ...good, role: 'admin' }, '/role'],
    [{ ...good, vehicle: { plate: '' } }, '/vehicle/plate'],
    [{ ...good, vehicle: { plate: 'A', batteryCapacityWh: -1 } }, '/vehicle/batteryCapacityWh'],
    [{ ...good, vehicle: { plate: 'A', colour: 'red' } }, '/vehicle/colour'],
    [{ username: 'dan' }, '/password'],
  ]
  for (const [payload, path] of bad) {
    const answer = await app.inject(post('/auth/register', payload))
    t.equal(answer.statusCode, 400, path)
    t.match(problemOf(answer), { code: 'malformed-request', errors: [{ path }] })
  }
})

t.test('a wrong password, an unknown name and a disabled account look the same', async t => {
  const { app, user, database } = await shared
  const eve = await user('driver', 'eve')
  const off = await user('driver', 'off-eve')
  await database.pool.query('update users set disabled = true where id = $1', [off.id])
  const answers = await Promise.all([
    app.inject(post('/auth/login', { username: eve.username, password: 'not this one' })),
    app.inject(post('/auth/login', { username: 'nobody', password: 'not this one' })),
    app.inject(post('/auth/login', { username: off.username, password: PASSWORD })),
  ])
  const bodies = answers.map(answer => ({ ...problemOf(answer), requestId: '' }))
  t.same(bodies[1], bodies[0])
  t.same(bodies[2], bodies[0])
  t.match(bodies[0], { status: 401, code: 'bad-credentials', title: 'User name or password is wrong' })
})

t.test('failed sign-ins lock the account for a while, and no other', async t => {
  const { app, user } = await api(t, { config: { loginFailuresPerAccount: 3 } })
  const fei = await user('driver', 'fei')
  await user('driver', 'other')
  for (let i = 0; i < 3; i++) await app.inject(post('/auth/login', { username: fei.username, password: 'wrong wrong' }))
  const locked = await app.inject(post('/auth/login', { username: 'FEI ', password: PASSWORD }))
  t.equal(locked.statusCode, 429)
  t.equal(problemOf(locked).code, 'rate-limited')
  t.ok(Number(locked.headers['retry-after']) > 0)
  const other = await app.inject(post('/auth/login', { username: 'other', password: PASSWORD }))
  t.equal(other.statusCode, 200)
})

t.test('failed sign-ins of any accounts lock the address', async t => {
  const { app, user } = await api(t, { config: { loginFailuresPerAddress: 3 } })
  await user('driver', 'gao')
  for (const username of ['aaa', 'bbb', 'ccc'])
    await app.inject(post('/auth/login', { username, password: 'wrong wrong' }))
  t.equal((await app.inject(post('/auth/login', { username: 'gao', password: PASSWORD }))).statusCode, 429)
  const elsewhere = await app.inject({
    ...post('/auth/login', { username: 'gao', password: PASSWORD }),
    remoteAddress: '10.0.0.7',
  })
  t.equal(elsewhere.statusCode, 200)
})

t.test('a refresh token works once; its second use ends the whole family', async t => {
  const { app, user } = await shared
  await user('driver', 'hua')
  const first = (await app.inject(post('/auth/login', { username: 'hua', password: PASSWORD }))).json()
  const second = await app.inject(post('/auth/refresh', { refreshToken: first.refreshToken }))
  t.equal(second.statusCode, 200)
  t.not(second.json().refreshToken, first.refreshToken)
  const profile = (token: string) =>
    app.inject({ url: '/api/v1/auth/profile', headers: { authorization: `Bearer ${token}` } })
  t.equal((await profile(second.json().token)).statusCode, 200)

  const reused = await app.inject(post('/auth/refresh', { refreshToken: first.refreshToken }))
  t.equal(reused.statusCode, 401)
  t.equal(problemOf(reused).code, 'refresh-token-reused')
  const next = await app.inject(post('/auth/refresh', { refreshToken: second.json().refreshToken }))
  t.equal(next.statusCode, 401, 'the newest token of the family is dead too')
  t.equal((await profile(second.json().token)).statusCode, 401, 'and so is its access token')
})

t.test('of refreshes with one token at once at most one wins', async t => {
  const { app, user } = await shared
  await user('driver', 'ivy')
  const { refreshToken } = (await app.inject(post('/auth/login', { username: 'ivy', password: PASSWORD }))).json()
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => app.inject(post('/auth/refresh', { refreshToken }))),
  )
  t.equal(answers.filter(answer => answer.statusCode === 200).length, 1)
})

t.test('unknown and expired refresh tokens are told apart from reused ones', async t => {
  const { app, user, database } = await shared
  await user('driver', 'jun')
  const unknown = await app.inject(post('/auth/refresh', { refreshToken: 'made up' }))
  t.equal(problemOf(unknown).code, 'not-authenticated')
  t.equal((await app.inject(post('/auth/refresh', {}))).statusCode, 401)
  const { refreshToken } = (await app.inject(post('/auth/login', { username: 'jun', password: PASSWORD }))).json()
  await database.pool.query("update refresh_tokens set expires_at = now() - interval '1 second'")
  const expired = await app.inject(post('/auth/refresh', { refreshToken }))
  t.match(problemOf(expired), { status: 401, code: 'token-expired' })
})

t.test('signing out ends the session at once', async t => {
  const { app, user } = await shared
  const kai = await user('driver', 'kai')
  const { refreshToken, token } = (
    await app.inject(post('/auth/login', { username: 'kai', password: PASSWORD }))
  ).json()
  const out = await app.inject({
    method: 'POST',
    url: '/api/v1/auth/logout',
    headers: { authorization: `Bearer ${token}` },
  })
  t.equal(out.statusCode, 204)
  t.equal(
    (await app.inject({ url: '/api/v1/auth/profile', headers: { authorization: `Bearer ${token}` } })).statusCode,
    401,
  )
  t.equal((await app.inject(post('/auth/refresh', { refreshToken }))).statusCode, 401)
  t.equal(
    (await app.inject({ url: '/api/v1/auth/profile', headers: kai.headers })).statusCode,
    200,
    'other sessions stay',
  )
})

t.test('tokens that are not ours are refused', async t => {
  const { app, user } = await shared
  const lin = await user('driver', 'lin')
  const [head, body] = lin.headers.authorization.slice(7).split('.') as [string, string]
  const none = `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${body}.`
  const past = app.jwt.sign({ sub: lin.id, sid: lin.id, iat: 1 } as never)
  const bad = [
    '',
    'Bearer',
    'Bearer x',
    'Basic YTpi',
    `Bearer ${head}.${body}.AAAA`,
    `Bearer ${none}`,
    'Bearer evg_made-up',
    `Bearer ${app.jwt.sign({ sub: 'x' } as never)}`,
  ]
  for (const authorization of bad) {
    const answer = await app.inject({ url: '/api/v1/auth/profile', headers: { authorization } })
    t.equal(answer.statusCode, 401, authorization.slice(0, 20))
    t.equal(problemOf(answer).code, 'not-authenticated')
    t.equal(answer.headers['www-authenticate'], 'Bearer')
  }
  const expired = await app.inject({ url: '/api/v1/auth/profile', headers: { authorization: `Bearer ${past}` } })
  t.equal(problemOf(expired).code, 'token-expired')
  t.equal((await app.inject('/api/v1/auth/profile')).statusCode, 401)
})

t.test('an API token works until it is revoked and is kept as a digest only', async t => {
  const { app, user, database } = await shared
  const ming = await user('driver', 'ming')
  const made = await app.inject(post('/auth/tokens', { name: 'my script' }, ming.headers))
  t.equal(made.statusCode, 201)
  const { token, id } = made.json()
  t.match(token, /^evg_[\w-]{43}$/)
  const headers = { authorization: `Bearer ${token}` }
  t.match((await app.inject({ url: '/api/v1/auth/profile', headers })).json(), { id: ming.id })
  t.match((await app.inject({ url: '/api/v1/auth/tokens', headers })).json(), {
    items: [{ id, name: 'my script' }],
    next: null,
  })
  const { rows } = await database.pool.query('select * from api_tokens')
  t.notMatch(JSON.stringify(rows), token.slice(4))

  const other = await user('driver')
  t.equal(
    (await app.inject({ method: 'DELETE', url: `/api/v1/auth/tokens/${id}`, headers: other.headers })).statusCode,
    404,
  )
  t.equal((await app.inject({ method: 'DELETE', url: `/api/v1/auth/tokens/${id}`, headers })).statusCode, 204)
  t.equal((await app.inject({ url: '/api/v1/auth/profile', headers })).statusCode, 401)
})

t.test('an API token that has expired opens nothing', async t => {
  const { app, user } = await shared
  const nan = await user('driver', 'nan')
  const made = await app.inject(post('/auth/tokens', { name: 'old', expiresAt: '2020-01-01T00:00:00Z' }, nan.headers))
  t.equal(
    (await app.inject({ url: '/api/v1/auth/profile', headers: { authorization: `Bearer ${made.json().token}` } }))
      .statusCode,
    401,
  )
})

t.test('a new password needs the present one and ends all sessions', async t => {
  const { app, user } = await shared
  const ou1 = await user('driver', 'ou1')
  const wrong = await app.inject(
    post('/auth/password', { currentPassword: 'not this one', newPassword: 'brand new one' }, ou1.headers),
  )
  t.equal(problemOf(wrong).code, 'bad-credentials')
  t.equal(
    (await app.inject(post('/auth/password', { currentPassword: PASSWORD, newPassword: 'brand new one' }, ou1.headers)))
      .statusCode,
    204,
  )
  t.equal((await app.inject({ url: '/api/v1/auth/profile', headers: ou1.headers })).statusCode, 401)
  t.equal((await app.inject(post('/auth/login', { username: 'ou1', password: PASSWORD }))).statusCode, 401)
  t.equal((await app.inject(post('/auth/login', { username: 'ou1', password: 'brand new one' }))).statusCode, 200)
})

t.test('drivers keep their own vehicles', async t => {
  const { app, user, database } = await shared
  const ping = await user('driver', 'ping')
  const other = await user('driver')
  const made = await app.inject(post('/vehicles', { plate: 'B 1', batteryCapacityWh: 50_000 }, ping.headers))
  t.equal(made.statusCode, 201)
  const { id } = made.json()
  t.equal(made.headers.location, `/api/v1/vehicles/${id}`)
  t.equal(problemOf(await app.inject(post('/vehicles', { plate: 'b 1' }, ping.headers))).code, 'already-exists')
  t.equal(
    (await app.inject(post('/vehicles', { plate: 'B 1' }, other.headers))).statusCode,
    201,
    'another driver may have it',
  )

  const change = (headers: Record<string, string>, payload: object) =>
    app.inject({ method: 'PATCH', url: `/api/v1/vehicles/${id}`, headers, payload })
  t.match((await change(ping.headers, { batteryCapacityWh: null })).json(), { plate: 'B 1', batteryCapacityWh: null })
  t.match((await change(ping.headers, { plate: 'B 2' })).json(), { plate: 'B 2' })
  t.equal((await change(other.headers, { plate: 'mine' })).statusCode, 404)
  await app.inject(post('/vehicles', { plate: 'B 3' }, ping.headers))
  t.equal(problemOf(await change(ping.headers, { plate: 'B 3' })).code, 'already-exists')

  await database.pool.query(
    `insert into charging_requests (id, site_id, user_id, vehicle_id, mode, number, energy_wh, source, status, created_at)
     values (gen_random_uuid(), 'default', $1, $2, 'fast', 1, 1000, 'driver', 'active', now())`,
    [ping.id, id],
  )
  const remove = (headers: Record<string, string>) =>
    app.inject({ method: 'DELETE', url: `/api/v1/vehicles/${id}`, headers })
  t.equal(problemOf(await remove(ping.headers)).code, 'active-request')
  t.equal((await remove(other.headers)).statusCode, 404)
  await database.pool.query(`update charging_requests set status = 'completed'`)
  t.equal((await remove(ping.headers)).statusCode, 204)
  t.match((await app.inject({ url: '/api/v1/vehicles', headers: ping.headers })).json(), { items: [{ plate: 'B 3' }] })
})
