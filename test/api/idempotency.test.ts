import t from 'tap'
import { api, problemOf } from './support.ts'

t.test('Idempotency-Key', async t => {
  const { app, user, verbs, database } = await api(t)
  const driver = await user('driver')
  const other = await user('driver')
  const ask = (
    key: string,
    payload: object = { mode: 'fast', energyWh: 1000 },
    headers: Record<string, string> = driver.headers,
    url = '/charging/request',
  ) => app.inject({ method: 'POST', url: `/api/v1${url}`, headers: { ...headers, 'idempotency-key': key }, payload })
  const count = () => verbs.calls.length

  await t.test('the same key and body do it once and answer the same', async t => {
    const before = count()
    const first = await ask('one')
    const again = await ask('one', { energyWh: 1000, mode: 'fast' })
    t.equal(count(), before + 1)
    t.equal(again.statusCode, 201)
    t.same(again.json(), first.json())
    t.equal(again.headers.location, first.headers.location)
    t.equal(again.headers['idempotency-replayed'], 'true')
    t.equal(first.headers['idempotency-replayed'], undefined)
  })

  await t.test('another body or another route under the key is refused', async t => {
    t.match(problemOf(await ask('one', { mode: 'fast', energyWh: 2000 })), {
      status: 422,
      code: 'idempotency-key-reused',
    })
    t.match(problemOf(await ask('one', {}, driver.headers, '/charging/cancel')), { status: 422 })
  })

  await t.test('keys of different users are different keys', async t => {
    const before = count()
    t.equal((await ask('one', { mode: 'fast', energyWh: 2000 }, other.headers)).statusCode, 201)
    t.equal(count(), before + 1)
  })

  await t.test('twenty at once do it once; the others wait for its answer', async t => {
    const before = count()
    const gate = Promise.withResolvers<void>()
    verbs.before = () => gate.promise
    const answers = Array.from({ length: 20 }, () => ask('many'))
    const reached = async (): Promise<void> => {
      while (count() === before) await new Promise(resolve => setImmediate(resolve))
    }
    await reached()
    gate.resolve()
    const done = await Promise.all(answers)
    verbs.before = async () => {}
    t.equal(count(), before + 1)
    t.equal(new Set(done.map(answer => answer.body)).size, 1)
    t.ok(done.every(answer => answer.statusCode === 201))
  })

  await t.test('what was refused may be tried again with the key', async t => {
    verbs.refusal = { code: 'waiting-area-full' }
    t.equal((await ask('later')).statusCode, 409)
    verbs.refusal = null
    t.equal((await ask('later')).statusCode, 201)
    t.equal((await ask('bad body', { mode: 'fast' })).statusCode, 400)
    t.equal((await ask('bad body')).statusCode, 201)
  })

  await t.test('an answer without content is kept too', async t => {
    const simulator = await user('simulator')
    const progress = { pileId: 'T1', sessionId: '7', energyWh: 1, powerW: 1 }
    const before = count()
    for (let i = 0; i < 2; i++)
      t.equal((await ask('progress', progress, simulator.headers, '/simulator/charging-progress')).statusCode, 204)
    t.equal(count(), before + 1)
  })

  await t.test('a command that failed is not sent again', async t => {
    const technician = await user('technician')
    verbs.outcome = { status: 'timed-out', error: { code: 'timed-out', description: 'no answer in 30 s' } }
    const before = count()
    const send = () =>
      ask('reset', { action: 'Reset', payload: { type: 'Soft' } }, technician.headers, '/charge-points/F1/commands')
    const first = await send()
    t.equal(first.statusCode, 504)
    const again = await send()
    t.equal(again.statusCode, 504)
    t.equal(again.body, first.body)
    t.equal(count(), before + 1)
  })

  await t.test('a request whose process died holds its key for a while only', async t => {
    const claim = (age: string) =>
      database.pool.query(
        `insert into idempotency_keys (user_id, key, route, body_digest, created_at) values ($1, $2, 'POST /x', '', now() - $3::interval)`,
        [driver.id, age, age],
      )
    await claim('1 minute')
    await claim('6 minutes')
    t.equal((await ask('1 minute')).statusCode, 422, 'made with another body')
    t.equal((await ask('6 minutes')).statusCode, 201)
    await ask('same')
    await database.pool.query(`update idempotency_keys set status = null, response = null where key = 'same'`)
    t.match(problemOf(await ask('same')), { status: 409, code: 'state-forbids' })
  })

  await t.test('a key is forgotten after a day', async t => {
    await database.pool.query(`update idempotency_keys set created_at = now() - interval '25 hours' where key = 'one'`)
    t.equal((await ask('one', { mode: 'trickle', energyWh: 5 })).statusCode, 201)
  })

  await t.test('a key that is none is refused', async t => {
    for (const key of ['', 'x'.repeat(256), 'ключ']) t.equal((await ask(key)).statusCode, 400, key.slice(0, 10))
  })
})
