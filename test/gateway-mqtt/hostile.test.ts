import { connect as connectSocket } from 'node:net'
import { generate } from 'mqtt-packet'
import t from 'tap'
import { asPile, build, building, closed, dashboard, next, raw } from './helper.ts'

const say = (what: object): string => JSON.stringify(what)
const status = say({ status: 'Available' })

/** MQTT 3.1.1 CONNECT with an empty client id; byte 9 holds the flags. */
const namelessConnect = (flags: number): Buffer =>
  Buffer.from([0x10, 12, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, flags, 0, 60, 0, 0])

t.test('an empty client id is refused with return code 2 where a session is to be kept', async t => {
  const { port, desk } = await build(t, { allowAnonymous: true })
  t.same([...(await raw(port, namelessConnect(0x00)))], [0x20, 2, 0, 2])
  const disconnect = Buffer.from([0xe0, 0])
  const kept = await raw(port, Buffer.concat([namelessConnect(0x02), disconnect]))
  t.same([...kept], [0x20, 2, 0, 0], 'else it is let in, as mosquitto_pub connects')
  t.match(await desk.refusal('empty-client-id'), { identity: '' })
})

t.test('wrong credentials are refused with return code 4, no credentials with 5', async t => {
  const { connect, desk } = await build(t)
  const refusedWith = (code: number) => ({ code })
  await t.rejects(connect({ username: 'p1', password: 'wrong' }), refusedWith(4))
  await t.rejects(connect({ username: 'p1' }), refusedWith(4))
  await t.rejects(connect({ username: 'ghost', password: 's1' }), refusedWith(4))
  await t.rejects(connect({ username: 'building', password: 'read' }), refusedWith(4))
  await t.rejects(connect({ username: 'building' }), refusedWith(4))
  await t.rejects(connect(), refusedWith(5))
  t.equal(desk.knocks.filter(knock => knock.identity === 'building').length, 0)
  t.ok(desk.refusals.some(one => one.identity === 'ghost' && one.reason === 'unknown'))
  t.notOk(desk.envelopes.length)
})

t.test('while central cannot judge, clients are told that we are unavailable', async t => {
  const { connect, desk } = await build(t)
  desk.admit = () => Promise.reject(new Error('database away'))
  await t.rejects(connect(asPile('p1')), { code: 3 })
})

t.test('nobody takes over the client id of another', async t => {
  const { connect } = await build(t)
  const pile = await connect(asPile('p1', { clientId: 'mine' }))
  await t.rejects(connect(asPile('p2', { clientId: 'mine' })), { code: 2 })
  t.ok(pile.connected)
})

t.test('a pile that publishes outside of its own branch is disconnected, and nothing is reported', async t => {
  const { connect, desk, gateway } = await build(t)
  const topics = [
    'ev/v1/pile/p2/up/status',
    'ev/v1/pile/p1/down/command',
    'ev/v1/pile/p1/state',
    'ev/v1/pile/p1/set/start',
    'ev/v1/gateway/state',
    'elsewhere',
    '$SYS/x',
  ]
  for (const topic of topics) {
    const pile = await connect(asPile('p1'))
    const gone = closed(pile)
    pile.publish(topic, status, { qos: 1 })
    await gone
  }
  t.equal(gateway.stats().forbidden, topics.length)
  t.ok(desk.envelopes.every(one => one.report.type === 'link-up' || one.report.type === 'link-down'))
  t.match(await desk.refusal('mqtt-forbidden-topic'), { identity: 'p1' })
})

t.test('a will outside of the own branch is not published', async t => {
  const { connect, desk, gateway } = await build(t)
  const foreign = {
    topic: 'ev/v1/pile/p2/up/status',
    payload: Buffer.from(say({ status: 'offline' })),
    qos: 1,
    retain: true,
  } as const
  await connect(asPile('p2'))
  const pile = await connect(asPile('p1', { will: foreign }))
  pile.stream.destroy()
  await desk.refusal('mqtt-forbidden-topic')
  t.ok(gateway.connected('p2'))
  const reader = await connect(dashboard)
  const heard: string[] = []
  reader.on('message', topic => heard.push(topic))
  await reader.subscribeAsync('ev/v1/pile/p2/up/#', { qos: 1 })
  await reader.subscribeAsync('ev/v1/gateway/state', { qos: 1 })
  t.notOk(heard.some(topic => topic.includes('p2')))
})

t.test('a pile reads only its own down branch', async t => {
  const { connect, gateway } = await build(t)
  const pile = await connect(asPile('p1'))
  const filters = [
    '#',
    '+/v1/pile/p1/down/#',
    'ev/v1/pile/+/down/#',
    'ev/v1/pile/p2/down/#',
    'ev/v1/pile/p1/up/#',
    'ev/v1/#',
    'ev/v1/event',
    '$SYS/#',
  ]
  for (const filter of filters) {
    const refused = await pile.subscribeAsync(filter, { qos: 1 }).then(
      granted => granted[0]?.qos === 128,
      () => true,
    )
    t.ok(refused, filter)
  }
  t.equal((await pile.subscribeAsync('ev/v1/pile/p1/down/#', { qos: 1 }))[0]?.qos, 1)
  t.equal(gateway.stats().forbidden, filters.length)
})

t.test('a filter refused beside one that was granted stays refused when the session returns', async t => {
  const { connect, desk, gateway } = await build(t)
  const stored = asPile('p1', { clientId: 'p1', clean: false })
  const pile = await connect(stored)
  await pile.subscribeAsync({ 'ev/v1/pile/p1/down/#': { qos: 1 }, 'ev/v1/event': { qos: 1 } }).catch(() => {})
  await pile.endAsync()
  const again = await connect(stored)
  await desk.seen('link-up', 2)
  const heard: string[] = []
  again.on('message', topic => heard.push(topic))
  gateway.feed({
    type: 'notice',
    siteId: null,
    at: 0,
    notice: 'fault',
    pileId: null,
    requestId: null,
    text: '',
    data: {},
  })
  const command = next(again, 'ev/v1/pile/p1/down/command')
  void gateway.send('p1', { verb: 'unlock', connectorId: 1 }, { commandId: 'c', timeoutMs: 1000 })
  await command
  t.same(heard, ['ev/v1/pile/p1/down/command'])
})

t.test('bad payloads are dropped, acknowledged, counted and shown, and disturb nobody', async t => {
  const { connect, desk, gateway } = await build(t)
  const pile = await connect(asPile('p1'))
  const other = await connect(asPile('p2'))
  const reader = await connect(dashboard)
  const heard: string[] = []
  reader.on('message', topic => heard.push(topic))
  await reader.subscribeAsync('ev/v1/pile/+/up/#', { qos: 1 })

  const bad: [string, string | Buffer, string][] = [
    ['meter', say({ energy_wh: 1, padding: 'x'.repeat(300_000) }), 'too-large'],
    ['meter', 'not json', 'not-json'],
    ['meter', '', 'not-json'],
    ['meter', Buffer.from([0xff, 0xfe, 0x00]), 'not-json'],
    ['meter', say({ energy_wh: '1' }), 'wrong-shape'],
    ['meter', say({ energy_wh: -1 }), 'wrong-shape'],
    ['meter', say([]), 'wrong-shape'],
    ['meter', 'null', 'wrong-shape'],
    ['meter', say({ energy_wh: 1, ts: 'yesterday' }), 'wrong-shape'],
    ['status', say({ status: 'Sleeping' }), 'wrong-shape'],
    ['session', say({ event: 'started', meter_wh: 1 }), 'wrong-shape'],
    ['session', say({ event: 'started', session_key: 'k'.repeat(300), meter_wh: 1 }), 'wrong-shape'],
    ['result', say({ id: 'x', status: 'maybe' }), 'wrong-shape'],
    ['selfie', say({}), 'unknown-topic'],
    ['meter/deep', say({}), 'unknown-topic'],
  ]
  for (const [what, payload] of bad) await pile.publishAsync(`ev/v1/pile/p1/up/${what}`, payload, { qos: 1 })
  await other.publishAsync('ev/v1/pile/p2/up/status', status, { qos: 1 })
  await pile.publishAsync('ev/v1/pile/p1/up/status', status, { qos: 1 })
  t.ok(pile.connected && other.connected)

  const { dropped } = gateway.stats()
  for (const reason of ['too-large', 'not-json', 'wrong-shape', 'unknown-topic'] as const) {
    t.equal(dropped[reason], bad.filter(one => one[2] === reason).length, reason)
    t.match(await desk.refusal(`mqtt-${reason}`), { identity: 'p1' })
  }
  t.equal(desk.envelopes.filter(one => one.report.type === 'connector-status').length, 2)
  t.ok(desk.envelopes.every(one => ['link-up', 'connector-status'].includes(one.report.type)))
  t.ok(
    heard.every(topic => topic.endsWith('/status')),
    'what was dropped reaches nobody',
  )
})

t.test('a frame far beyond the limit cuts its connection before it fills the memory', async t => {
  const { port, desk } = await build(t, { maxPayloadBytes: 1000 })
  const socket = connectSocket(port, '127.0.0.1')
  const gone = new Promise(resolve => socket.once('close', resolve))
  socket.on('error', () => {})
  socket.write(generate({ cmd: 'connect', clientId: 'c', clean: true, username: 'p1', password: Buffer.from('s1') }))
  await new Promise(resolve => socket.once('data', resolve))
  // PUBLISH that announces 200 MB.
  socket.write(Buffer.concat([Buffer.from([0x32, 0x80, 0xe1, 0xeb, 0x5f]), Buffer.alloc(20_000)]))
  await gone
  t.match(await desk.refusal('mqtt-too-large'), { identity: 'p1' })
})

t.test('retained sessions, results and commands are refused; a retained status is welcome', async t => {
  const { connect, desk, gateway } = await build(t)
  const pile = await connect(asPile('p1'))
  const asRetained = { qos: 1, retain: true } as const
  await pile.publishAsync(
    'ev/v1/pile/p1/up/session',
    say({ event: 'started', session_key: 'k', meter_wh: 1 }),
    asRetained,
  )
  await pile.publishAsync('ev/v1/pile/p1/up/result', say({ id: 'c', status: 'accepted' }), asRetained)
  const commander = await connect(building)
  await commander.publishAsync('ev/v1/pile/p1/set/start', say({ id: '1' }), asRetained)
  await pile.publishAsync('ev/v1/pile/p1/up/status', status, asRetained)
  t.equal(gateway.stats().dropped.retained, 3)
  t.ok(pile.connected && commander.connected)
  t.same(
    desk.envelopes.map(one => one.report.type),
    ['link-up', 'connector-status'],
  )
  const reader = await connect(dashboard)
  const heard: string[] = []
  reader.on('message', topic => heard.push(topic))
  const first = next(reader, 'ev/v1/pile/p1/up/status')
  await reader.subscribeAsync('ev/v1/pile/#', { qos: 1 })
  t.ok((await first).retain)
  t.same(heard, ['ev/v1/pile/p1/up/status'])

  await pile.publishAsync('ev/v1/pile/p1/up/status', '', asRetained)
  t.equal(gateway.stats().dropped['not-json'], 0, 'an empty retained message deletes')
})

t.test('an integration that may not command is disconnected when it does', async t => {
  const { connect } = await build(t)
  const reader = await connect(dashboard)
  const gone = closed(reader)
  reader.publish('ev/v1/pile/p1/set/start', say({ id: '1' }), { qos: 1 })
  await gone
  const commander = await connect(building)
  const parted = closed(commander)
  commander.publish('ev/v1/pile/p1/up/status', status, { qos: 1 })
  await parted
  t.notOk(reader.connected || commander.connected)
})

t.test('an anonymous client, where allowed, speaks for any known pile and reads all, but does not command', async t => {
  const { connect, desk, gateway } = await build(t, { allowAnonymous: true })
  const client = await connect()
  await client.publishAsync('ev/v1/pile/OPEN/up/status', status, { qos: 1 })
  await client.publishAsync('ev/v1/pile/p1/up/status', status, { qos: 1 })
  await client.publishAsync('ev/v1/pile/ghost/up/status', status, { qos: 1 })
  await client.publishAsync('ev/v1/pile/ghost/up/status', status, { qos: 1 })
  t.same(
    desk.envelopes.filter(one => one.report.type === 'connector-status').map(one => one.chargePointId),
    ['open', 'p1'],
  )
  t.equal(gateway.stats().dropped['not-admitted'], 2)
  t.equal(desk.knocks.filter(knock => knock.identity === 'ghost').length, 1, 'central is not asked for each message')
  t.equal((await client.subscribeAsync('#', { qos: 1 }))[0]?.qos, 1)
  const gone = closed(client)
  client.publish('ev/v1/pile/p1/set/start', say({ id: '1' }), { qos: 1 })
  await gone
  await desk.seen('link-down', 2)
  t.notOk(gateway.connected('open') || gateway.connected('p1'))
})
