import t from 'tap'
import { startProduct } from '../support/product.ts'
import { createSite, yesterday } from '../support/site.ts'

t.test('a called driver who does not come loses the place once, then the request', async t => {
  await using product = await startProduct(t, { 'charging.arrivalGraceMinutes': 0.01 })
  const site = createSite(product)
  const [ada, bob] = [await product.driver('ada'), await product.driver('bob')]
  const features = { key: 'SupportedFeatureProfiles', readonly: true, value: 'Core,Reservation' }
  await using charger = await site.open('F1', { GetConfiguration: () => ({ configurationKey: [features] }) })
  await product.until('what it can do is known', async () => {
    return (await product.api('GET', '/charge-points/F1')).body.featureProfiles
  })
  const { body: first } = await site.ask(ada)
  t.match(await site.ended(first.id), { status: 'no-show', cost: { amount: 0 } })
  const { reservationId } = await charger.next('ReserveNow')
  t.same(await charger.next('CancelReservation'), { reservationId }, 'what the charger held is given back')
  t.same(await site.bills(), [])
  t.match((await product.api('GET', '/charging/queue-status', undefined, ada.token)).status, 404)
  t.match(await site.ask(bob), { body: { number: 'F2', pileId: 'F1' } }, 'the place is free again')
})

t.test(
  'the called driver who plugs in is started by RemoteStart, and stopped when the asked energy is there',
  async t => {
    await using product = await startProduct(t)
    const site = createSite(product)
    const ada = await product.driver('ada')
    await using charger = await site.open('F1')
    const { body: asked } = await site.ask(ada, 'fast', 3000)
    await charger.status('Preparing')
    t.match(await charger.next('RemoteStartTransaction'), { connectorId: 1, idTag: ada.tag })
    await charger.status('Preparing')
    t.same(charger.commands('RemoteStartTransaction'), [], 'once')
    const { transactionId, status } = await charger.start({ idTag: ada.tag, meterStart: 10_000, at: yesterday(8) })
    t.equal(status, 'Accepted')
    await charger.status('Charging')
    await charger.meter(transactionId, 12_999, yesterday(8.5))
    await site.becomes(ada, 'charging')
    t.same(charger.commands('RemoteStopTransaction'), [], 'not a watt-hour too early')
    await charger.meter(transactionId, 13_000, yesterday(8.6))
    t.same(await charger.next('RemoteStopTransaction'), { transactionId })
    await charger.meter(transactionId, 13_050, yesterday(8.7))
    await charger.stop(transactionId, 13_060, { at: yesterday(8.8), reason: 'Remote' })
    await site.ended(asked.id)
    t.same(charger.commands('RemoteStopTransaction'), [], 'once')
    t.match(await site.bills(), [{ energyWh: 3060, total: { amount: 459 }, details: [{ stopReason: 'full' }] }])
  },
)

t.test('the cable of the last car does not start the next one', async t => {
  await using product = await startProduct(t)
  const site = createSite(product)
  const [ada, bob] = [await product.driver('ada'), await product.driver('bob')]
  await using charger = await site.open('F1')
  await site.ask(ada)
  await site.ask(bob)
  const { transactionId } = await charger.start({ idTag: ada.tag, at: yesterday(8) })
  await charger.status('Charging')
  await charger.stop(transactionId, 1000, { at: yesterday(9) })
  await charger.status('Finishing')
  await product.until('ada is billed', async () => (await site.bills()).length === 1)
  t.match(await site.pileBecomes('F1', 'occupied'), { detail: 'finishing', session: null })
  await charger.status('Preparing')
  await charger.status('Available')
  await charger.status('Preparing')
  t.match(await charger.next('RemoteStartTransaction'), { idTag: bob.tag })
  t.same(charger.commands('RemoteStartTransaction'), [])
})

t.test('a remote start that begins nothing frees the place', async t => {
  await using product = await startProduct(t, { 'charging.startTimeoutMinutes': 0.01 })
  const site = createSite(product)
  const [ada, bob] = [await product.driver('ada'), await product.driver('bob')]
  await using charger = await site.open('F1')
  const { body: asked } = await site.ask(ada)
  await site.ask(bob)
  await charger.status('Preparing')
  await charger.next('RemoteStartTransaction')
  t.match(await site.ended(asked.id), { status: 'no-show' }, 'twice')
  t.match(await site.standing(bob), { carsAhead: 0, pileId: 'F1' })
})

t.test(
  'a session whose stop never comes is closed provisionally and billed with what was read; a late stop makes a correction',
  async t => {
    await using product = await startProduct(t, { 'charging.stopTimeoutMinutes': 0.01 })
    const site = createSite(product)
    const [ada, bob] = [await product.driver('ada'), await product.driver('bob')]
    await using charger = await site.open('F1')
    const { body: asked } = await site.ask(ada)
    const { transactionId } = await charger.start({ idTag: ada.tag, at: yesterday(8) })
    await charger.meter(transactionId, 2000, yesterday(9))
    await site.becomes(ada, 'charging')
    const details = async () => {
      const { body } = await product.api('GET', `/billing/details?requestId=${asked.id}`, undefined, product.admin)
      return body.items.toReversed()
    }
    await charger.status('Available')
    t.match(await site.ended(asked.id), { status: 'completed', deliveredEnergyWh: 2000 })
    t.match(await site.session(transactionId), { provisional: true, stopReason: 'no-stop-received' })
    t.match(await site.bills(), [{ energyWh: 2000, total: { amount: 300 } }])
    t.match(await site.ask(bob), { body: { status: 'called', pileId: 'F1' } })
    t.same(await charger.stop(transactionId, 2500, { at: yesterday(9.5) }), {}, 'the late stop is answered')
    await product.until('it is corrected', async () => (await details()).length === 2)
    const [charge, correction] = await details()
    t.match(charge, { kind: 'charge', energyWh: 2000, total: { amount: 300 } }, 'what was billed stays')
    t.match(correction, {
      kind: 'correction',
      correctsId: charge.id,
      energyWh: 500,
      total: { amount: 75 },
      sessionId: charge.sessionId,
    })
    t.match(await site.bills(), [{ id: correction.billId, total: { amount: 300 } }], 'no bill changes silently')
    t.match(await site.session(transactionId), { provisional: false, energyWh: 2500 })
    t.same(await charger.stop(transactionId, 2500, { at: yesterday(9.5) }), {}, 'the same again')
    await site.ended(asked.id)
    t.equal((await details()).length, 2, 'changes nothing')
  },
)

t.test('a second start on a connector ends the session before it', async t => {
  await using product = await startProduct(t)
  const site = createSite(product)
  const [ada, bob] = [await product.driver('ada'), await product.driver('bob')]
  await using charger = await site.open('F1')
  const first = await charger.start({ idTag: ada.tag, at: yesterday(8) })
  await charger.meter(first.transactionId, 1000, yesterday(8.5))
  await site.becomes(ada, 'charging')
  const second = await charger.start({ idTag: ada.tag, meterStart: 1000, at: yesterday(9) })
  t.not(second.transactionId, first.transactionId)
  await product.until('the first is billed', async () => (await site.bills()).length === 1)
  t.match(await site.session(first.transactionId), { provisional: true, stopReason: 'superseded', energyWh: 1000 })
  t.equal((await site.session(second.transactionId)).endedAt, null)
  await charger.stop(second.transactionId, 1600, { at: yesterday(9.5) })
  await product.until('the second too', async () => (await site.bills()).length === 2)
  t.match(await site.ask(bob), { body: { pileId: 'F1' } })
})
