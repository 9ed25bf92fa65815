import t from 'tap'
import { mosquitto } from '../support/mosquitto.ts'
import { startProduct } from '../support/product.ts'

const HOUR_MS = 3_600_000
/** Yesterday, 06:00 in Shanghai: the last hour of the valley. */
const SIX = new Date().setUTCHours(22, 0, 0, 0) - 48 * HOUR_MS
const at = (hours: number): string => new Date(SIX + hours * HOUR_MS).toISOString()
const reader = { username: 'reader', password: 'reads-it-all' }

t.test('mosquitto_pub and mosquitto_sub drive a pile through a session', async t => {
  await using product = await startProduct(t, { 'mqtt.integrations': JSON.stringify([reader]) })
  const { api, until } = product
  const ada = await product.driver('ada')
  const pile = mosquitto(product.mqtt, 'T3')
  const down = await pile.subscribe(t, 'ev/v1/pile/T3/down/#')
  const all = await mosquitto(product.mqtt, reader.username, reader.password).subscribe(t, 'ev/v1/#')
  const say = (what: string, payload: object) =>
    pile.publish(`ev/v1/pile/T3/up/${what}`, { ts: new Date().toISOString(), ...payload })

  await say('hello', { vendor: 'Mosquito', model: 'By hand', mode: 'trickle', power_w: 3500 })
  await say('status', { status: 'Available' })
  await until('T3 is available', async () => (await api('GET', '/charging-piles/T3')).body.state === 'available')

  const asked = await api('POST', '/charging/request', { mode: 'trickle', energyWh: 5000 }, ada.token)
  t.match(asked, { status: 201, body: { number: 'T1', pileId: 'T3' } })

  await say('plug', { plugged: true })
  const start = await down.next('ev/v1/pile/T3/down/command')
  t.match(start, { verb: 'start', args: { id_tag: ada.tag, energy_wh: 5000 } })
  await say('result', { id: start.id, status: 'accepted' })
  await say('session', { event: 'started', session_key: 's-1', meter_wh: 20_000, id_tag: ada.tag, ts: at(0) })
  const accepted = await down.next('ev/v1/pile/T3/down/session')
  t.match(accepted, { session_key: 's-1', accepted: true })
  await say('status', { status: 'Charging' })

  await say('meter', { session_key: 's-1', energy_wh: 23_500, power_w: 3500, voltage_v: [230.1], ts: at(1) })
  const view = await until('ada sees it', async () => {
    const { body } = await api('GET', '/charging/queue-status', undefined, ada.token)
    return body.deliveredEnergyWh === 3500 && body
  })
  t.match(view, { status: 'charging', sessionId: accepted.session_id })

  await say('meter', { session_key: 's-1', energy_wh: 25_000, power_w: 3000, ts: at(1.5) })
  const stop = await down.next('ev/v1/pile/T3/down/command')
  t.match(stop, { verb: 'stop', args: { session_key: 's-1', session_id: accepted.session_id } })
  await say('result', { id: stop.id, status: 'accepted' })
  const end = { event: 'ended', session_key: 's-1', meter_wh: 25_010, reason: 'Remote', ts: at(1.55) }
  await say('session', end)
  t.match(await down.next('ev/v1/pile/T3/down/session'), { session_key: 's-1', session_id: accepted.session_id })
  await say('plug', { plugged: false })

  // valley until 07:00: 3,500 Wh at 0.4; then 1,510 Wh at 0.7; service 5,010 Wh at 0.8: 6.4650 CNY, half up
  const { items } = await until('the bill', async () => {
    const { body } = await api('GET', '/billing/bills', undefined, ada.token)
    return body.items.length > 0 && body
  })
  t.match(items, [{ requestId: asked.body.id, total: { amount: 647, currency: 'CNY' }, energyWh: 5010 }])
  t.match(await all.next(`ev/v1/bill/${items[0].id}`), {
    total_minor: 647,
    currency: 'CNY',
    lines: [{ session_id: accepted.session_id, pile_id: 'T3', energy_wh: 5010, total_minor: 647 }],
  })

  await say('session', end)
  t.match(
    await down.next('ev/v1/pile/T3/down/session'),
    { session_id: accepted.session_id },
    'a repeated end is answered',
  )
  t.equal((await api('GET', '/billing/details')).body.items.length, 1, 'and bills nothing')
})

t.test('mosquitto_pub cannot speak for another pile', async t => {
  await using product = await startProduct(t)
  const { api } = product
  const other = mosquitto(product.mqtt, 'T2')
  await t.rejects(other.publish('ev/v1/pile/T3/up/status', { status: 'Available', ts: at(0) }))
  t.match((await api('GET', '/charging-piles/T3')).body, { state: 'offline', protocol: null })
})
