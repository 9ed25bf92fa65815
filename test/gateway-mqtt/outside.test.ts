import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { Aedes } from 'aedes'
import mqtt, { type MqttClient } from 'mqtt'
import t, { type Test } from 'tap'
import { createMqttGateway } from '../../gateway/mqtt/gateway.ts'
import { silentLog } from '../../gateway/mqtt/ports.ts'
import { manualClock } from '../../protocol/clock.ts'
import { createDesk, NOW, next } from './helper.ts'

const say = (what: object): string => JSON.stringify(what)
const topic = (id: string, what: string): string => `ev/v1/pile/${id}/up/${what}`

/** Somebody else's broker, a gateway that is its client, and a client that stands for all piles. */
async function build(t: Test) {
  const broker = await Aedes.createBroker()
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket.once('close', () => sockets.delete(socket)))
    broker.handle(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`

  const client: MqttClient = await mqtt.connectAsync(url)
  await client.subscribeAsync('ev/v1/gateway/state', { qos: 1 })
  const online = next(client, 'ev/v1/gateway/state')

  const desk = createDesk({ p1: 's1', p2: null })
  const gateway = createMqttGateway({
    central: desk,
    clock: manualClock(NOW),
    log: silentLog,
    options: { url, clientId: 'gateway' },
  })
  t.equal((await gateway.listen()).url, url)
  t.teardown(async () => {
    await gateway.close()
    await client.endAsync(true)
    await new Promise<void>(resolve => broker.close(resolve))
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  t.equal((await online).payload?.state, 'online')
  return { broker, client, desk, gateway }
}

t.test('on an outside broker the topics, reports and commands are the same', async t => {
  const { client, desk, gateway } = await build(t)
  await client.publishAsync(topic('P2', 'hello'), say({ vendor: 'V', model: 'M' }), { qos: 1 })
  t.match(await desk.seen('link-up'), { protocol: 'mqtt' })
  await desk.seen('booted')
  t.ok(gateway.connected('p2'))
  t.equal(desk.envelopes[0]!.chargePointId, 'p2')
  await client.publishAsync(topic('ghost', 'hello'), say({ vendor: 'V', model: 'M' }), { qos: 1 })

  await client.subscribeAsync(['ev/v1/pile/P2/down/command', 'ev/v1/pile/p2/state'], { qos: 1 })
  const heard = next(client, 'ev/v1/pile/P2/down/command')
  const outcome = gateway.send('p2', { verb: 'reset', hard: false }, { commandId: 'c', timeoutMs: 5000 })
  t.match((await heard).payload, { id: 'c', verb: 'reset' })
  client.publish(topic('P2', 'result'), say({ id: 'c', status: 'accepted' }), { qos: 1 })
  t.match(await outcome, { status: 'accepted' })

  const power = next(client, 'ev/v1/pile/p2/state')
  gateway.feed({
    type: 'pile-state',
    siteId: 's',
    pileId: 'p2',
    at: NOW,
    state: 'available',
    detail: null,
    errorCode: 'NoError',
    since: NOW,
    sessionId: null,
    inService: false,
    cause: 'operator',
  })
  t.match((await power).payload, { state: 'available', availability: 'inoperative' })

  client.publish(topic('P2', 'status'), say({ status: 'offline' }), { qos: 0 })
  t.match(await desk.seen('link-down'), { reason: 'offline' })
  t.equal(gateway.stats().dropped['not-admitted'], 1)
})

t.test('on an outside broker a message is acknowledged only when it is kept, others flow meanwhile', async t => {
  const { broker, client, desk } = await build(t)
  const acknowledged: string[] = []
  const seen = (id: string): Promise<void> =>
    new Promise(resolve =>
      broker.on('ack', packet => {
        if (packet?.cmd !== 'publish' || packet.topic !== topic(id, 'meter')) return
        acknowledged.push(id)
        resolve()
      }),
    )
  const [first, second] = [seen('p1'), seen('p2')]
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  desk.before = ({ chargePointId, report }) =>
    chargePointId === 'p1' && report.type === 'meter-sampled' ? held : undefined
  client.publish(topic('p1', 'meter'), say({ energy_wh: 1 }), { qos: 1 })
  client.publish(topic('p2', 'meter'), say({ energy_wh: 2 }), { qos: 1 })
  await second
  t.same(acknowledged, ['p2'])
  release()
  await first
  t.same(acknowledged, ['p2', 'p1'])
})

t.test('what could not be kept comes again from the outside broker', async t => {
  const { client, desk, gateway } = await build(t)
  let refusals = 1
  desk.before = ({ report }) => {
    if (report.type === 'meter-sampled' && refusals-- > 0) throw new Error('database away')
  }
  client.publish(topic('p1', 'meter'), say({ energy_wh: 1 }), { qos: 1 })
  t.match(await desk.seen('link-down'), { reason: 'broker away' })
  t.match(await desk.seen('meter-sampled'), { readings: [{ registerMilliWh: 1000 }] })
  t.equal(gateway.stats().failed, 1)
})

t.test('while the outside broker is away nobody is connected and closing does not hang', async t => {
  const gateway = createMqttGateway({
    central: createDesk({}),
    clock: manualClock(NOW),
    log: silentLog,
    options: { url: 'mqtt://127.0.0.1:1' },
  })
  await gateway.listen()
  t.equal(gateway.stats().connections, 0)
  t.same(await gateway.send('p1', { verb: 'reset', hard: false }, { commandId: 'c', timeoutMs: 1 }), {
    status: 'offline',
  })
  await gateway.close()
})
