import t from 'tap'
import { api, PASSWORD, problemOf } from './support.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

t.test('users, and who did what', async t => {
  const { app, user } = await api(t)
  const admin = await user('admin', 'root')
  const send = (method: Method, url: string, payload?: object) =>
    app.inject({ method, url: `/api/v1${url}`, headers: admin.headers, ...(payload && { payload }) })

  const made = await send('POST', '/users', {
    username: 'sim',
    password: 'simulate this',
    role: 'simulator',
    userGroup: 'fleet',
  })
  t.equal(made.statusCode, 201)
  const { id } = made.json()
  t.match(made.json(), { role: 'simulator', disabled: false, idTags: [], userGroup: 'fleet' })
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
    const changed = await send('PATCH', `/users/${id}`, { password: 'simulate that', userGroup: null })
    t.match(changed.json(), { userGroup: null })
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
