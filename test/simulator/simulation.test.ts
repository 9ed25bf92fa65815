import t from 'tap'
import { choosePiles, type SimulationEvent, startSimulation } from '../../simulator/index.ts'
import { startProduct, UNHURRIED } from '../support/product.ts'

const power = { fastW: 7000, trickleW: 3500 }

t.test('a morning at the site: three kinds of piles, drivers with whims, and every watt-hour is billed', async t => {
  await using product = await startProduct(t, { 'clock.speed': 600, ...UNHURRIED, 'charging.arrivalGraceMinutes': 30 })
  const events: SimulationEvent[] = []
  const simulation = await startSimulation({
    url: product.http,
    ocppUrl: product.ocpp,
    mqttUrl: product.mqtt,
    piles: choosePiles('F1,F2,T1,T2,T3', 'F1:ocpp,F2:http,T1:ocpp,T2:mqtt,T3:mqtt', power),
    clock: product.clock,
    seed: 11,
    drivers: 12,
    arrivalsPerHour: 8,
    hours: 24,
    visits: 12,
    faultsPerHour: 1,
    energyWh: { low: 500, high: 2500 },
    simulatorUser: { token: await product.user('simulator') },
    onEvent: event => events.push(event),
  })
  const report = await simulation.done
  t.same(report.problems, [])
  t.notOk(report.stopped)
  t.ok(report.sessions >= 5, `${report.sessions} sessions`)
  t.equal(report.billedWh, report.meteredWh)
  t.ok((report.billed.CNY ?? 0) > 0)
  const seen = new Set(events.map(event => event.type))
  for (const type of ['joined', 'arrived', 'requested', 'called', 'plugged', 'charging', 'finished', 'bill'] as const)
    t.ok(seen.has(type), type)
})

t.test('a simulation that is stopped unplugs everybody, tells what is unsaid and ends', async t => {
  await using product = await startProduct(t, { 'clock.speed': 600, ...UNHURRIED })
  const charging = Promise.withResolvers<void>()
  const simulation = await startSimulation({
    url: product.http,
    ocppUrl: product.ocpp,
    mqttUrl: product.mqtt,
    piles: choosePiles('F1,T1', 'F1:ocpp,T1:mqtt', power),
    clock: product.clock,
    seed: 2,
    drivers: 5,
    arrivalsPerHour: 20,
    hours: Number.POSITIVE_INFINITY,
    onEvent: event => {
      if (event.type === 'charging') charging.resolve()
    },
  })
  await charging.promise
  await simulation.stop()
  const report = await simulation.done
  t.ok(report.stopped)
  t.same(report.problems, [])
  t.ok(simulation.snapshot().every(pile => pile.session === null && pile.driver === null))
  await product.until('every session has ended', async () => {
    const { body } = await product.api('GET', '/charging/sessions')
    return body.items.length > 0 && body.items.every((session: { endedAt: string | null }) => session.endedAt !== null)
  })
})
