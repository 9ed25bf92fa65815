import { createHmac } from 'node:crypto'
import t from 'tap'
import { emptyDatabase } from '../support/database.ts'
import { dataFolder, startProcess } from '../support/process.ts'

const JWT_SECRET = 'the-secret-of-this-test-and-of-no-other'
const product = await startProcess(t, {
  dataDir: await dataFolder(t),
  env: { DATABASE_URL: await emptyDatabase(t), JWT_SECRET, LOG_LEVEL: 'warn' },
})
const { ask, api } = product
const driver = await product.driver('ada')
const problem = (status: number, code: string) => ({
  status,
  body: { type: String, title: String, status, detail: String, instance: String, code, requestId: String },
})

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
function forged(header: object, payload: object, secret: string): string {
  const text = `${part(header)}.${part(payload)}`
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}

t.test('bad tokens are 401 and say nothing of why', async t => {
  const claims = JSON.parse(Buffer.from(product.admin.split('.')[1]!, 'base64url').toString())
  const hs256 = { alg: 'HS256', typ: 'JWT' }
  const tokens = {
    garbage: 'garbage',
    'three dots': '...',
    'no signature': `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.`,
    'another secret': forged(hs256, claims, 'a-secret-of-somebody-who-is-not-us'),
    'another algorithm': forged({ alg: 'HS512', typ: 'JWT' }, claims, JWT_SECRET),
    'changed claims': product.admin.replace(/\.[^.]+\./, `.${part({ ...claims, role: 'admin', sub: 'x' })}.`),
    'very long': 'x'.repeat(9000),
    SQL: "' or 1=1 --",
  }
  for (const [name, token] of Object.entries(tokens)) {
    t.match(await ask('GET', '/auth/profile', undefined, token), { status: 401 }, name)
  }
  t.match(await ask('GET', '/auth/profile'), problem(401, 'not-authenticated'))
  const expired = forged(hs256, { ...claims, iat: 1_000_000_000, exp: 1_000_000_900 }, JWT_SECRET)
  t.match(await ask('GET', '/auth/profile', undefined, expired), { status: 401 }, 'expired long ago')
  t.match(await ask('POST', '/auth/refresh', { refreshToken: 'nobody-made-this' }), { status: 401 })
})

t.test('wrong roles are 403 and change nothing', async t => {
  const before = await api('GET', '/charging-piles')
  for (const [method, path, body] of [
    ['PUT', '/charging-piles/F1/control', { action: 'stop' }],
    ['POST', '/simulator/heartbeat', { pileIds: ['F1'] }],
    ['POST', '/simulator/fault-report', { pileId: 'F1', type: 'power', description: '' }],
    ['POST', '/sites', { name: 'mine' }],
    ['POST', '/charge-points/F1/commands', { action: 'Reset', payload: { type: 'Hard' } }],
    ['PUT', '/id-tags/FREE', { status: 'Accepted' }],
    ['GET', '/users', undefined],
    ['GET', '/ocpp/messages', undefined],
  ] as const) {
    t.match(await ask(method, path, body, driver.token), problem(403, 'forbidden'), `${method} ${path}`)
  }
  t.match(
    await ask('POST', '/charging/request', { mode: 'fast', energyWh: 1000, priority: 5 }, driver.token),
    problem(403, 'forbidden'),
  )
  t.same(await api('GET', '/charging-piles'), before)
})

t.test('unknown members, wrong types and broken JSON are 400 with their path', async t => {
  const request = (body: unknown) => ask('POST', '/charging/request', body, driver.token)
  t.match(await request({ mode: 'fast', energyWh: 1000, colour: 'red' }), {
    ...problem(400, 'malformed-request'),
    body: { errors: [{ path: '/colour' }] },
  })
  t.match(await request({ mode: 'slow', energyWh: '1000' }), {
    status: 400,
    body: { errors: [{ path: '/mode' }, { path: '/energyWh' }] },
  })
  for (const energyWh of [0, -1, 1.5, 2 ** 31, 1e300])
    t.match(await request({ mode: 'fast', energyWh }), { status: 400 })
  for (const text of [
    '{"mode":',
    'null',
    '[]',
    '"x"',
    '',
    '{"__proto__":{"role":"admin"}}',
    '{"constructor":{"prototype":{"x":1}}}',
  ])
    t.match(await request(text), problem(400, 'malformed-request'), text)
  t.match(await ask('GET', '/charging/requests?limit=many&cursor=%00', undefined, driver.token), { status: 400 })
  t.match(await ask('GET', '/charging/queue-status', undefined, driver.token), problem(404, 'no-active-request'))
})

t.test('a huge body is 413, another content type 415, an unknown route 404', async t => {
  const huge = { username: 'x'.repeat(300 * 1024), password: 'long-enough-for-us' }
  t.match(await ask('POST', '/auth/register', huge), problem(413, 'too-large'))
  const form = await fetch(`${product.http}/api/v1/auth/login`, {
    method: 'POST',
    body: new URLSearchParams({ a: 'b' }),
  })
  t.equal(form.status, 415)
  t.match(await ask('GET', '/../../etc/passwd'), { status: 404 })
  t.match(await ask('GET', '/%zz'), { status: 400 })
})

const SQL = `'); drop table users; --`
const SCRIPT = '<script>alert("1")</script>'

t.test('SQL and script are text: what is allowed comes back as it was, what is not is 400', async t => {
  for (const [index, text] of [SQL, SCRIPT].entries()) {
    const refused = await ask('POST', '/auth/register', { username: text, password: 'long-enough-for-us' })
    t.match(refused, problem(400, 'malformed-request'), 'no user name')
    t.match(await ask('POST', '/auth/login', { username: text, password: text }), problem(401, 'bad-credentials'))

    const plate = text.slice(0, 32)
    const user = { username: `driver-${index}`, password: `${text}-${index}`, vehicle: { plate } }
    const registered = await ask('POST', '/auth/register', user)
    t.match(registered, { status: 201, body: { user: { vehicles: [{ plate }] } } })
    t.match(registered.headers.get('content-type'), /^application\/json/)
    t.equal(registered.headers.get('x-content-type-options'), 'nosniff')
    const token = await product.signIn(user.username, user.password)
    t.equal((await api('GET', '/auth/profile', undefined, token)).vehicles[0].plate, plate)

    const site = await api('POST', '/sites', { id: `site-${index}`, name: text })
    t.equal(site.name, text)
    const { items: sites } = await api('GET', '/sites')
    t.ok(sites.some(({ name }: { name: string }) => name === text))

    const fault = await api('POST', '/faults', { pileId: `T${index + 1}`, type: 'power', description: text })
    t.equal(fault.description, text)
    t.match((await api('PATCH', `/faults/${fault.id}`, { note: text })).notes, [{ text }])
    t.equal((await api('GET', `/faults/${fault.id}`)).description, text)

    const tag = text.replaceAll(' ', '').slice(0, 20)
    t.equal((await api('PUT', `/id-tags/${encodeURIComponent(tag)}`, { status: 'Accepted' })).tag, tag)
    t.equal((await api('GET', `/id-tags/${encodeURIComponent(tag)}`)).tag, tag)
    t.match(
      await ask('PUT', `/id-tags/${encodeURIComponent(`${text}${text}`)}`, { status: 'Accepted' }, product.admin),
      { status: 400 },
    )

    for (const path of [
      '/charging-piles/',
      '/sites/',
      '/charge-points/',
      '/faults/',
      '/billing/bills/',
      '/charging/sessions/',
    ]) {
      t.match(await ask('GET', path + encodeURIComponent(text), undefined, product.admin), { status: 404 }, path)
    }
    const query = encodeURIComponent(text)
    for (const path of [
      `/faults?pileId=${query}`,
      `/charging-piles?site=${query}`,
      `/ocpp/transactions?chargePointId=${query}`,
      `/faults?cursor=${query}`,
    ]) {
      const { status } = await ask('GET', path, undefined, product.admin)
      t.ok(status === 200 || status === 400 || status === 404, `${path}: ${status}`)
    }
  }
  const nul = await ask('POST', '/faults', { pileId: 'T3', type: 'power', description: 'a\u0000b' }, product.admin)
  t.match(nul, problem(400, 'malformed-request'), 'a NUL fits no column')
  const { items: users } = await api('GET', '/users')
  t.ok(users.length >= 4, 'the users are still there')
})

t.test('the process lives, and has met nothing it did not foresee', async t => {
  t.ok(product.isAlive())
  t.equal((await ask('GET', '//readyz')).status, 200)
  t.notMatch(product.stderr(), /"level":[56]0/)
})
