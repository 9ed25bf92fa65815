import t from 'tap'
import type { PileMeterEvent, SiteEvent } from '../../protocol/events.ts'
import { TOPICS, type TopicName } from '../../protocol/mqtt/topics.ts'
import { rfc3339 } from '../../protocol/units.ts'
import { build, dashboard, NOW, next } from './helper.ts'

const ts = rfc3339(NOW)
const here = { siteId: 's', at: NOW }
const meter = (energyWh: number): PileMeterEvent => ({
  type: 'pile-meter',
  ...here,
  pileId: 'F 1',
  powerW: 7000,
  energyWh,
  voltageV: [230],
  currentA: [30],
  socPercent: null,
})

const table: [TopicName, string, SiteEvent, object][] = [
  [
    'pileState',
    'pile/F%201/state',
    {
      type: 'pile-state',
      ...here,
      pileId: 'F 1',
      state: 'occupied',
      detail: 'charging',
      errorCode: 'NoError',
      since: NOW,
      sessionId: '7',
      inService: true,
      cause: 'status',
    },
    {
      state: 'occupied',
      detail: 'charging',
      error_code: 'NoError',
      since: ts,
      session_id: '7',
      availability: 'operative',
      ts,
    },
  ],
  [
    'pileMeter',
    'pile/F%201/meter',
    meter(5),
    { power_w: 7000, energy_wh: 5, voltage_v: [230], current_a: [30], soc_pct: null, ts },
  ],
  [
    'pileSession',
    'pile/F%201/session',
    {
      type: 'pile-session',
      ...here,
      pileId: 'F 1',
      session: {
        sessionId: '7',
        number: 'F3',
        startedAt: NOW,
        energyWh: 5,
        costMinor: 12,
        currency: 'CNY',
        etaAt: null,
      },
    },
    { session_id: '7', number: 'F3', started_at: ts, energy_wh: 5, cost_minor: 12, currency: 'CNY', eta: null, ts },
  ],
  [
    'siteQueue',
    'site/s/queue',
    {
      type: 'site-queue',
      ...here,
      capacity: 6,
      waiting: [{ number: 'F4', mode: 'fast', position: 1, expectedStartAt: NOW }],
    },
    { capacity: 6, waiting: [{ number: 'F4', mode: 'fast', position: 1, expected_start: ts }], ts },
  ],
  [
    'sitePower',
    'site/s/power',
    { type: 'site-power', ...here, powerW: 5, limitW: null },
    { power_w: 5, limit_w: null, ts },
  ],
  [
    'sessionEvent',
    'session/7/event',
    { type: 'session', ...here, pileId: 'F 1', sessionId: '7', event: 'ended', energyWh: 5, reason: 'Local' },
    { session_id: '7', pile_id: 'F 1', event: 'ended', energy_wh: 5, reason: 'Local', ts },
  ],
  [
    'bill',
    'bill/b1',
    {
      type: 'bill',
      ...here,
      billId: 'b1',
      number: 'B-1',
      total: { amount: 99, currency: 'CNY' },
      lines: [{ sessionId: '7', pileId: 'F 1', energyWh: 5, total: { amount: 99, currency: 'CNY' } }],
    },
    {
      bill_id: 'b1',
      number: 'B-1',
      total_minor: 99,
      currency: 'CNY',
      lines: [{ session_id: '7', pile_id: 'F 1', energy_wh: 5, total_minor: 99 }],
      ts,
    },
  ],
  [
    'event',
    'event',
    { type: 'notice', ...here, notice: 'decision', pileId: 'F 1', requestId: 'r', text: 'why', data: { a: 1 } },
    { event: 'decision', site_id: 's', pile_id: 'F 1', request_id: 'r', text: 'why', data: { a: 1 }, ts },
  ],
]

t.test('each event of central is one message, live to all and retained where it is a state', async t => {
  const { gateway, connect } = await build(t)
  const reader = await connect(dashboard)
  await reader.subscribeAsync('#', { qos: 1 })
  for (const [name, topic, event, payload] of table) {
    const heard = next(reader, `ev/v1/${topic}`)
    gateway.feed(event)
    t.same(await heard, { payload, retain: false, qos: TOPICS[name].qos }, name)
    t.ok(TOPICS[name].payload.safeParse(payload).success, `${name} follows its schema`)
  }
  const late = await connect(dashboard)
  const states = table.filter(([name]) => TOPICS[name].retained).map(([, topic]) => `ev/v1/${topic}`)
  const heard = Promise.all(states.map(topic => next(late, topic)))
  const events: string[] = []
  late.on('message', topic => events.push(topic))
  await late.subscribeAsync('ev/v1/#', { qos: 1 })
  t.ok((await heard).every(one => one.retain))
  t.notOk(events.some(topic => topic.endsWith('event') || topic.includes('bill')))
})

t.test('the topic of a session is emptied at its end', async t => {
  const { gateway, connect } = await build(t)
  const reader = await connect(dashboard)
  await reader.subscribeAsync('ev/v1/pile/+/session', { qos: 1 })
  const emptied = next(reader, 'ev/v1/pile/F1/session')
  gateway.feed({ type: 'pile-session', ...here, pileId: 'F1', session: null })
  t.equal((await emptied).payload, null)
})

t.test('of many readings the first goes out at once and then only the newest', async t => {
  const { gateway, connect } = await build(t)
  const reader = await connect(dashboard)
  await reader.subscribeAsync('ev/v1/pile/+/meter', { qos: 1 })
  const first = next(reader, 'ev/v1/pile/F%201/meter')
  for (let energyWh = 1; energyWh <= 50; energyWh++) gateway.feed(meter(energyWh))
  t.equal((await first).payload?.energy_wh, 1)
  t.equal((await next(reader, 'ev/v1/pile/F%201/meter')).payload?.energy_wh, 50)
})

t.test('who connects learns at once that the gateway is online, what it is and how it fares', async t => {
  const { connect } = await build(t, {
    about: () => ({ version: '1.2.3', sites: ['s'], timeZone: 'Asia/Shanghai', currency: 'CNY' }),
    parts: () => ({ database: 'up' }),
  })
  const reader = await connect(dashboard)
  const heard = Promise.all(['state', 'info', 'health'].map(what => next(reader, `ev/v1/gateway/${what}`)))
  await reader.subscribeAsync('ev/v1/gateway/#', { qos: 1 })
  const [state, info, health] = await heard
  t.same(state, { payload: { state: 'online', ts }, retain: true, qos: 1 })
  t.match(info!.payload, { version: '1.2.3', sites: ['s'], time_zone: 'Asia/Shanghai', currency: 'CNY' })
  t.match(health!.payload, { parts: { database: 'up' }, uptime_s: Number, rss_mb: Number })
})

t.test('a meter overtakes no event: whoever subscribes twice over hears each message, and once', async t => {
  const { gateway, connect } = await build(t)
  const reader = await connect(dashboard)
  const heard: string[] = []
  reader.on('message', topic => void heard.push(topic))
  await reader.subscribeAsync(['ev/v1/session/+/event', 'ev/v1/#'], { qos: 1 })
  await next(reader, 'ev/v1/gateway/health')
  heard.length = 0
  const last = next(reader, 'ev/v1/session/last/event')
  const here = { siteId: 's', pileId: 'P', at: NOW }
  const ended = (sessionId: string): SiteEvent => ({
    type: 'session',
    ...here,
    sessionId,
    event: 'ended',
    energyWh: 1,
    reason: null,
  })
  for (let n = 0; n < 20; n++) {
    gateway.feed(ended(`s${n}`))
    gateway.feed({ type: 'pile-session', ...here, session: null })
    gateway.feed({ ...meter(n), pileId: `P${n}` })
  }
  gateway.feed(ended('last'))
  await last
  for (let n = 0; n < 20; n++) {
    t.equal(heard.filter(topic => topic === `ev/v1/session/s${n}/event`).length, 1)
    t.equal(heard.filter(topic => topic === `ev/v1/pile/P${n}/meter`).length, 1)
  }
  t.equal(heard.filter(topic => topic === 'ev/v1/pile/P/session').length, 20)
})
