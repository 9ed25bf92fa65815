import t from 'tap'
import { hear, mqttClient } from '../support/mqtt-reader.ts'
import { startProduct } from '../support/product.ts'

const building = { username: 'building', password: 'runs-the-house', mayCommand: true }

t.test('a building commands a pile over MQTT: what it asks reaches the charger, and its answer comes back', async t => {
  await using product = await startProduct(t, { 'mqtt.integrations': JSON.stringify([building]) })
  const { api, until } = product
  const house = await mqttClient(t, product.mqtt, building)
  const heard = hear(house)
  await house.subscribeAsync(['ev/v1/pile/T1/set/+/result', 'ev/v1/gateway/#'], { qos: 1 })
  t.match((await heard('ev/v1/gateway/health')).payload, { parts: { database: 'up', ocpp: 'up', mqtt: 'up' } })
  t.match((await heard('ev/v1/gateway/info')).payload, {
    sites: ['default'],
    time_zone: 'Asia/Shanghai',
    currency: 'CNY',
  })

  let number = 0
  const set = async (verb: string, args: object = {}) => {
    const id = `order-${++number}`
    const result = heard(`ev/v1/pile/T1/set/${verb}/result`)
    await house.publishAsync(`ev/v1/pile/T1/set/${verb}`, JSON.stringify({ id, args }), { qos: 1 })
    const { id: echoed, status, detail } = (await result).payload
    t.equal(echoed, id)
    return detail === undefined ? status : `${status} ${detail}`
  }

  t.equal(await set('unlock'), 'rejected charge-point-offline')
  t.equal(await set('stop'), 'rejected not-found', 'nothing charges there')

  const pile = await mqttClient(t, product.mqtt, { username: 'T1' })
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

t.test(
  'readers hear a session from its start to its bill, and a reader of the restarted product all that is',
  async t => {
    const settings = { 'mqtt.integrations': JSON.stringify([building]) }
    const product = await startProduct(t, settings)
    const { api } = product
    await api('PUT', '/id-tags/READ', { status: 'Accepted' })
    await api('PATCH', '/sites/default', { powerLimitW: 20_000 })
    const reader = await mqttClient(t, product.mqtt, building)
    const heard = hear(reader)
    await reader.subscribeAsync('ev/v1/#', { qos: 1 })
    for (const pile of ['F1', 'F2', 'T1', 'T2', 'T3']) {
      t.match(await heard(`ev/v1/pile/${pile}/state`), {
        payload: { state: 'offline', availability: 'operative' },
        qos: 1,
      })
    }
    t.match((await heard('ev/v1/site/default/queue')).payload, { waiting: [] })

    const pile = await mqttClient(t, product.mqtt, { username: 'T2' })
    const say = (what: string, payload: object) =>
      pile.publishAsync(`ev/v1/pile/T2/up/${what}`, JSON.stringify(payload), { qos: 1 })
    await say('status', { status: 'Charging' })
    await heard('ev/v1/pile/T2/state', ({ detail }) => detail === 'charging')
    await say('session', { event: 'started', session_key: 'r', meter_wh: 1000, id_tag: 'READ' })
    const { payload: state } = await heard('ev/v1/pile/T2/state', ({ session_id: id }) => id !== null)
    t.match(state, { state: 'occupied', detail: 'charging' }, 'the session is told though the state is the same')
    const events = `ev/v1/session/${state.session_id}/event`
    t.match((await heard(events)).payload, { event: 'started', pile_id: 'T2' })
    await say('meter', { session_key: 'r', energy_wh: 1400, power_w: 3000 })
    t.match((await heard('ev/v1/pile/T2/session', payload => payload !== null)).payload, { energy_wh: 400 })
    t.match((await heard('ev/v1/site/default/power', ({ power_w: power }) => power > 0)).payload, {
      power_w: 3000,
      limit_w: 20_000,
    })
    await say('status', { status: 'SuspendedEV' })
    t.match((await heard(events)).payload, { event: 'suspended', reason: 'suspended-ev' })

    await product.close()
    t.match((await heard('ev/v1/gateway/state', payload => payload.state === 'offline')).payload, { state: 'offline' })
    await using again = await startProduct(t, settings, product)
    const newcomer = await mqttClient(t, again.mqtt, building)
    const told = hear(newcomer)
    await newcomer.subscribeAsync('ev/v1/#', { qos: 1 })
    t.match((await told('ev/v1/pile/F1/state')).payload, { state: 'offline', session_id: null })
    t.match((await told('ev/v1/pile/T2/state')).payload, { state: 'offline', session_id: state.session_id })
    t.match((await told('ev/v1/pile/T2/session')).payload, { session_id: state.session_id, energy_wh: 400 })

    const back = await mqttClient(t, again.mqtt, { username: 'T2' })
    const end = { event: 'ended', session_key: 'r', meter_wh: 1500 }
    await back.publishAsync('ev/v1/pile/T2/up/session', JSON.stringify(end), { qos: 1 })
    t.same((await told('ev/v1/pile/T2/session')).payload, null, 'emptied at its end')
    t.match((await told(events)).payload, { event: 'ended', energy_wh: 500 })
    t.match((await told(events)).payload, { event: 'billed', energy_wh: 500 })
    t.match((await told('ev/v1/pile/T2/meter', payload => payload.power_w === 0)).payload, { energy_wh: 1500 })
    t.match((await told('ev/v1/site/default/power', payload => payload.power_w === 0)).payload, { limit_w: 20_000 })
  },
)
