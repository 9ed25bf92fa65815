import t from 'tap'
import { ROLES } from '../../central/api/ports.ts'
import { ORIGINAL_ROUTES, OTHER_ROUTES } from './routes.ts'
import { api, type User } from './support.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

t.test('every route lets in whom it should and nobody else', async t => {
  const { app, user } = await api(t, { config: { rateLimitPerMinute: 100_000 } })
  const users = new Map<string, User>()
  for (const role of ROLES) users.set(role, await user(role))
  const ask = async (route: string, headers: Record<string, string>) => {
    const [method, path] = route.split(' ') as [Method, string]
    const url = `/api/v1${path.replace(/\{\w+\}/g, '00000000-0000-4000-8000-000000000000')}`
    return await app.inject({
      method,
      url,
      headers: { ...headers, 'content-type': 'application/json' },
      payload: '{"no such member":1}',
    })
  }
  for (const [route, who] of [...ORIGINAL_ROUTES, ...OTHER_ROUTES]) {
    // a stream does not end by itself (events.test.ts); signing out would end the sessions of this test
    if (route === 'GET /events' || route === 'POST /auth/logout') continue
    const anonymous = await ask(route, {})
    if (who === 'open') {
      t.not(anonymous.statusCode, 403, route)
      t.not(anonymous.json().code, 'not-authenticated', route)
      continue
    }
    t.equal(anonymous.statusCode, 401, `${route} without a token`)
    for (const [role, { headers }] of users) {
      const answer = await ask(route, headers)
      const allowed = who === 'user' || (who as string[]).includes(role)
      if (allowed) t.notOk([401, 403, 500].includes(answer.statusCode), `${route} as ${role}: ${answer.statusCode}`)
      else t.equal(answer.statusCode, 403, `${route} as ${role}`)
    }
  }
})

t.test('a changed role and a disabled account count at once', async t => {
  const { app, user } = await api(t)
  const admin = await user('admin')
  const mei = await user('driver', 'mei')
  const change = (payload: object) =>
    app.inject({ method: 'PATCH', url: `/api/v1/users/${mei.id}`, headers: admin.headers, payload })
  const sites = () => app.inject({ url: '/api/v1/id-tags', headers: mei.headers })
  t.equal((await sites()).statusCode, 403)
  t.match((await change({ role: 'operator' })).json(), { role: 'operator' })
  t.equal((await sites()).statusCode, 200)
  await change({ disabled: true })
  t.equal((await sites()).statusCode, 401)
})
