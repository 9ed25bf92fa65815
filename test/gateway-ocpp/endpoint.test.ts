import { createServer } from 'node:net'
import t from 'tap'
import { createOcppGateway } from '../../gateway/ocpp/gateway.ts'
import { systemClock } from '../../protocol/clock.ts'
import { profileOf, quietLog, RecordingCentral, rawRequest, setUp, upgradeText } from './harness.ts'

const paths = [
  { path: '/ocpp/CP1', status: 101, identity: 'CP1' },
  { path: '/ocpp/CP1/', status: 101, identity: 'CP1' },
  { path: '/ocpp//CP1//', status: 101, identity: 'CP1' },
  { path: '/ocpp/site/CP1?x=1', status: 101, identity: 'CP1' },
  { path: 'http://localhost:9000/ocpp/CP1', status: 101, identity: 'CP1' },
  { path: '/ocpp/ws://localhost:9000/ocpp/CP1', status: 101, identity: 'CP1' },
  { path: '/ocpp/Box%207%7CA', status: 101, identity: 'Box 7|A' },
  { path: '/ocpp/a%2Fb', status: 101, identity: 'a/b' },
  { path: '/ocpp/%2541', status: 101, identity: '%41' },
  { path: '/ocpp/%e5%85%85', status: 101, identity: '充' },
  { path: '/ocpp/%zz', status: 400 },
  { path: '/ocpp/%e5%85', status: 400 },
  { path: '/ocpp/a%00b', status: 400 },
  { path: '/ocpp/', status: 404 },
  { path: '/ocpp', status: 404 },
  { path: '/', status: 404 },
  { path: '/other/CP1', status: 404 },
  { path: '/ocpp/%20', status: 404 },
  { path: `/ocpp/${'x'.repeat(10_000)}`, status: 414 },
  { path: `/ocpp/${'x'.repeat(300)}`, status: 414 },
]

for (const { path, status, identity } of paths) {
  t.test(`an upgrade of ${path.slice(0, 40)} gets ${status}`, async t => {
    const { central, port } = await setUp(t)
    const answer = await rawRequest(port, upgradeText(path))
    t.equal(answer.status, status)
    if (identity === undefined) t.equal(central.refusals.length, 1, 'and is recorded')
    else t.equal(central.knocks[0]?.identity, identity)
  })
}

t.test('ocpp1.6 is selected wherever it stands in the list', async t => {
  const { open } = await setUp(t)
  for (const protocols of [['ocpp1.6'], ['ocpp2.0.1', 'ocpp1.6'], ['ocpp2.1', 'ocpp2.0.1', 'ocpp1.6', 'ocpp1.5']]) {
    const client = await open('CP1', { protocols })
    t.equal(client.ws.protocol, 'ocpp1.6')
  }
})

t.test('a clumsy list of subprotocols is read', async t => {
  const { port } = await setUp(t)
  const { text } = await rawRequest(
    port,
    upgradeText('/ocpp/CP1', { 'Sec-WebSocket-Protocol': 'ocpp2.0.1,, ocpp1.6,ocpp1.6' }),
  )
  t.match(text, /101 Switching[\s\S]*Sec-WebSocket-Protocol: ocpp1\.6\r\n/)
})

t.test('without ocpp1.6 on offer the reason is recorded', async t => {
  const { central, port } = await setUp(t)
  for (const offer of ['', 'ocpp2.0.1']) {
    t.equal((await rawRequest(port, upgradeText('/ocpp/CP1', { 'Sec-WebSocket-Protocol': offer }))).status, 400)
  }
  t.match(central.refusals, [
    { identity: 'CP1', address: '127.0.0.1', reason: /ocpp1\.6 is not offered \(offered: none/ },
    { identity: 'CP1', reason: /offered: ocpp2\.0\.1/ },
  ])
})

t.test('a charge point assumed to speak 1.6 needs no subprotocol and gets none', async t => {
  const { open } = await setUp(t, { profile: { assumeOcpp16: true } })
  const client = await open('CP1', { protocols: [] })
  t.equal(client.ws.protocol, '')
  t.match(await client.call('Heartbeat', {}), [3, 'c1', {}])
})

const basic = (user: string, password: string | Buffer): string =>
  `Basic ${Buffer.concat([Buffer.from(`${user}:`), Buffer.from(password)]).toString('base64')}`

t.test('passwords reach central as bytes, split at the first colon', async t => {
  const { central, port } = await setUp(t)
  const password = Buffer.from([0xff, 0x3a, 0x00, 0x80])
  await rawRequest(port, upgradeText('/ocpp/CP%201', { Authorization: basic('cp 1', password) }))
  t.match(central.knocks[0], { identity: 'CP 1', user: 'cp 1', tls: false, address: '127.0.0.1' })
  t.same(Buffer.from(central.knocks[0]!.password!), password)
})

t.test('an empty password is a password', async t => {
  const { central, port } = await setUp(t)
  await rawRequest(port, upgradeText('/ocpp/CP1', { Authorization: basic('CP1', '') }))
  t.equal(central.knocks[0]?.password?.length, 0)
})

t.test("another charge point's user name is refused with 401", async t => {
  const { central, port } = await setUp(t)
  const answer = await rawRequest(port, upgradeText('/ocpp/CP1', { Authorization: basic('CP2', 'x') }))
  t.equal(answer.status, 401)
  t.match(answer.text, /WWW-Authenticate: Basic/)
  t.match(central.refusals, [{ identity: 'CP1', reason: /bad-credentials/ }])
})

const refusals = [
  { reason: 'unknown', status: 404 },
  { reason: 'no-credentials', status: 401 },
  { reason: 'bad-credentials', status: 401 },
  { reason: 'tls-required', status: 403 },
  { reason: 'address-not-allowed', status: 403 },
  { reason: 'disabled', status: 403 },
] as const
for (const { reason, status } of refusals) {
  t.test(`central's refusal ${reason} is ${status}`, async t => {
    const { central, port } = await setUp(t)
    central.admission = () => ({ admitted: false, reason, detail: 'because' })
    const answer = await rawRequest(port, upgradeText('/ocpp/CP1'))
    t.equal(answer.status, status)
    t.equal(/WWW-Authenticate/.test(answer.text), status === 401)
    t.same(central.refusals, [{ identity: 'CP1', address: '127.0.0.1', reason: `${reason}: because` }])
  })
}

t.test('while central cannot decide, the answer is 503', async t => {
  const { central, port, open } = await setUp(t)
  const admitting = central.admission
  central.admission = () => Promise.reject(new Error('the database is away'))
  t.equal((await rawRequest(port, upgradeText('/ocpp/CP1'))).status, 503)
  central.admission = admitting
  t.match(await (await open('CP1')).boot(), [3])
})

const flaws: [string, Record<string, string>, number][] = [
  ['no key', { 'Sec-WebSocket-Key': '' }, 400],
  ['a bad key', { 'Sec-WebSocket-Key': 'abc' }, 400],
  ['an old version', { 'Sec-WebSocket-Version': '7' }, 426],
  ['another upgrade', { Upgrade: 'h2c' }, 400],
  ['no Connection header', { Connection: '' }, 426],
  ['no Upgrade header', { Connection: '', Upgrade: '' }, 426],
]
for (const [name, headers, status] of flaws) {
  t.test(`an upgrade with ${name} is refused and recorded`, async t => {
    const { central, port } = await setUp(t)
    const text = upgradeText('/ocpp/CP1', headers)
    t.equal(
      (
        await rawRequest(
          port,
          headers.Connection === '' ? text.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n') : text,
        )
      ).status,
      status,
    )
    t.match(central.refusals, [{ identity: 'CP1' }])
  })
}

t.test('connections of one address are bounded, and room comes back', async t => {
  const { central, port, open } = await setUp(t, { options: { connectionsPerAddress: 1 } })
  const first = await open('CP1')
  t.equal((await rawRequest(port, upgradeText('/ocpp/CP2'))).status, 429)
  t.match(central.refusals, [{ identity: 'CP2', reason: /too many connections/ }])
  first.ws.terminate()
  await central.until(() => central.ofType('link-down').length === 1)
  t.match(await (await open('CP2')).boot(), [3])
})

t.test('the identity central stores is the one that is used', async t => {
  const { central, gateway, open } = await setUp(t)
  central.admission = () => ({ admitted: true, profile: profileOf('Canonical') })
  await (await open('CANONICAL')).boot()
  t.equal(central.reports[0]?.chargePointId, 'Canonical')
  t.equal(gateway.connected('canonical'), true)
  t.equal(gateway.stats().connected, 1)
})

t.test('a taken port rejects with the system error', async t => {
  const blocker = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => blocker.once('listening', resolve))
  t.teardown(() => blocker.close())
  const { port } = blocker.address() as { port: number }
  const gateway = await createOcppGateway({
    central: new RecordingCentral(),
    clock: systemClock,
    log: quietLog,
    options: { host: '127.0.0.1', port },
  })
  await t.rejects(gateway.listen(), { code: 'EADDRINUSE' })
  await gateway.close()
})

t.test('closing the gateway closes links and reports their end', async t => {
  const { central, gateway, open } = await setUp(t)
  const client = await open('CP1')
  await client.boot()
  await gateway.close()
  t.equal((await client.closed).code, 1001)
  t.match(central.ofType('link-down'), [{ linkId: central.ofType('link-up')[0]!.linkId }])
})
