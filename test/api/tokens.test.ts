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
