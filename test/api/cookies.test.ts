import t from 'tap'
import { api, PASSWORD, problemOf } from './support.ts'

t.test('a browser signs in by cookie, and another page cannot use it', async t => {
  const { app, user } = await api(t)
  await user('driver', 'mei')
  const login = await app.inject({
    method: 'POST',
    url: '/api/v1/auth/login',
    payload: { username: 'mei', password: PASSWORD },
  })
  const session = login.cookies.find(cookie => cookie.name === 'session')!
  const refresh = login.cookies.find(cookie => cookie.name === 'refresh')!
  for (const cookie of [session, refresh]) t.match(cookie, { httpOnly: true, sameSite: 'Strict' })
  t.equal(refresh.path, '/api/v1/auth')
  const cookies = { session: session.value, refresh: refresh.value }

  await t.test('reads need nothing more', async t => {
    t.equal((await app.inject({ url: '/api/v1/auth/profile', cookies })).statusCode, 200)
  })

  await t.test('writes need the same origin or a header of our page', async t => {
    const add = (plate: string, headers: Record<string, string>) =>
      app.inject({ method: 'POST', url: '/api/v1/vehicles', cookies, payload: { plate }, headers })
    const host = 'box.local:8080'
    t.equal(problemOf(await add('A', { host, 'sec-fetch-site': 'cross-site' })).code, 'forbidden')
    t.equal((await add('A', { host, 'sec-fetch-site': 'same-site' })).statusCode, 403)
    t.equal((await add('A', { host, origin: 'https://evil.example' })).statusCode, 403)
    t.equal((await add('A', { host, origin: 'null' })).statusCode, 403)
    t.equal((await add('A', { host, origin: `http://${host}` })).statusCode, 201)
    t.equal((await add('B', { host, 'x-requested-with': 'console' })).statusCode, 201)
    t.equal((await add('C', { host, 'sec-fetch-site': 'same-origin' })).statusCode, 201)
    t.equal((await add('D', { host })).statusCode, 201, 'no browser')
  })

  await t.test('refresh and sign-out hold to the same', async t => {
    const send = (url: string, headers: Record<string, string>) => app.inject({ method: 'POST', url, cookies, headers })
    const foreign = { origin: 'https://evil.example' }
    t.equal((await send('/api/v1/auth/refresh', foreign)).statusCode, 403)
    const next = await send('/api/v1/auth/refresh', { 'x-requested-with': 'console' })
    t.equal(next.statusCode, 200)
    t.equal((await send('/api/v1/auth/logout', foreign)).statusCode, 403)
    const out = await send('/api/v1/auth/logout', { 'x-requested-with': 'console' })
    t.equal(out.statusCode, 204)
    t.same(
      out.cookies.map(({ name, value }) => [name, value]),
      [
        ['session', ''],
        ['refresh', ''],
      ],
    )
    t.equal((await app.inject({ url: '/api/v1/auth/profile', cookies })).statusCode, 401)
  })
})

t.test('behind a proxy with TLS the cookies are for TLS only', async t => {
  const { app, user } = await api(t, { config: { trustProxy: true } })
  await user('driver', 'mei')
  const login = await app.inject({
    method: 'POST',
    url: '/api/v1/auth/login',
    payload: { username: 'mei', password: PASSWORD },
    headers: { 'x-forwarded-proto': 'https' },
  })
  t.ok(login.cookies.every(cookie => cookie.secure))
})

t.test('other origins are told nothing by default, and named ones are let in', async t => {
  const closed = await api(t)
  const preflight = {
    method: 'OPTIONS' as const,
    url: '/api/v1/sites',
    headers: { origin: 'https://console.example', 'access-control-request-method': 'GET' },
  }
  t.equal((await closed.app.inject(preflight)).headers['access-control-allow-origin'], undefined)
  const open = await api(t, { config: { corsOrigins: ['https://console.example'] } })
  t.equal((await open.app.inject(preflight)).headers['access-control-allow-origin'], 'https://console.example')
})
