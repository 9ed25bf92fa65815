import mqtt, { type MqttClient } from 'mqtt'
import t from 'tap'
import { startProduct } from '../support/product.ts'

const building = { username: 'building', password: 'runs-the-house', mayCommand: true }

/** The messages of one topic after another, as they come. */
function hear(client: MqttClient) {
  const waiting = new Map<string, (payload: Record<string, unknown>) => void>()
  const kept = new Map<string, Record<string, unknown>[]>()
  client.on('message', (topic, bytes) => {
    const payload = bytes.length === 0 ? {} : JSON.parse(bytes.toString())
    const give = waiting.get(topic)
    waiting.delete(topic)
    if (give) give(payload)
    else kept.set(topic, [...(kept.get(topic) ?? []), payload])
  })
  return (topic: string): Promise<Record<string, unknown>> =>
    new Promise(resolve => {
      const first = kept.get(topic)?.shift()
      if (first) resolve(first)
      else waiting.set(topic, resolve)
    })
}

t.test('a building commands a pile over MQTT: what it asks reaches the charger, and its answer comes back', async t => {
  await using product = await startProduct(t, { 'mqtt.integrations': JSON.stringify([building]) })
  const { api, until } = product
  const connect = async (options: object): Promise<MqttClient> => {
    const client = await mqtt.connectAsync(product.mqtt, { reconnectPeriod: 0, ...options })
    t.teardown(() => client.endAsync(true))
    return client
  }
  const house = await connect(building)
  const heard = hear(house)
  await house.subscribeAsync(['ev/v1/pile/T1/set/+/result', 'ev/v1/gateway/#'], { qos: 1 })
  t.match(await heard('ev/v1/gateway/health'), { parts: { database: 'up', ocpp: 'up', mqtt: 'up' } })
  t.match(await heard('ev/v1/gateway/info'), { sites: ['default'], time_zone: 'Asia/Shanghai', currency: 'CNY' })

  let number = 0
  const set = async (verb: string, args: object = {}) => {
    const id = `order-${++number}`
    const result = heard(`ev/v1/pile/T1/set/${verb}/result`)
    await house.publishAsync(`ev/v1/pile/T1/set/${verb}`, JSON.stringify({ id, args }), { qos: 1 })
    const { id: echoed, status, detail } = await result
    t.equal(echoed, id)
    return detail === undefined ? status : `${status} ${detail}`
  }

  t.equal(await set('unlock'), 'rejected charge-point-offline')
  t.equal(await set('stop'), 'rejected not-found', 'nothing charges there')

  const pile = await connect({ username: 'T1' })
  let says = 'accepted'
  const orders: unknown[] = []
  pile.on('message', (topic, bytes) => {
    if (!topic.endsWith('/command')) return
    const { id, verb, args } = JSON.parse(bytes.toString())
    orders.push([verb, args])
    pile.publish('ev/v1/pile/T1/up/result', JSON.stringify({ id, status: says }), { qos: 1 })
  })
  await pile.subscribeAsync('ev/v1/pile/T1/down/#', { qos: 1 })
  const say = (what: string, payload: object) =>
    pile.publishAsync(`ev/v1/pile/T1/up/${what}`, JSON.stringify(payload), { qos: 1 })
  await say('status', { status: 'Available' })
  await until('T1 is available', async () => (await api('GET', '/charging-piles/T1')).body.state === 'available')

  t.equal(await set('start'), 'rejected invalid-payload', 'for nobody')
  t.equal(await set('start', { id_tag: 'HOUSE' }), 'accepted')
  t.same(orders.splice(0), [['start', { connector_id: 1, id_tag: 'HOUSE' }]])

  await api('PUT', '/id-tags/HOUSE', { status: 'Accepted' })
  await say('session', { event: 'started', session_key: 's', meter_wh: 0, id_tag: 'HOUSE' })
  const { session } = await until('it charges', async () => {
    const { body } = await api('GET', '/charging-piles/T1')
    return body.session !== null && body
  })
  t.equal(await set('limit', { power_w: 1400 }), 'accepted')
  t.equal(await set('stop'), 'accepted')
  says = 'rejected'
  t.equal(await set('unlock'), 'rejected charge-point-rejected')
  t.same(orders.splice(0), [
    ['limit', { power_w: 1400 }],
    ['stop', { session_key: 's', session_id: session.id }],
    ['unlock', {}],
  ])
  says = 'accepted'
  await say('session', { event: 'ended', session_key: 's', meter_wh: 100 })
  await say('plug', { plugged: false })
  t.equal(await set('availability', { available: false }), 'accepted')
  t.equal((await api('GET', '/charging-piles/T1')).body.inService, false)
  t.equal(await set('availability', { available: true }), 'accepted')
  t.equal(await set('reset', { hard: true }), 'accepted')
  t.same(orders, [
    ['availability', { available: false }],
    ['availability', { available: true }],
    ['reset', { hard: true }],
  ])
})
