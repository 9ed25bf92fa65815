import t from 'tap'
import { ERRORS } from '../../protocol/errors.ts'
import { api, problemOf } from './support.ts'

t.test('refusals are problem+json', async t => {
  const { app, user, verbs, database } = await api(t, { config: { rateLimitPerMinute: 100_000 } })
  const admin = await user('admin')
  const driver = await user('driver')
  const json = { ...admin.headers, 'content-type': 'application/json' }

  await t.test('with type, title, status, detail, instance, code and requestId', async t => {
    const answer = await app.inject('/api/v1/no/such/route?secret=1')
    t.equal(answer.statusCode, 404)
    t.equal(answer.headers['content-type'], 'application/problem+json')
    const problem = problemOf(answer)
    t.match(problem, {
      title: 'Not found',
      status: 404,
      detail: String,
      instance: '/api/v1/no/such/route',
      code: 'not-found',
    })
    t.match(problem.type, /^urn:[\w-]+:problem:not-found$/)
    t.equal(problem.requestId, answer.headers['x-request-id'])
  })

  await t.test('in the language that is asked for', async t => {
    const title = async (language?: string) => {
      const answer = await app.inject({
        url: '/api/v1/nowhere',
        headers: language === undefined ? {} : { 'accept-language': language },
      })
      t.equal(problemOf(answer).code, 'not-found')
      return [problemOf(answer).title, answer.headers['content-language']]
    }
    const en = ['Not found', 'en']
    const zh = ['未找到', 'zh-CN']
    t.same(await title(), en)
    t.same(await title('zh-CN'), zh)
    t.same(await title('zh-CN,zh;q=0.9,en;q=0.8'), zh)
    t.same(await title('zh;q=0.5, en;q=0.9'), en)
    t.same(await title('fr, zh-TW;q=0.2'), zh)
    t.same(await title('de;q=, *;q=0.1,;;,'), en)
  })

  await t.test('404 no route, 405 another method, 400 a bad URL', async t => {
    t.equal((await app.inject('/')).statusCode, 404)
    const wrong = await app.inject({ method: 'DELETE', url: '/api/v1/charging-piles/F1' })
    t.equal(wrong.statusCode, 405)
    t.equal(wrong.headers.allow, 'GET, HEAD, PATCH')
    t.equal(problemOf(wrong).code, 'method-not-allowed')
    const bad = await app.inject('/api/v1/sites/%zz')
    t.equal(bad.statusCode, 400)
    t.equal(problemOf(bad).code, 'malformed-request')
    t.equal((await app.inject({ url: `/api/v1/sites/${'x'.repeat(5000)}`, headers: admin.headers })).statusCode, 400)
  })

  await t.test('400 malformed JSON, 413 a huge body, 415 another type', async t => {
    const send = (payload: string, headers: Record<string, string>) =>
      app.inject({ method: 'POST', url: '/api/v1/sites', payload, headers })
    for (const text of ['{', '[', 'null', '"text"', '1', '{"name":}', '{"__proto__":{"a":1},"name":"x"}', '']) {
      const answer = await send(text, json)
      t.equal(answer.statusCode, 400, text)
      t.equal(problemOf(answer).code, 'malformed-request')
    }
    for (const levels of [400, 100_000]) {
      const deep = await send(`{"name":${'['.repeat(levels)}${']'.repeat(levels)}}`, json)
      t.match(problemOf(deep), { status: 400, detail: /deep/ })
    }
    const huge = await send(JSON.stringify({ name: 'x'.repeat(256 * 1024) }), json)
    t.match(problemOf(huge), { status: 413, code: 'too-large' })
    for (const type of [
      'text/plain',
      'application/xml',
      'multipart/form-data; boundary=x',
      'application/x-www-form-urlencoded',
    ]) {
      const answer = await send('name=x', { ...admin.headers, 'content-type': type })
      t.match(problemOf(answer), { status: 415, code: 'unsupported-media-type' })
    }
  })

  await t.test('a huge body of somebody who is not signed in is not read', async t => {
    const answer = await app.inject({
      method: 'POST',
      url: '/api/v1/sites',
      payload: 'x'.repeat(300_000),
      headers: { 'content-type': 'application/json' },
    })
    t.equal(answer.statusCode, 401)
  })

  await t.test('unknown members of writes are named, all at once', async t => {
    const answer = await app.inject({
      method: 'POST',
      url: '/api/v1/sites',
      payload: { name: 'A', colour: 'red', size: 1 },
      headers: json,
    })
    t.match(problemOf(answer), { status: 400, errors: [{ path: '/colour' }, { path: '/size' }] })
  })

  await t.test('every code keeps its status and both titles', async t => {
    for (const [code, { status, en, zh }] of Object.entries(ERRORS)) {
      verbs.refusal = { code: code as keyof typeof ERRORS }
      const ask = (language: string) =>
        app.inject({
          url: '/api/v1/charging/queue-status',
          headers: { ...driver.headers, 'accept-language': language },
        })
      const answer = await ask('en')
      t.match(problemOf(answer), { status, code, title: en })
      t.equal(problemOf(await ask('zh')).title, zh)
      if (status === 503) t.ok(Number(answer.headers['retry-after']) > 0, `${code} says when to come back`)
    }
    verbs.refusal = null
  })

  await t.test('a fault of ours tells nothing of our insides', async t => {
    verbs.before = async () => {
      throw new Error('secret: /srv/central/store.ts:17 password=hunter2')
    }
    const answer = await app.inject({ url: '/api/v1/charging/queue-status', headers: driver.headers })
    t.match(problemOf(answer), { status: 500, code: 'internal', detail: 'Something went wrong on our side' })
    t.notMatch(answer.body, /secret|hunter2|\.ts/)
    verbs.before = async () => {}
  })

  await t.test('a database that is away is 503 with Retry-After', async t => {
    const causes = [
      Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
      Object.assign(new Error('terminating connection'), { code: '57P01' }),
      new Error('Connection terminated unexpectedly'),
      new Error('wrapped', { cause: Object.assign(new Error('x'), { code: '08006' }) }),
      Object.assign(new AggregateError([Object.assign(new Error('x'), { code: 'ECONNREFUSED' })], ''), {}),
    ]
    for (const cause of causes) {
      verbs.before = async () => {
        throw cause
      }
      const answer = await app.inject({ url: '/api/v1/charging/queue-status', headers: driver.headers })
      t.match(problemOf(answer), { status: 503, code: 'database-away' })
      t.equal(answer.headers['retry-after'], '5')
    }
    verbs.before = async () => {}
  })

  await t.test('a value that the database cannot hold is the caller’s mistake', async t => {
    verbs.before = async () => void (await database.pool.query('select $1::integer', ['99999999999']))
    const answer = await app.inject({ url: '/api/v1/charging/queue-status', headers: driver.headers })
    t.match(problemOf(answer), { status: 400, code: 'malformed-request' })
    verbs.before = async () => {}
  })
})

t.test('too many requests of one address are 429 with Retry-After', async t => {
  const { app } = await api(t, { config: { rateLimitPerMinute: 3 } })
  for (let i = 0; i < 3; i++) t.equal((await app.inject('/livez')).statusCode, 200)
  const answer = await app.inject('/livez')
  t.match(problemOf(answer), { status: 429, code: 'rate-limited' })
  t.ok(Number(answer.headers['retry-after']) > 0)
  t.equal((await app.inject({ url: '/livez', remoteAddress: '10.0.0.9' })).statusCode, 200)
})

t.test('one address opens so many accounts in a minute and no more', async t => {
  const { app } = await api(t, { config: { registrationsPerMinute: 2 } })
  const register = (username: string) =>
    app.inject({ method: 'POST', url: '/api/v1/auth/register', payload: { username, password: 'very secret' } })
  t.equal((await register('ann')).statusCode, 201)
  t.equal((await register('bea')).statusCode, 201)
  t.match(problemOf(await register('cai')), { status: 429, code: 'rate-limited' })
  t.equal((await app.inject('/livez')).statusCode, 200)
})
