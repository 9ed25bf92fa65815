import { execFile } from 'node:child_process'
import t, { type Test } from 'tap'
import { scaledClock } from '../../protocol/clock.ts'
import { visitSite } from '../../simulator/driver.ts'
import type { SimulationEvent } from '../../simulator/events.ts'
import { createMqttPile } from '../../simulator/mqtt/pile.ts'
import { createChargePoint } from '../../simulator/ocpp/charge-point.ts'
import type { Temper, VisitPlan } from '../../simulator/plan.ts'
import { createRandom } from '../../simulator/random.ts'
import { signIn } from '../../simulator/rest.ts'
import { createVirtualTime } from '../../simulator/time.ts'
import { createWorld } from '../../simulator/world.ts'
import { startProduct, UNHURRIED } from '../support/product.ts'

const SPEED = 600
const MINUTE_MS = 60_000

const plan = (temper: Temper, change: Partial<VisitPlan> = {}): VisitPlan => ({
  visit: 1,
  afterMs: 0,
  mode: 'fast',
  energyWh: 1000,
  car: { capacityWh: 40_000, soc: 0.3, maxPowerW: 7400 },
  temper,
  card: false,
  driveMs: 30_000,
  lingerMs: MINUTE_MS,
  whimMs: 0,
  ...change,
})

/** A site with one OCPP and one MQTT pile; `visit` sends a new driver there. */
async function site(t: Test, settings: Record<string, number> = UNHURRIED) {
  const product = await startProduct(t, { 'clock.speed': SPEED, ...settings })
  const time = createVirtualTime(scaledClock(product.clock.speed, product.clock.start))
  const ending = new AbortController()
  const events: SimulationEvent[] = []
  const emit = (event: SimulationEvent): void => void events.push(event)
  const common = { time, random: createRandom(1), sampleIntervalSeconds: 60, emit }
  const world = createWorld([
    createChargePoint({ ...common, pileId: 'F1', mode: 'fast', powerW: 7000, endpoint: product.ocpp }),
    createMqttPile({ ...common, pileId: 'T1', mode: 'trickle', powerW: 3500, url: product.mqtt }),
  ])
  for (const pile of world.piles) pile.open()
  t.teardown(async () => {
    await Promise.all(world.piles.map(pile => pile.close()))
    ending.abort()
    time.stop()
  })
  const state = async (id: string) => (await product.api('GET', `/charging-piles/${id}`)).body.state
  await product.until(
    'both piles are there',
    async () => (await state('F1')) === 'available' && (await state('T1')) === 'available',
  )

  return {
    product,
    world,
    events,
    async visit(name: string, what: VisitPlan) {
      const register = { vehicle: { plate: name, batteryCapacityWh: 40_000 } }
      const account = await signIn({
        url: product.http,
        time,
        signal: ending.signal,
        username: name,
        password: `drives-${name}`,
        register,
      })
      const visit = await visitSite({ name, account, world, time, pollMinRealMs: () => 50, emit }, what)
      const mine = events.filter(event => event.driver === name).map(event => event.type)
      return { ...visit, mine }
    },
  }
}

t.test('drivers of every temper come to an end that the product knows', async t => {
  const { visit, product } = await site(t)

  const steady = await visit('steady', plan('steady', { mode: 'trickle', card: true }))
  t.match(steady, { outcome: 'completed', problem: null })
  t.same(
    steady.mine.filter(type => type !== 'unplugged'),
    ['arrived', 'requested', 'called', 'card', 'plugged', 'charging', 'finished', 'bill'],
  )

  const hasty = await visit('hasty', plan('cancels-charging', { energyWh: 20_000, whimMs: 5 * MINUTE_MS }))
  t.match(hasty, { outcome: 'cancelled', problem: null })
  t.ok(hasty.mine.includes('bill'), 'what was delivered is billed')

  const greedy = await visit(
    'greedy',
    plan('steady', { energyWh: 3000, car: { capacityWh: 40_000, soc: 0.98, maxPowerW: 7400 } }),
  )
  t.match(greedy, { problem: null })
  t.ok(greedy.mine.includes('bill'), 'a full battery ends the charge before its energy')

  const { body } = await product.api('GET', '/charging/requests?active=true')
  t.same(body.items, [])
})

t.test('a driver who does not come loses the place', async t => {
  const { visit } = await site(t, { ...UNHURRIED, 'charging.arrivalGraceMinutes': 5 })
  const absent = await visit('absent', plan('no-show'))
  t.match(absent, { outcome: 'no-show', problem: null })
  t.ok(absent.mine.includes('no-show'))
  t.notOk(absent.mine.includes('plugged'))
})

t.test('a card held to a free pile starts a charge without a request', async t => {
  const { visit, product } = await site(t)
  const walker = await visit('walker', plan('walk-up'))
  t.match(walker, { outcome: 'walk-up', problem: null })
  t.ok(walker.mine.includes('charging'))
  await product.until('it is billed', async () => (await product.api('GET', '/billing/bills')).body.items.length === 1)
  t.match(
    await visit('stroller', plan('walk-up', { mode: 'trickle' })),
    { outcome: 'left' },
    'no OCPP pile of that mode',
  )
})

t.test('who waits changes their mind or cancels', async t => {
  const { visit, product, world, events } = await site(t)
  const only = world.pile('F1')!
  only.fault({ errorCode: 'OtherError' })
  await product.until(
    'F1 is broken',
    async () => (await product.api('GET', '/charging-piles/F1')).body.state === 'fault',
  )
  // F2 is not there: everybody waits
  const changing = visit('first', plan('changes'))
  const cancelling = await visit('second', plan('cancels-waiting'))
  t.match(cancelling, { outcome: 'cancelled', problem: null })
  t.ok(cancelling.mine.includes('cancelled'))
  t.notOk(cancelling.mine.includes('called'))
  await product.until('the first one wants less', async () =>
    events.some(({ driver, type }) => driver === 'first' && type === 'changed'),
  )
  only.recover()
  t.match(await changing, { outcome: 'completed', problem: null })
})

t.test('the command line runs a short day and reports it in JSON lines', async t => {
  await using product = await startProduct(t, { 'clock.speed': SPEED, ...UNHURRIED })
  const args = [
    '--url',
    product.http,
    '--ocpp',
    product.ocpp,
    '--mqtt',
    product.mqtt,
    '--piles',
    'F1,T1',
    '--protocol',
    'F1:mqtt',
  ]
  const more = ['--hours', '0.1', '--arrivals', '20', '--drivers', '2', '--energy', '0.5-0.5', '--seed', 'x']
  const { code, out } = await new Promise<{ code: number; out: string }>(resolve => {
    execFile(process.execPath, ['simulator/main.ts', ...args, ...more], (error, out) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out }),
    )
  })
  const lines = out
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  t.match(lines.at(-1), { type: 'report', problems: [], stopped: false })
  t.ok(lines.some(line => line.type === 'bill'))
  t.equal(code, 0)
})
