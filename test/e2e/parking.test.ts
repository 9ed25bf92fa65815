import t from 'tap'
import { startProduct } from '../support/product.ts'
import { createSite } from '../support/site.ts'

const CNY = (amount: number) => ({ amount, currency: 'CNY' })

/** Elements as in OCPI 2.2.1, VAT 10 %: energy 1.00, parking 6.00 an hour after 5 minutes, a call 1.00 an hour, a no-show 5.00. */
const PARKING = {
  version: 2,
  currency: 'CNY',
  minorDigits: 2,
  parkingGraceMinutes: 5,
  elements: [
    {
      priceComponents: [
        { type: 'ENERGY', price: 1, vat: 10 },
        { type: 'PARKING_TIME', price: 6, vat: 10 },
      ],
    },
    { priceComponents: [{ type: 'TIME', price: 1, vat: 10 }], restrictions: { reservation: 'RESERVATION' } },
    { priceComponents: [{ type: 'FLAT', price: 5, vat: 10 }], restrictions: { reservation: 'RESERVATION_EXPIRES' } },
  ],
}

t.test('parking, the time from the call and a no-show are billed where the tariff prices them', async t => {
  // a minute of charging time is a tenth of a second
  await using product = await startProduct(t, { 'clock.speed': 600 })
  const { api, until, now } = product
  const site = createSite(product)
  const [ada, bob, eve] = [await product.driver('ada'), await product.driver('bob'), await product.driver('eve')]
  const made = await api('POST', '/tariffs', { name: 'Parking', pileId: 'F1', definition: PARKING })
  t.equal(made.status, 201)
  const cheap = { ...PARKING, elements: [{ priceComponents: [{ type: 'ENERGY', price: 0.5, vat: 10 }] }] }
  await api('POST', '/tariffs', { name: 'Fleet', siteId: 'default', userGroup: 'fleet', definition: cheap })
  await using charger = await site.open('F1')
  const detailIs = (detail: string) => until(`F1 is ${detail}`, async () => (await site.pile('F1')).detail === detail)
  const bill = (requestId: string) =>
    until('the bill', async () => {
      const { items } = (await api('GET', '/billing/bills')).body
      const found = items.find((one: { requestId: string }) => one.requestId === requestId)
      return found && (await api('GET', `/billing/bills/${found.id}`)).body
    })
  const session = async (id: number) => (await api('GET', `/charging/sessions/${id}`)).body
  type Line = { dimension: string; quantity: number; amount: { amount: number } }
  const line = (detail: { lines: Line[] }, dimension: string) => detail.lines.find(one => one.dimension === dimension)

  await t.test('the bill waits for the cable', async t => {
    const { body: asked } = await site.ask(ada, 'fast', 10_000)
    await site.becomes(ada, 'called')
    const { transactionId } = await charger.start({ idTag: ada.tag, meterStart: 0, at: now() })
    await charger.status('Charging')
    await site.becomes(ada, 'charging')
    await charger.status('SuspendedEV')
    await detailIs('suspended-ev')
    await charger.status('SuspendedEVSE')
    await detailIs('suspended-evse')
    await charger.status('Charging')
    await detailIs('charging')
    await charger.stop(transactionId, 4000, { at: now() })
    await charger.status('Finishing')
    t.match(await site.ended(asked.id), { status: 'completed' }, 'the driver may go on')
    await detailIs('finishing')
    t.match(await session(transactionId), { energyWh: 4000, cost: null, unpluggedAt: null })
    t.same((await api('GET', '/billing/bills')).body.items, [])
    await charger.status('Available')
    const { details, total } = await bill(asked.id)
    const { calledAt, startedAt, endedAt, unpluggedAt } = await session(transactionId)
    const { items } = (await api('GET', '/charging-piles/F1/history?limit=100')).body
    const moments = items.reverse()
    const index = moments.findIndex((one: { detail: string }) => one.detail === 'suspended-ev')
    const ms = (from: string, to: string) => Date.parse(to) - Date.parse(from)
    const parkedMs = ms(moments[index].at, moments[index + 1].at) + ms(endedAt, unpluggedAt)
    t.equal(details[0].parkingSeconds, Math.floor(parkedMs / 1000))
    t.equal(
      details[0].chargingSeconds,
      Math.floor((ms(startedAt, endedAt) - ms(moments[index].at, moments[index + 1].at)) / 1000),
    )
    t.match(line(details[0], 'ENERGY'), { quantity: 4000, price: '1.0000', vat: 10, amount: CNY(440) })
    t.equal(
      line(details[0], 'RESERVATION_TIME')?.quantity,
      Math.ceil(ms(calledAt, startedAt) / 1000),
      'in steps of a second',
    )
    t.equal(
      details[0].lines.reduce((sum: number, one: Line) => sum + one.amount.amount, 0),
      total.amount,
    )
    t.match(await session(transactionId), { cost: total, parkingSeconds: details[0].parkingSeconds })
  })

  await t.test(
    'a cancel tells no bill while the cable is in; a group with its own tariff waits for nothing',
    async t => {
      const { body: asked } = await site.ask(bob, 'fast', 10_000)
      await site.becomes(bob, 'called')
      const { transactionId } = await charger.start({ idTag: bob.tag, meterStart: 0, at: now() })
      await charger.status('Charging')
      await site.becomes(bob, 'charging')
      const cancelled = site.cancel(bob)
      await charger.next('RemoteStopTransaction')
      await charger.stop(transactionId, 2000, { at: now(), reason: 'Remote' })
      t.match(await cancelled, { status: 200, body: { status: 'cancelled', bill: null } })
      await charger.status('Available')
      t.match(await bill(asked.id), { details: [{ energyWh: 2000, stopReason: 'cancel' }] })

      t.match(await api('PATCH', `/users/${eve.id}`, { userGroup: 'fleet' }), { body: { userGroup: 'fleet' } })
      const estimate = { mode: 'fast', energyWh: 7000 }
      t.match(await api('POST', '/billing/estimate', estimate, eve.token), { body: { total: CNY(385), vat: CNY(35) } })
      t.notMatch(await api('POST', '/billing/estimate', estimate, bob.token), { body: { total: CNY(385) } })
    },
  )

  await t.test('who never comes pays for the place that was held', async t => {
    const { body: asked } = await site.ask(eve)
    t.match(await site.ended(asked.id), { status: 'no-show' })
    // ten minutes of being called, and the flat fee of an expired call
    t.match(await bill(asked.id), {
      energyWh: 0,
      total: CNY(568),
      vat: CNY(51),
      details: [
        {
          sessionId: null,
          pileId: 'F1',
          stopReason: 'no-show',
          lines: [{ dimension: 'RESERVATION_TIME', quantity: 600 }, { dimension: 'RESERVATION_FLAT' }],
        },
      ],
    })
  })
})
