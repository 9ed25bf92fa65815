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
