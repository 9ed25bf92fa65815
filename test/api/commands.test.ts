import t from 'tap'
import { at } from './rows.ts'
import { api, pile, problemOf } from './support.ts'

t.test('commands in the charger’s own dialect', async t => {
  const { app, user, verbs, database } = await api(t)
  const { headers } = await user('technician')
  const send = (payload: string | object, query = '') =>
    app.inject({
      method: 'POST',
      url: `/api/v1/charge-points/CP1/commands${query}`,
      headers: { ...headers, 'content-type': 'application/json' },
      payload,
    })

  await t.test('go out with their members in order, and the answer comes back unchanged', async t => {
    verbs.outcome = { status: 'accepted', result: { z: 1, a: { y: [2, 1], b: null } } }
    const answer = await send(
      '{"action":"DataTransfer","payload":{"vendorId":"v","data":"d","messageId":"m","a":{"z":1,"b":2}}}',
    )
    t.equal(answer.statusCode, 200)
    t.match(answer.json(), { id: String, action: 'DataTransfer', status: 'accepted' })
    t.notOk('error' in answer.json())
    t.match(answer.body, '"result":{"z":1,"a":{"y":[2,1],"b":null}}')
    const { payload, waitMs } = verbs.calls.at(-1)!.args[2] as { payload: object; waitMs: number }
    t.equal(JSON.stringify(payload), '{"vendorId":"v","data":"d","messageId":"m","a":{"z":1,"b":2}}')
    t.equal(waitMs, 30_000)
    t.equal(answer.headers.location, `/api/v1/commands/${answer.json().id}`)
  })

  await t.test('that the charger rejects are answered all the same', async t => {
    verbs.outcome = { status: 'rejected', result: { status: 'Rejected' } }
    const answer = await send({ action: 'Reset', payload: { type: 'Hard' } })
    t.equal(answer.statusCode, 200)
    t.match(answer.json(), { status: 'rejected', result: { status: 'Rejected' } })
  })

  await t.test('that are not answered in time are 202 with their row', async t => {
    verbs.outcome = 'sent'
    const answer = await send({ action: 'ClearCache' }, '?wait=0.5')
    t.equal(answer.statusCode, 202)
    t.match(answer.json(), { status: 'sent', answeredAt: null })
    t.match(verbs.calls.at(-1)?.args[2], { payload: {}, waitMs: 500 })
    for (const wait of ['-1', '121', 'x'])
      t.equal((await send({ action: 'ClearCache' }, `?wait=${wait}`)).statusCode, 400)
  })

  await t.test('that fail say how, with their row', async t => {
    const failures = [
      [{ status: 'failed', error: { code: 'NotSupported', description: 'no' } }, 502, 'charge-point-failed'],
      [{ status: 'unknown', error: { code: 'link-lost', description: 'gone' } }, 502, 'charge-point-failed'],
      [{ status: 'timed-out', error: { code: 'timed-out', description: '30 s' } }, 504, 'charge-point-timed-out'],
      [{ status: 'refused', code: 'not-supported', problems: [] }, 502, 'charge-point-failed'],
    ] as const
    for (const [outcome, status, code] of failures) {
      verbs.outcome = outcome as typeof verbs.outcome
      const answer = await send({ action: 'Reset', payload: { type: 'Hard' } })
      t.equal(answer.statusCode, status)
      t.match(answer.json(), {
        code,
        status: outcome.status,
        action: 'Reset',
        id: String,
        ...('error' in outcome && { error: outcome.error }),
      })
    }
  })

  await t.test('that cannot be sent are refused', async t => {
    verbs.outcome = { status: 'offline' }
    const offline = await send({ action: 'Reset', payload: { type: 'Hard' } })
    t.match(problemOf(offline), { status: 503, code: 'charge-point-offline' })
    t.ok(offline.headers['retry-after'])
    verbs.refusal = {
      code: 'invalid-payload',
      detail: 'type is missing',
      problems: [{ path: '/type', message: 'Required' }],
    }
    t.match(problemOf(await send({ action: 'Reset', payload: {} })), {
      status: 400,
      code: 'invalid-payload',
      errors: [{ path: '/type', message: 'Required' }],
    })
    verbs.refusal = { code: 'unknown-action' }
    t.match(problemOf(await send({ action: 'Explode' })), { status: 400, code: 'unknown-action' })
    verbs.refusal = null
    for (const wrong of [{}, { action: '' }, { action: 1 }, { action: 'Reset', payload: {}, force: true }])
      t.equal((await send(wrong)).statusCode, 400)
  })

  await t.test('are found again', async t => {
    await pile(database, 'CP1')
    const { rows } = await database.pool.query<{ id: string }>(
      `insert into commands (id, charge_point_id, verb, action, body, cause, status, result, error_code, created_at, sent_at)
       values (gen_random_uuid(), 'CP1', 'native', 'Reset', '{}', 'rest', 'failed', '{"b":1,"a":2}', 'GenericError', $1, $1) returning id`,
      [at(0)],
    )
    const found = await app.inject({ url: `/api/v1/commands/${rows[0]!.id}`, headers })
    t.equal(found.statusCode, 200)
    t.match(found.json(), {
      chargePointId: 'CP1',
      status: 'failed',
      error: { code: 'GenericError', description: '' },
      sentAt: '2026-11-22T08:00:00.000Z',
      answeredAt: null,
    })
    t.match(found.body, '"result":{"b":1,"a":2}')
    t.notOk('lateAnswer' in found.json())
    await database.pool.query(`update commands set late_result = '{"result":{"status":"Accepted"}}'`)
    const late = await app.inject({ url: `/api/v1/commands/${rows[0]!.id}`, headers })
    t.match(late.json(), { status: 'failed', lateAnswer: { result: { status: 'Accepted' } } })
    await database.pool.query('update commands set error_code = null')
    t.notOk('error' in (await app.inject({ url: `/api/v1/commands/${rows[0]!.id}`, headers })).json())
    t.equal(
      (await app.inject({ url: '/api/v1/commands/00000000-0000-4000-8000-000000000000', headers })).statusCode,
      404,
    )
  })
})
