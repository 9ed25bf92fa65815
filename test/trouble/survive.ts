import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import type { Test } from 'tap'
import { WebSocket } from 'ws'
import { type RunningProduct, until } from '../support/process.ts'
import { createCharger } from './charger.ts'

/** How long the database is away, real ms. */
const AWAY_MS = 10_000
const CHARGING = 5
const PILES = CHARGING + 1
export const env = {
  CHARGING_FAST_CHARGING_PILE_NUM: String(PILES),
  CHARGING_TRICKLE_CHARGING_PILE_NUM: '0',
}
const METER_START = 1000
const READINGS = 4

/** Chargers F1..F5 charge, F6 stands idle; all are connected. */
async function chargingSite(t: Test, product: RunningProduct) {
  const chargers = Array.from({ length: PILES }, (_, index) => createCharger(`F${index + 1}`))
  t.teardown(async () => {
    for (const charger of chargers) charger.end()
  })
  await Promise.all(chargers.map(charger => charger.connect(product.ocpp)))
  await Promise.all(chargers.flatMap(charger => [charger.boot(), charger.status('Available')]))
  const idle = chargers.pop()!
  const begun = Date.now() - 3600_000
  const sessions = await Promise.all(
    chargers.map(async charger => {
      await product.api('PUT', `/id-tags/CARD-${charger.id}`, { status: 'Accepted' })
      return { charger, id: await charger.start(`CARD-${charger.id}`, METER_START, begun) }
    }),
  )
  return { idle, sessions, begun }
}

interface Trouble {
  take(): Promise<void> | void
  giveBack(): Promise<void> | void
  /** Whether whoever asks over REST must be refused: not where the database is back sooner than anybody could look. */
  isSeen: boolean
}

/** Five sessions whose database goes away in the middle: nothing acknowledged is lost, nothing is counted twice. */
export async function survive(t: Test, product: RunningProduct, trouble: Trouble): Promise<void> {
  const { idle, sessions, begun } = await chargingSite(t, product)
  const reports = (async () => {
    for (let minute = 1; minute <= READINGS; minute++) {
      await Promise.all(
        sessions.map(({ charger, id }) => charger.meter(id, METER_START + minute * 100, begun + minute * 60_000)),
      )
      if (minute === 1) await trouble.take()
    }
    await Promise.all(sessions.map(({ charger, id }) => charger.stop(id, METER_START + 500, begun + 300_000)))
  })()
  const [{ charger: newcomer }] = sessions as [(typeof sessions)[number]]
  await until('the database goes away', async () => {
    if (!trouble.isSeen) return true
    const { status } = await product.ask('GET', '//readyz')
    return status === 503
  })

  const refused = trouble.isSeen ? beRefused(t, product) : undefined
  let beats = 0
  for (const until = Date.now() + AWAY_MS; Date.now() < until; await pause(500)) {
    t.ok(await idle.ask('Heartbeat'), `heartbeat ${++beats}`)
  }
  t.ok(await idle.ask('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Preparing' }), 'a status')
  if (trouble.isSeen) t.ok(newcomer.waiting() > 0, 'a reading is not acknowledged while it is not durable')
  await refused
  await trouble.giveBack()

  await reports
  await until('ready again', async () => (await product.ask('GET', '//readyz')).status === 200)
  await until('the status that was answered is believed', async () => {
    const { detail } = await product.api('GET', `/charging-piles/${idle.id}`)
    return detail === 'preparing'
  })
  const billed = await until('a bill for each', async () => {
    const { items } = await product.api('GET', '/billing/details?limit=100')
    return items.length >= CHARGING && items
  })
  t.same(
    billed.map((row: { sessionId: string; energyWh: number }) => [row.sessionId, row.energyWh]).sort(),
    sessions.map(({ id }) => [String(id), 500]).sort(),
    'each session is billed once',
  )
  for (const { charger, id } of sessions) {
    const { items } = await product.api('GET', `/charging/sessions/${id}/readings`)
    const meters = items.map((reading: { meterWh: number }) => reading.meterWh)
    for (let minute = 1; minute <= READINGS; minute++) {
      const wh = METER_START + minute * 100
      t.equal(meters.filter((meter: number) => meter === wh).length, 1, `${charger.id}: ${wh} Wh is kept once`)
    }
  }
  for (const charger of [idle, ...sessions.map(({ charger }) => charger)]) {
    t.same(charger.errors, [], `${charger.id} got no error`)
  }
  t.ok(product.isAlive())
}

/** Over REST everybody is told that it is the database, and when to come again. */
async function beRefused(t: Test, product: RunningProduct): Promise<void> {
  t.equal((await product.ask('GET', '//livez')).status, 200)
  t.match(await product.ask('GET', '//health'), { status: 200, body: { parts: { database: { status: 'down' } } } })
  const order = { mode: 'fast', energyWh: 1000 }
  const asked = await Promise.all([
    product.ask('GET', '/charging-piles/queue', undefined, product.admin),
    product.ask('GET', '/users', undefined, product.admin),
    product.ask('POST', '/charging/request', order, product.admin),
    product.ask('POST', '/auth/login', { username: 'admin', password: 'whatever' }),
  ])
  for (const { status, body, headers } of asked) {
    t.match({ status, body }, { status: 503, body: { code: 'database-away' } }, body.instance)
    t.ok(Number(headers.get('retry-after')) > 0)
  }
  const newcomer = new WebSocket(`${product.ocpp}/F1`, ['ocpp1.6'])
  newcomer.on('error', () => {})
  const [, response] = await once(newcomer, 'unexpected-response')
  t.equal(response.statusCode, 503, 'nobody is sent away for good because we cannot look')
  response.destroy()
}
