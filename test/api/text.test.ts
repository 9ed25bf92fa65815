import t from 'tap'
import { api, pile } from './support.ts'

const NASTY = [
  `Robert'); drop table users; --`,
  `" or 1=1; -- `,
  `<script>alert(1)</script>`,
  `{{constructor.constructor('x')()}} \${7*7} %s %n \\u0000`,
  `=cmd|' /C calc'!A0`,
  `\u202e текст 中文 😀 \t`,
]

t.test('SQL and script are text in every field', async t => {
  const { app, user, database, verbs } = await api(t)
  const admin = await user('admin')
  const send = (method: 'POST' | 'PATCH' | 'PUT', url: string, payload: object) =>
    app.inject({ method, url: `/api/v1${url}`, headers: admin.headers, payload })
  await pile(database, 'F1')

  for (const text of NASTY) {
    const site = await send('POST', '/sites', { name: text })
    t.equal(site.statusCode, 201)
    t.equal(site.json().name, text)
    t.equal((await send('PATCH', `/sites/${site.json().id}`, { name: `${text}!` })).json().name, `${text}!`)
    t.equal((await send('PATCH', '/charge-points/F1', { quirkProfile: text })).json().quirkProfile, text)
    t.equal((await send('POST', '/auth/tokens', { name: text })).json().name, text)
    t.equal(
      (await send('POST', '/vehicles', { plate: `${text.slice(0, 24).trim()}` })).json().plate,
      text.slice(0, 24).trim(),
    )
    const tariff = await send('POST', '/tariffs', {
      name: text,
      userGroup: text,
      definition: {
        version: 1,
        currency: 'CNY',
        minorDigits: 2,
        windows: [{ fromMinute: 0, toMinute: 1440, kind: 'flat', price: 7000 }],
        service: 0,
      },
    })
    t.match(tariff.json(), { name: text, userGroup: text })
    await send('POST', '/faults', { pileId: 'F1', type: 'power', description: text })
    t.match(verbs.calls.at(-1)?.args[1], { description: text })
    await send('PUT', '/charging-piles/F1/control', { action: 'stop', reason: text })
    t.match(verbs.calls.at(-1)?.args[2], { reason: text })
    await send('POST', '/charge-points/F1/commands', { action: 'DataTransfer', payload: { data: text } })
    t.match(verbs.calls.at(-1)?.args[2], { payload: { data: text } })

    for (const url of [
      '/sites/',
      '/charge-points/',
      '/charging-piles/',
      '/id-tags/',
      '/users/',
      '/commands/',
      '/faults/',
      '/tariffs/',
      '/billing/bills/',
      '/charging/sessions/',
    ]) {
      const answer = await app.inject({ url: `/api/v1${url}${encodeURIComponent(text)}`, headers: admin.headers })
      t.equal(answer.statusCode, 404, `${url} ${text}`)
    }
    const query = encodeURIComponent(text)
    for (const url of [
      `/charging-piles?site=${query}`,
      `/users?username=${query}`,
      `/ocpp/messages?chargePointId=${query}&action=${query}`,
      `/ocpp/transactions?chargePointId=${query}`,
      `/audit?subject=${query}`,
    ]) {
      const answer = await app.inject({ url: `/api/v1${url}`, headers: admin.headers })
      t.equal(answer.statusCode, 200, url)
      t.same(answer.json().items, [])
    }
  }
  const { rows } = await database.pool.query('select count(*) as users from users')
  t.equal(rows[0].users, 1, 'every table stands')
  const audit = await app.inject({ url: '/api/v1/audit?limit=100', headers: admin.headers })
  t.ok(
    audit
      .json()
      .items.some((entry: { details: { body?: { name?: string } } }) => entry.details.body?.name === NASTY[0]),
  )
})

t.test('text that no database can hold is refused, wherever it is', async t => {
  const { app, user, database } = await api(t)
  const admin = await user('admin')
  await pile(database, 'F1')
  for (const text of ['zero \0 byte', 'half \ud800 pair']) {
    const writes: [string, object][] = [
      ['/sites', { name: text }],
      ['/vehicles', { plate: text }],
      ['/auth/tokens', { name: text }],
      ['/faults', { pileId: 'F1', type: 'power', description: text }],
      ['/charge-points', { id: text }],
      ['/users', { username: text, password: 'long enough', role: 'driver' }],
    ]
    for (const [url, payload] of writes) {
      const answer = await app.inject({ method: 'POST', url: `/api/v1${url}`, headers: admin.headers, payload })
      t.equal(answer.statusCode, 400, `${url} ${JSON.stringify(text)}`)
    }
  }
  for (const url of [
    '/sites/%00',
    '/charging-piles/a%00',
    '/charge-points/%00',
    '/id-tags/%00',
    '/users/%00',
    '/charging-piles?site=%00',
    '/charging-piles/queue?pileId=%00',
    '/users?username=%00',
  ]) {
    const answer = await app.inject({ url: `/api/v1${url}`, headers: admin.headers })
    t.ok(answer.statusCode === 400 || answer.statusCode === 404, `${url}: ${answer.statusCode}`)
  }
  const unknown = await app.inject({
    method: 'POST',
    url: '/api/v1/auth/login',
    payload: { username: 'a\0b', password: '\0' },
  })
  t.equal(unknown.statusCode, 400)
})
