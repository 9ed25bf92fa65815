import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { systemClock } from '../../protocol/clock.ts'
import { requestReply } from '../../simulator/replies.ts'
import { createRest, LoginFailed, read, refusal, StrangeReply, signIn } from '../../simulator/rest.ts'
import { createVirtualTime, Stopped } from '../../simulator/time.ts'

interface Asked {
  route: string
  key: string | undefined
  bearer: string | undefined
}
type Answer = [status: number, body?: object, headers?: Record<string, string>] | 'hang-up'

/** An API that answers one thing after another, and writes down what it was asked. */
async function serve(t: Test, answers: Record<string, Answer[]>) {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    const route = `${request.method} ${request.url}`
    asked.push({ route, key: request.headers['idempotency-key'] as string, bearer: request.headers.authorization })
    const left = answers[route] ?? []
    const answer = left.length > 1 ? left.shift() : left[0]
    request.resume()
    if (answer === undefined || answer === 'hang-up') request.socket.destroy()
    else response.writeHead(answer[0], answer[2]).end(answer[1] && JSON.stringify(answer[1]))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const time = createVirtualTime(systemClock)
  const ending = new AbortController()
  t.teardown(() => {
    time.stop()
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { asked, options: { url, time, signal: ending.signal }, end: () => ending.abort() }
}

t.test('what fails for a moment is asked again with the same key', async t => {
  const route = 'POST /api/v1/charging/request'
  const { asked, options } = await serve(t, {
    [route]: ['hang-up', [503, {}], [429, {}, { 'retry-after': '1' }], [201, { id: 'R1' }]],
  })
  const reply = await createRest(options).post('/charging/request', {})
  t.same(reply, { status: 201, body: { id: 'R1' } })
  t.equal(asked.length, 4)
  t.equal(new Set(asked.map(({ key }) => key)).size, 1)
})

t.test('a token that is no longer good is renewed once', async t => {
  const { asked, options } = await serve(t, {
    'GET /api/v1/x': [
      [401, {}],
      [200, { ok: true }],
      [401, {}],
      [401, {}],
    ],
  })
  let tokens = 0
  const rest = createRest({ ...options, token: async () => `t${++tokens}` })
  t.equal((await rest.get('/x')).status, 200)
  t.same(
    asked.map(({ bearer }) => bearer),
    ['Bearer t1', 'Bearer t2'],
  )
  t.equal((await rest.get('/x')).status, 401)
})

t.test('the end of the simulation ends a question', async t => {
  const { options, end } = await serve(t, { 'GET /api/v1/x': ['hang-up'] })
  const asking = createRest(options).get('/x')
  end()
  await t.rejects(asking, Stopped)
})

t.test('a driver registers where needed, logs in, and has tags', async t => {
  const { asked, options } = await serve(t, {
    'POST /api/v1/auth/register': [[409, { code: 'username-taken' }]],
    'POST /api/v1/auth/login': [[200, { token: 'T' }]],
    'GET /api/v1/auth/profile': [[200, { id: 'U1', idTags: ['A', { tag: 'B' }] }]],
    'GET /api/v1/x': [[204]],
  })
  const vehicle = { plate: 'P', batteryCapacityWh: 1 }
  const account = await signIn({ ...options, username: 'ann', password: 'p', register: { vehicle } })
  t.same([account.userId, account.idTags], ['U1', ['A', 'B']])
  t.same(await account.rest.get('/x'), { status: 204, body: null })
  t.equal(asked.at(-1)?.bearer, 'Bearer T')
})

t.test('who cannot register or log in is told why', async t => {
  const { options } = await serve(t, {
    'POST /api/v1/auth/register': [[400, { code: 'malformed-request', detail: 'password' }]],
    'POST /api/v1/auth/login': [[401, { code: 'bad-credentials' }]],
  })
  const vehicle = { plate: 'P', batteryCapacityWh: 1 }
  const user = { ...options, username: 'ann', password: 'p' }
  await t.rejects(signIn({ ...user, register: { vehicle } }), LoginFailed)
  await t.rejects(signIn(user), /ann cannot log in: 401 bad-credentials/)
})

t.test('answers are read by their schema, refusals by their code', async t => {
  const request = { id: 'R', number: 'F1', status: 'called', pileId: null, more: 1 }
  t.match(read(requestReply, { status: 200, body: request }), { number: 'F1', status: 'called' })
  t.throws(() => read(requestReply, { status: 200, body: { ...request, status: 'dancing' } }), StrangeReply)
  t.same(refusal({ status: 409, body: { code: 'at-pile', detail: 'too late' } }), {
    code: 'at-pile',
    text: '409 at-pile too late',
  })
  t.same(refusal({ status: 502, body: null }), { code: '502', text: '502' })
})
