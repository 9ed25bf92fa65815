import t from 'tap'
import { scaledClock } from '../../protocol/clock.ts'
import { createCar } from '../../simulator/car.ts'
import { createMqttPile } from '../../simulator/mqtt/pile.ts'
import { createChargePoint } from '../../simulator/ocpp/charge-point.ts'
import type { SimulatedPile, Visitor } from '../../simulator/pile-types.ts'
import { quirk } from '../../simulator/quirks.ts'
import { createRandom } from '../../simulator/random.ts'
import { createVirtualTime } from '../../simulator/time.ts'
import { type Driver, startProduct, UNHURRIED } from '../support/product.ts'
import { createSite } from '../support/site.ts'

const POWER_W = 7000
const SAMPLE_SECONDS = 60
/** Wh between two samples. */
const SAMPLE_WH = (POWER_W * SAMPLE_SECONDS) / 3600
/** Just below the third sample: whoever hears of it in time stops with that one. */
const WANTED_WH = Math.floor(3 * SAMPLE_WH) - 10

t.test('simulated piles', async t => {
  await using product = await startProduct(t, { 'clock.speed': 60, ...UNHURRIED })
  const { api, until } = product
  const site = createSite(product)
  const time = createVirtualTime(scaledClock(product.clock.speed, product.clock.start))
  const piles: SimulatedPile[] = []
  t.teardown(async () => {
    await Promise.all(piles.map(pile => pile.close()))
    time.stop()
  })
  const common = (pileId: string) => ({
    pileId,
    mode: 'fast' as const,
    powerW: POWER_W,
    time,
    random: createRandom(pileId),
    sampleIntervalSeconds: SAMPLE_SECONDS,
    emit: () => {},
  })
  const open = async (pile: SimulatedPile): Promise<SimulatedPile> => {
    piles.push(pile)
    pile.open()
    await site.pileBecomes(pile.id, 'available')
    return pile
  }
  const openOcpp = (id: string, ...names: string[]) =>
    open(createChargePoint({ ...common(id), endpoint: product.ocpp, quirks: names.map(name => quirk(name)!) }))
  const visitor = ({ name, tag }: Driver): Visitor => ({
    driver: name,
    car: createCar({ capacityWh: 60_000, soc: 0.2, maxPowerW: POWER_W }),
    idTag: tag,
    energyWh: WANTED_WH,
  })
  const energyOf = async (requestId: string): Promise<number> => (await site.ended(requestId)).deliveredEnergyWh
  const learned = (id: string) =>
    until(`what ${id} can do is known`, async () => (await api('GET', `/charge-points/${id}`)).body.featureProfiles)

  await t.test('OCPP: the asked energy is overshot by a sample at most, by plug and by card', async t => {
    const ada = await product.driver('ada')
    const pile = await openOcpp('F1')
    await learned('F1')
    for (const by of ['plug', 'card'] as const) {
      const { body: asked } = await site.ask(ada, 'fast', WANTED_WH)
      t.match(asked, { pileId: 'F1' })
      await until('the charger holds it', async () => pile.snapshot().status === 'Reserved')
      t.match(await site.pile('F1'), { state: 'occupied', detail: 'reserved' })
      if (by === 'card') t.equal(await pile.presentCard(ada.tag), true)
      pile.plug(visitor(ada))
      const delivered = await energyOf(asked.id)
      t.ok(delivered >= WANTED_WH && delivered <= WANTED_WH + SAMPLE_WH, `${by}: ${delivered} of ${WANTED_WH} Wh`)
      t.equal(pile.sessions.at(-1)?.idTag, ada.tag)
      pile.unplug(ada.name)
      await site.pileBecomes('F1', 'available')
    }
    const { items } = (await api('GET', '/ocpp/reservations?chargePointId=F1')).body
    t.same(
      items.map(({ status }: { status: string }) => status),
      ['used', 'used'],
    )
    await pile.close()
    await site.pileBecomes('F1', 'offline')
  })

  await t.test('MQTT: the same, held at our own door', async t => {
    const bob = await product.driver('bob')
    const pile = await open(createMqttPile({ ...common('F2'), url: product.mqtt }))
    const { body: asked } = await site.ask(bob, 'fast', WANTED_WH)
    t.match(asked, { pileId: 'F2' })
    t.match(await site.pile('F2'), { state: 'occupied', detail: 'reserved' })
    pile.plug(visitor(bob))
    const delivered = await energyOf(asked.id)
    t.ok(delivered >= WANTED_WH && delivered <= WANTED_WH + SAMPLE_WH, `${delivered} of ${WANTED_WH} Wh`)
    await until('the cable is still in', async () => (await site.pile('F2')).detail === 'finishing')
    pile.unplug(bob.name)
    await site.pileBecomes('F2', 'available')
    t.same((await api('GET', '/ocpp/reservations?chargePointId=F2')).body.items, [])
    await pile.close()
    await site.pileBecomes('F2', 'offline')
  })

  await t.test('what charge points get wrong about reservations keeps nobody from charging', async t => {
    const eve = await product.driver('eve')
    for (const [id, name, statuses] of [
      ['Q1', 'no-reservations', []],
      ['Q2', 'refuses-reservations', []],
      ['Q3', 'no-reservation-id', ['used']],
    ] as const) {
      await api('POST', '/charging-piles', { id, mode: 'fast', powerW: POWER_W })
      const pile = await openOcpp(id, name)
      await learned(id)
      const { body: asked } = await site.ask(eve, 'fast', 100)
      t.match(asked, { pileId: id }, name)
      if (statuses.length > 0) await until('it is held', async () => pile.snapshot().status === 'Reserved')
      pile.plug(visitor(eve))
      t.ok((await energyOf(asked.id)) >= 100)
      const { items } = (await api('GET', `/ocpp/reservations?chargePointId=${id}`)).body
      t.same(
        items.map(({ status }: { status: string }) => status),
        statuses,
      )
      pile.unplug(eve.name)
      await pile.close()
      await site.pileBecomes(id, 'offline')
    }
  })
})
