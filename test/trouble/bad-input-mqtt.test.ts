import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import t, { type Test } from 'tap'
import { emptyDatabase } from '../support/database.ts'
import { dataFolder, startProcess, until } from '../support/process.ts'

const KEY = 'the-key-of-every-pile'
const BUILDING = { username: 'building', password: 'reads-everything', mayCommand: true }
const product = await startProcess(t, {
  dataDir: await dataFolder(t),
  env: { DATABASE_URL: await emptyDatabase(t), MQTT_INTEGRATIONS: JSON.stringify([BUILDING]), LOG_LEVEL: 'warn' },
})
for (const id of ['T1', 'T2', 'T3']) await product.api('PATCH', `/charge-points/${id}`, { password: KEY })

async function connect(username?: string, password?: string, more: IClientOptions = {}): Promise<MqttClient> {
  const client = await mqtt.connectAsync(
    product.mqtt,
    {
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      reconnectPeriod: 0,
      connectTimeout: 20_000,
      ...more,
    },
    false,
  )
  client.on('error', () => {})
  t.teardown(() => client.endAsync(true))
  return client
}
const say = (client: MqttClient, topic: string, payload: object | string | Buffer, retain = false) =>
  client.publishAsync(
    `ev/v1/${topic}`,
    typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload),
    { qos: 1, retain },
  )
const now = (): string => new Date().toISOString()
const pileOf = async (id: string) => product.api('GET', `/charging-piles/${id}`)
const closed = (client: MqttClient): Promise<void> => new Promise(resolve => client.once('close', () => resolve()))

// a pile that does nothing wrong; whatever others send, it is served
const good = await connect('T3', KEY)
let turn = 0

/** A test, after which the process lives and serves the others as before. */
const undisturbed = (name: string, attack: (t: Test) => Promise<void>): void =>
  void t.test(name, async t => {
    await attack(t)
    const status = ++turn % 2 === 0 ? 'Available' : 'Preparing'
    await say(good, 'pile/T3/up/status', { ts: now(), status })
    t.match(await pileOf('T3'), { connected: true, protocol: 'mqtt' }, 'another pile is undisturbed')
    t.ok(product.isAlive())
    t.notMatch(product.stderr(), /"level":60|unexpected fault/)
  })

undisturbed('wrong credentials are refused', async t => {
  await t.rejects(connect('T1', 'another-key'), { code: 4 })
  await t.rejects(connect('T1'), { code: 4 })
  await t.rejects(connect('nobody', KEY), { code: 4 })
  await t.rejects(connect('building', 'guessed'), { code: 4 })
  await t.rejects(connect(), { code: 5 })
  t.equal((await pileOf('T1')).connected, false)
})

undisturbed('a pile that publishes as another one is cut off, and the other one hears nothing of it', async t => {
  const before = await pileOf('T2')
  const thief = await connect('T1', KEY)
  const gone = closed(thief)
  say(thief, 'pile/T2/up/status', { ts: now(), status: 'Faulted', error_code: 'GroundFailure' }).catch(() => {})
  await gone
  const other = await connect('T1', KEY)
  const goneToo = closed(other)
  say(other, 'pile/T2/down/command', { ts: now(), id: 'x', verb: 'reset', args: {} }).catch(() => {})
  await goneToo
  t.same(await pileOf('T2'), before)
})

undisturbed('a retained command is dropped and reaches nobody, now or later', async t => {
  const building = await connect(BUILDING.username, BUILDING.password)
  await say(building, 'pile/T2/set/stop', { ts: now(), id: 'retained-one' }, true)
  const late = await connect(BUILDING.username, BUILDING.password)
  const seen: string[] = []
  late.on('message', topic => void seen.push(topic))
  await late.subscribeAsync('ev/v1/#', { qos: 1 })
  await until('what is retained arrives', () => seen.includes('ev/v1/gateway/state'))
  t.notOk(seen.some(topic => topic.includes('/set/')))
})

undisturbed('not JSON, the wrong shape and 300 kB are dropped; the pile goes on', async t => {
  const pile = await connect('T1', KEY)
  await say(pile, 'pile/T1/up/hello', {
    ts: now(),
    vendor: 'x',
    model: 'y',
    firmware: '1',
    mode: 'trickle',
    power_w: 3500,
  })
  await say(pile, 'pile/T1/up/status', { ts: now(), status: 'Available' })
  await until('it is available', async () => (await pileOf('T1')).state === 'available')
  for (const payload of [
    'not json',
    '{"status":',
    '[]',
    '"Available"',
    'null',
    '{"ts":"yesterday","status":"Sleeping"}',
    '{"__proto__":{"status":"Faulted"}}',
    Buffer.from([0xff, 0x00, 0xfe]),
    JSON.stringify({ ts: now(), status: 'Faulted', info: 'x'.repeat(300_000) }),
  ]) {
    await say(pile, 'pile/T1/up/status', payload)
  }
  await say(pile, 'pile/T1/up/session', { ts: now(), event: 'started', session_key: '', meter_wh: -5 })
  await say(pile, 'pile/T1/up/meter', { ts: now(), energy_wh: 'a lot' })
  t.ok(pile.connected)
  t.match(await pileOf('T1'), { state: 'available', connected: true, session: null })
  await say(pile, 'pile/T1/up/status', { ts: now(), status: 'Faulted', error_code: 'GroundFailure' })
  await until('its own fault is believed', async () => (await pileOf('T1')).state === 'fault')
})

undisturbed('megabytes that never end are cut off', async t => {
  const pile = await connect('T2', KEY)
  const gone = closed(pile)
  pile.publish('ev/v1/pile/T2/up/status', Buffer.alloc(8_000_000, 'x'), { qos: 1 }, () => {})
  await gone
  t.ok(await connect('T2', KEY), 'and may come again')
})
