import t from 'tap'
import { hear, mqttClient } from '../support/mqtt-reader.ts'
import { startProduct } from '../support/product.ts'
import { createSite, yesterday } from '../support/site.ts'

t.test('a card held to a free pile without a request makes one, and a bill', async t => {
  await using product = await startProduct(t)
  const site = createSite(product)
  const ada = await product.driver('ada')
  await using charger = await site.open('T2')
  t.equal(await charger.authorize(ada.tag), 'Accepted')
  const { transactionId, status } = await charger.start({ idTag: ada.tag, meterStart: 100, at: yesterday(23) })
  t.equal(status, 'Accepted')
  const view = await site.becomes(ada, 'charging')
  t.match(view, { number: 'T1', mode: 'trickle', pileId: 'T2', sessionId: String(transactionId) })
  t.match(await site.ask(ada), { status: 201 }, 'their vehicle has no request: who walks up names none')
  await charger.meter(transactionId, 1100, yesterday(23.5))
  await charger.stop(transactionId, 2100, { at: yesterday(24), idTag: ada.tag })
  await site.ended(view.id)
  // valley: 2,000 Wh at 0.4, service at 0.8
  t.match(await site.bills(), [{ requestId: view.id, userId: ada.id, energyWh: 2000, total: { amount: 240 } }])
})

t.test('a walk-up beside an own request does not hide it', async t => {
  await using product = await startProduct(t)
  const site = createSite(product)
  const ada = await product.driver('ada')
  const { body: asked } = await site.ask(ada, 'fast')
  await using charger = await site.open('T2')
  const { transactionId } = await charger.start({ idTag: ada.tag, at: yesterday(8) })
  await site.pileBecomes('T2', 'occupied')
  t.match(await site.standing(ada), { id: asked.id, status: 'waiting' })
  t.match(await site.cancel(ada), { body: { id: asked.id, status: 'cancelled' } }, 'nor is it cancelled instead')
  t.match(await site.standing(ada), { number: 'T1', status: 'charging', sessionId: String(transactionId) })
})

t.test('a pile held for the called driver is Blocked for another, and the called one still charges', async t => {
  const house = { username: 'house', password: 'reads-what-happens' }
  await using product = await startProduct(t, { 'mqtt.integrations': JSON.stringify([house]) })
  const site = createSite(product)
  const [ada, bob] = [await product.driver('ada'), await product.driver('bob')]
  const reader = await mqttClient(t, product.mqtt, house)
  const heard = hear(reader)
  await reader.subscribeAsync('ev/v1/event', { qos: 1 })
  await using charger = await site.open('F1')
  t.match(await site.ask(ada), { body: { pileId: 'F1', status: 'called' } })
  t.equal(await charger.authorize(bob.tag), 'Blocked')
  const { payload: notice } = await heard('ev/v1/event', ({ event }) => event === 'wrong-tag')
  t.match(notice, { pile_id: 'F1', data: { verdict: 'blocked', why: 'held-for-another' } }, 'operators see why')
  t.equal(await charger.authorize(ada.tag), 'Accepted')
  const wrong = await charger.start({ idTag: bob.tag, meterStart: 10 })
  t.equal(wrong.status, 'Blocked')
  t.ok(wrong.transactionId > 0, 'a transaction id always')
  await charger.stop(wrong.transactionId, 10, { reason: 'DeAuthorized' })

  const right = await charger.start({ idTag: ada.tag.toLowerCase(), meterStart: 10, at: yesterday(8) })
  t.equal(right.status, 'Accepted', 'tags are compared without regard to case')
  t.match(await site.becomes(ada, 'charging'), { number: 'F1', sessionId: String(right.transactionId) })
  await charger.stop(right.transactionId, 1010, { at: yesterday(9) })
  await product.until('the bill', async () => (await site.bills()).length > 0)
  t.match(await site.bills(), [{ userId: ada.id, energyWh: 1000, total: { amount: 150 } }])
  t.equal((await site.bills()).length, 1, 'the other is billed nothing')
  t.match(await site.ask(bob), { body: { number: 'F2' } }, 'and took no number')
})

t.test('a tag that charges elsewhere is ConcurrentTx', async t => {
  await using product = await startProduct(t)
  const site = createSite(product)
  const ada = await product.driver('ada')
  await using one = await site.open('F1')
  await using other = await site.open('F2')
  const { transactionId } = await one.start({ idTag: ada.tag })
  t.equal(await other.authorize(ada.tag), 'ConcurrentTx')
  const second = await other.start({ idTag: ada.tag })
  t.equal(second.status, 'ConcurrentTx')
  t.not(second.transactionId, transactionId)
  t.equal(await one.authorize(ada.tag), 'Accepted', 'where it charges it may stop')
  await other.stop(second.transactionId, 0, { reason: 'DeAuthorized' })
  await one.stop(transactionId, 5)
  await product.until('it may again', async () => (await other.authorize(ada.tag)) === 'Accepted')
  t.pass()
})

t.test('unknown, blocked, expired and invalid tags are told apart', async t => {
  await using product = await startProduct(t)
  const site = createSite(product)
  await using charger = await site.open('F1')
  const tags = {
    BLOCKED: [{ status: 'Blocked' }, 'Blocked'],
    EXPIRED: [{ status: 'Expired' }, 'Expired'],
    LATE: [{ status: 'Accepted', expiresAt: '2024-01-01T00:00:00Z' }, 'Expired'],
    INVALID: [{ status: 'Invalid' }, 'Invalid'],
    GOOD: [{ status: 'Accepted', expiresAt: '2099-01-01T00:00:00Z', parentTag: 'FAMILY' }, 'Accepted'],
  } as const
  t.equal(await charger.authorize('STRANGER'), 'Invalid')
  t.match((await product.api('GET', '/id-tags/unknown')).body.items, [
    { tag: 'STRANGER', chargePointId: 'F1', count: 1 },
  ])
  for (const [tag, [body, verdict]] of Object.entries(tags)) {
    t.match(await product.api('PUT', `/id-tags/${tag}`, body), { status: 201 })
    t.equal(await charger.authorize(tag), verdict, tag)
    const { transactionId, status } = await charger.start({ idTag: tag, at: yesterday(12) })
    t.equal(status, verdict, `${tag} at a start`)
    await charger.stop(transactionId, 0, { at: yesterday(12), reason: 'DeAuthorized' })
  }
  t.match(await charger.call('Authorize', { idTag: 'good' }), {
    idTagInfo: { status: 'Accepted', parentIdTag: 'FAMILY', expiryDate: '2099-01-01T00:00:00.000Z' },
  })
  t.match(await product.api('PATCH', '/charge-points/F1', { acceptUnknownTags: true }), { status: 200 })
  t.equal(await charger.authorize('STRANGER'), 'Accepted', 'by the policy of the charge point')
  t.same(await site.bills(), [])
})

t.test('energy that a refused tag takes all the same is billed', async t => {
  await using product = await startProduct(t)
  const site = createSite(product)
  await using charger = await site.open('F1')
  const { transactionId, status } = await charger.start({ idTag: 'STRANGER', at: yesterday(12) })
  t.equal(status, 'Invalid')
  await charger.meter(transactionId, 2000, yesterday(12.5))
  await charger.stop(transactionId, 3000, { at: yesterday(13) })
  const [bill] = await product.until('the bill', async () => {
    const bills = await site.bills()
    return bills.length > 0 && bills
  })
  t.match(bill, { energyWh: 3000, total: { amount: 540 }, userId: null })
})
