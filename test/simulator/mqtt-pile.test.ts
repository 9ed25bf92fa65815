import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { Aedes, type Client, type PublishPacket } from 'aedes'
import t, { type Test } from 'tap'
import { scaledClock } from '../../protocol/clock.ts'
import { TOPICS, type TopicName, type UpName } from '../../protocol/mqtt/topics.ts'
import { createCar } from '../../simulator/car.ts'
import { createMqttPile } from '../../simulator/mqtt/pile.ts'
import type { Visitor } from '../../simulator/pile-types.ts'
import { createRandom } from '../../simulator/random.ts'
import { createVirtualTime } from '../../simulator/time.ts'

const SPEED = 600
const UP: UpName[] = ['hello', 'status', 'plug', 'session', 'meter', 'result']

interface Said {
  name: UpName
  // biome-ignore lint/suspicious/noExplicitAny: a test reads into a payload as it likes
  payload: any
  packet: PublishPacket
}

const visitor = (): Visitor => ({
  driver: 'ann',
  car: createCar({ capacityWh: 50_000, soc: 0.2, maxPowerW: 11_000 }),
  energyWh: 10_000,
})

/** A broker that writes down what piles say, and speaks to them. `hold` keeps back the PUBACK of a message. */
async function startBroker(hold: (said: Said) => boolean = () => false) {
  const broker = await Aedes.createBroker()
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    broker.handle(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const said: Said[] = []
  const users: (string | undefined)[] = []
  let waiting: { fits(said: Said): boolean; resolve(said: Said): void }[] = []
  broker.authenticate = (_client: Client, username, _password, done) => {
    users.push(username)
    done(null, true)
  }
  broker.authorizePublish = (_client, packet, done) => {
    const name = UP.find(each => TOPICS[each].parse(packet.topic) !== null)
    if (!name) return done(new Error('not a topic of piles'))
    const one: Said = { name, payload: JSON.parse(String(packet.payload)), packet }
    said.push(one)
    const met = waiting.filter(({ fits }) => fits(one))
    waiting = waiting.filter(each => !met.includes(each))
    for (const { resolve } of met) resolve(one)
    if (!hold(one)) done(null)
  }
  return {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    said,
    users,
    names: () => said.map(({ name }) => name),
    seen(name: UpName, fits: (payload: Said['payload']) => boolean = () => true): Promise<Said> {
      const accepts = (one: Said): boolean => one.name === name && fits(one.payload)
      const found = said.find(accepts)
      return found ? Promise.resolve(found) : new Promise(resolve => waiting.push({ fits: accepts, resolve }))
    },
    tell: (name: TopicName, payload: object, retain = false): Promise<void> =>
      new Promise((resolve, reject) => {
        const topic = (TOPICS[name].build as (params: object) => string)({ id: 'T3' })
        const body = Buffer.from(JSON.stringify({ ts: new Date().toISOString(), ...payload }))
        broker.publish({ cmd: 'publish', topic, payload: body, qos: 1, retain, dup: false }, error =>
          error ? reject(error) : resolve(),
        )
      }),
    cut() {
      for (const socket of sockets) socket.destroy()
    },
    async close() {
      await new Promise<void>(resolve => broker.close(resolve))
      server.close()
    },
  }
}

async function build(t: Test, hold?: (said: Said) => boolean) {
  const broker = await startBroker(hold)
  const time = createVirtualTime(scaledClock(SPEED))
  const pile = createMqttPile({
    pileId: 'T3',
    mode: 'trickle',
    powerW: 3500,
    time,
    random: createRandom(3),
    sampleIntervalSeconds: 60,
    emit: () => {},
    url: broker.url,
  })
  t.teardown(async () => {
    await pile.close()
    time.stop()
    await broker.close()
  })
  pile.open()
  await broker.seen('status')
  return { broker, pile, time }
}

const command = (verb: string, args: object, id = verb) => ({ id, verb, args })

t.test('a pile says hello under its own name, then its state, and every payload fits the contract', async t => {
  const { broker, pile } = await build(t)
  t.same(broker.names().slice(0, 2), ['hello', 'status'])
  t.equal(broker.users[0], 'T3')
  t.match(broker.said[0]!.payload, { vendor: String, model: String, mode: 'trickle', power_w: 3500 })
  t.match(broker.said[1]!.payload, { status: 'Available', error_code: 'NoError' })
  t.equal(broker.said[1]!.packet.retain, true)
  pile.plug({ ...visitor(), idTag: 'TAG' })
  await broker.tell('command', command('start', { connector_id: 1, id_tag: 'TAG' }))
  await broker.seen('meter')
  pile.unplug('ann')
  await broker.seen('plug', payload => payload.plugged === false)
  t.match((await broker.seen('plug')).payload, { plugged: true, id_tag: 'TAG' })
  for (const { name, payload } of broker.said) t.ok(TOPICS[name].payload.safeParse(payload).success, name)
})

t.test('a start and a stop by command: result, then the session, with whole registers', async t => {
  const { broker, pile } = await build(t)
  pile.plug(visitor())
  await broker.tell('command', command('start', { connector_id: 1, id_tag: 'TAG' }))
  t.match((await broker.seen('result')).payload, { id: 'start', status: 'accepted' })
  const started = await broker.seen('session')
  t.match(started.payload, { event: 'started', id_tag: 'TAG' })
  t.equal(started.packet.qos, 1)
  await broker.tell('sessionAnswer', { session_key: started.payload.session_key, session_id: '42', accepted: true })
  await broker.seen('status', payload => payload.status === 'Charging')
  await broker.seen('meter')
  await broker.tell('command', command('stop', { session_key: 'other', session_id: '42' }))
  const ended = await broker.seen('session', payload => payload.event === 'ended')
  t.match(ended.payload, { session_key: started.payload.session_key, reason: 'Remote' })
  t.ok(Number.isInteger(started.payload.meter_wh) && Number.isInteger(ended.payload.meter_wh))
  const [session] = pile.sessions
  t.equal(session!.remoteId, '42')
  t.equal(ended.payload.meter_wh - started.payload.meter_wh, (session!.endMilliWh! - session!.startMilliWh) / 1000)
  const registers = broker.said.filter(({ name }) => name === 'meter').map(({ payload }) => payload.energy_wh)
  t.ok(
    [started.payload.meter_wh, ...registers, ended.payload.meter_wh].every((wh, i, all) => i === 0 || wh >= all[i - 1]),
  )
})

t.test('a pile that is told an energy stops there', async t => {
  const { broker, pile } = await build(t)
  pile.plug(visitor())
  await broker.tell('command', command('start', { connector_id: 1, id_tag: 'TAG', energy_wh: 700 }))
  const ended = await broker.seen('session', payload => payload.event === 'ended')
  const started = await broker.seen('session')
  t.equal(ended.payload.meter_wh - started.payload.meter_wh, 700)
})

t.test('a session that is not accepted ends at once', async t => {
  const { broker, pile } = await build(t)
  t.ok(await pile.presentCard('CARD'))
  pile.plug(visitor())
  const started = await broker.seen('session')
  await broker.tell('sessionAnswer', {
    session_key: started.payload.session_key,
    session_id: '7',
    accepted: false,
    reason: 'blocked',
  })
  const ended = await broker.seen('session', payload => payload.event === 'ended')
  t.equal(ended.payload.reason, 'DeAuthorized')
})

t.test('what the product has not acknowledged is sent again after a lost link, in order', async t => {
  let held = 0
  const { broker, pile } = await build(t, ({ name }) => name === 'session' && held++ === 0)
  pile.plug(visitor())
  await broker.tell('command', command('start', { connector_id: 1, id_tag: 'TAG' }))
  await broker.seen('session')
  pile.unplug('ann')
  t.ok(pile.pending() >= 2)
  broker.cut()
  await broker.seen('session', payload => payload.event === 'ended')
  const events = broker.said.filter(({ name }) => name === 'session').map(({ payload }) => payload.event)
  t.same(events, ['started', 'started', 'ended'])
  const keys = new Set(broker.said.filter(({ name }) => name === 'session').map(({ payload }) => payload.session_key))
  t.equal(keys.size, 1)
})

t.test('a lost pile is told offline by its last will, and comes back by itself', async t => {
  const { broker, pile } = await build(t)
  pile.dropLink(1000)
  await broker.seen('status', payload => payload.status === 'offline')
  await broker.seen('hello', payload => payload !== broker.said[0]!.payload)
  t.ok(pile.snapshot())
})

t.test('a pile that leaves says so', async t => {
  const { broker, pile } = await build(t)
  await pile.close(1000)
  await broker.seen('status', payload => payload.status === 'offline')
  t.equal(pile.pending(), 0)
})

t.test('faults are said and pass', async t => {
  const { broker, pile } = await build(t)
  pile.fault({ errorCode: 'GroundFailure', vendorErrorCode: 'E07', info: 'residual current' })
  t.match((await broker.seen('status', payload => payload.status === 'Faulted')).payload, {
    error_code: 'GroundFailure',
    vendor_error_code: 'E07',
    info: 'residual current',
  })
  pile.recover()
  await broker.seen('status', payload => payload.status === 'Available' && broker.said.length > 3)
})

t.test('every command of the contract is answered with its id', async t => {
  const { broker, pile } = await build(t)
  const answer = async (verb: string, args: object, id: string) => {
    await broker.tell('command', command(verb, args, id))
    return (await broker.seen('result', payload => payload.id === id)).payload.status
  }
  t.equal(await answer('stop', { session_key: 'none', session_id: '1' }, '1'), 'rejected')
  t.equal(await answer('limit', { power_w: 1000 }, '2'), 'accepted')
  t.equal(await answer('availability', { available: false }, '3'), 'accepted')
  await broker.seen('status', payload => payload.status === 'Unavailable')
  t.equal(await answer('start', { connector_id: 1, id_tag: 'TAG' }, '4'), 'rejected')
  t.equal(await answer('availability', { available: true }, '5'), 'accepted')
  t.equal(await answer('unlock', {}, '6'), 'accepted')
  t.equal(await answer('reset', { hard: true }, '7'), 'accepted')
  await broker.seen('hello', payload => payload !== broker.said[0]!.payload)
  t.ok(pile.snapshot())
})

t.test('retained, broken and unknown commands do nothing', async t => {
  const { broker, pile } = await build(t)
  pile.plug(visitor())
  await broker.tell('command', { verb: 'dance', id: 'x', args: {} })
  await broker.tell('sessionAnswer', { session_key: 'unknown', session_id: null, accepted: false })
  await broker.tell('command', command('limit', { power_w: 1000 }, 'last'))
  await broker.seen('result', payload => payload.id === 'last')
  t.same(
    broker.said.filter(({ name }) => name === 'result').map(({ payload }) => payload.id),
    ['last'],
  )
})
