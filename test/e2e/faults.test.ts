import t from 'tap'
import { startProduct } from '../support/product.ts'
import { createSite, yesterday } from '../support/site.ts'

t.test(
  'a fault while charging: the car keeps its number, goes on elsewhere, and has one bill with two details',
  async t => {
    await using product = await startProduct(t)
    const site = createSite(product)
    const [ada, bob] = [await product.driver('ada'), await product.driver('bob')]
    await using broken = await site.open('F1')
    const { body: asked } = await site.ask(ada, 'fast', 6000)
    t.match(await site.ask(bob, 'fast'), { body: { number: 'F2', pileId: 'F1' } })
    const first = await broken.start({ idTag: ada.tag, at: yesterday(11) })
    await broken.meter(first.transactionId, 2000, yesterday(11.5))
    await site.becomes(ada, 'charging')

    await broken.status('Faulted', { errorCode: 'GroundFailure', vendorErrorCode: 'E07', info: 'residual current' })
    t.same(await broken.next('RemoteStopTransaction'), { transactionId: first.transactionId })
    await broken.stop(first.transactionId, 2500, { at: yesterday(11.6), reason: 'Other' })
    t.match(await site.becomes(ada, 'interrupted'), { number: 'F1', deliveredEnergyWh: 2500, pileId: null })
    t.match(await site.standing(bob), { number: 'F2', status: 'interrupted' })
    t.match(await site.pileBecomes('F1', 'fault'), { session: null })
    const faults = (await product.api('GET', '/faults')).body.items
    t.match(faults, [
      { pileId: 'F1', type: 'power', errorCode: 'GroundFailure', vendorErrorCode: 'E07', state: 'open' },
    ])
    t.same(await site.bills(), [], 'no bill before the request ends')
    const dossier = async () => (await product.api('GET', `/faults/${faults[0].id}`)).body
    t.match(await dossier(), {
      words: { en: /earth/, zh: /接地/ },
      charger: { vendor: 'Handmade', model: 'Wall', status: 'Faulted' },
      affected: [
        { number: 'F1', charging: true, status: 'interrupted', deliveredEnergyWh: 2500 },
        { number: 'F2', charging: false, status: 'interrupted', deliveredEnergyWh: 0 },
      ],
      earlier: [],
    })
    const { before } = (await dossier()).messages
    t.ok(
      before.some(({ raw }: { raw: string }) => /GroundFailure/.test(raw)),
      'what the charger said',
    )

    await using other = await site.open('F2')
    t.match(await site.becomes(ada, 'called'), { number: 'F1', pileId: 'F2' })
    await other.status('Preparing')
    t.match(await other.next('RemoteStartTransaction'), { idTag: ada.tag, connectorId: 1 })
    const second = await other.start({ idTag: ada.tag, meterStart: 90_000, at: yesterday(12) })
    await other.meter(second.transactionId, 93_500, yesterday(12.5))
    t.same(
      await other.next('RemoteStopTransaction'),
      { transactionId: second.transactionId },
      'what was left is delivered',
    )
    await other.stop(second.transactionId, 93_500, { at: yesterday(12.5), reason: 'Remote' })
    t.match(await site.ended(asked.id), { status: 'completed', deliveredEnergyWh: 6000 })
    t.match((await dossier()).affected, [
      { status: 'completed', deliveredEnergyWh: 6000, pileId: 'F2' },
      { number: 'F2' },
    ])
    const bills = await site.bills()
    // all at peak: 2,500 and 3,500 Wh at 1.8
    t.match(bills, [{ requestId: asked.id, energyWh: 6000, total: { amount: 1080 } }])
    t.match(bills[0].details, [
      { pileId: 'F1', energyWh: 2500, total: { amount: 450 }, stopReason: 'fault' },
      { pileId: 'F2', energyWh: 3500, total: { amount: 630 }, stopReason: 'full' },
    ])
  },
)

t.test(
  'NoError closes the record of the charger and the cars are dealt again, but not while it is in repair',
  async t => {
    await using product = await startProduct(t)
    const site = createSite(product)
    const ada = await product.driver('ada')
    const technician = await product.user('technician')
    await using charger = await site.open('T1')
    await site.ask(ada, 'trickle')
    await charger.status('Faulted', { errorCode: 'ConnectorLockFailure' })
    await site.becomes(ada, 'interrupted')
    await charger.status('Available')
    t.match(await site.becomes(ada, 'called'), { number: 'T1', pileId: 'T1' })
    t.match((await product.api('GET', '/faults')).body.items, [{ state: 'resolved', type: 'connector' }])

    await charger.status('Faulted', { errorCode: 'ConnectorLockFailure' })
    await site.becomes(ada, 'interrupted')
    const [{ id }] = (await product.api('GET', '/faults?state=open')).body.items
    const move = (state: string) => product.api('PATCH', `/faults/${id}`, { state, note: state }, technician)
    t.match(await move('acknowledged'), { status: 200, body: { state: 'acknowledged', assignee: 'the-technician' } })
    t.match(await move('in-repair'), { status: 200 })
    const parts = [{ name: 'lock', quantity: 1, note: 'from the van' }]
    t.match(await product.api('PATCH', `/faults/${id}`, { parts, assignee: null }, technician), {
      body: { state: 'in-repair', parts, assigneeId: null, notes: [{ text: 'acknowledged' }, { text: 'in-repair' }] },
    })
    await charger.status('Available')
    t.match(await site.standing(ada), { status: 'interrupted' }, 'the technician has the last word')
    t.match(await site.pile('T1'), { state: 'fault' })
    t.match(await move('open'), { status: 409 })
    t.match(await move('resolved'), { status: 200, body: { state: 'resolved' } })
    t.match(await site.becomes(ada, 'called'), { pileId: 'T1' })
    t.match((await product.api('GET', '/faults/statistics?by=type')).body, {
      count: 2,
      open: 0,
      repeats: 1,
      items: [{ type: 'connector', count: 2, repeats: 1 }],
    })
  },
)

t.test('maintenance waits for the running session and keeps others away; start brings the pile back', async t => {
  await using product = await startProduct(t)
  const site = createSite(product)
  const [ada, bob] = [await product.driver('ada'), await product.driver('bob')]
  const operator = await product.user('operator')
  const control = (body: object, token = operator) => product.api('PUT', '/charging-piles/F1/control', body, token)
  await using charger = await site.open('F1')
  await site.ask(ada)
  const { transactionId } = await charger.start({ idTag: ada.tag, at: yesterday(11) })
  await charger.meter(transactionId, 1000, yesterday(11.2))
  await site.becomes(ada, 'charging')
  t.match(await control({ action: 'maintenance' }, ada.token), { status: 403 })
  t.match(await control({ action: 'maintenance', reason: 'cleaning' }), { status: 200, body: { id: 'F1' } })
  t.same(await charger.next('ChangeAvailability'), { connectorId: 1, type: 'Inoperative' })
  t.match(await site.ask(bob), { body: { status: 'waiting', pileId: null } }, 'nobody is called there')
  t.match(await site.standing(ada), { status: 'charging' })
  t.same(charger.commands('RemoteStopTransaction'), [])
  await charger.stop(transactionId, 2000, { at: yesterday(12), reason: 'EVDisconnected' })
  await site.pileBecomes('F1', 'maintenance')
  await product.until('ada is billed', async () => (await site.bills()).length === 1)
  t.match(await control({ action: 'start' }), { status: 200 })
  await charger.status('Available')
  t.match(await site.becomes(bob, 'called'), { pileId: 'F1' })
})

t.test('a forced stop ends the running session, and its car waits for another pile', async t => {
  await using product = await startProduct(t)
  const site = createSite(product)
  const ada = await product.driver('ada')
  await using charger = await site.open('F1')
  await site.ask(ada)
  const { transactionId } = await charger.start({ idTag: ada.tag, at: yesterday(11) })
  await charger.meter(transactionId, 1000, yesterday(11.2))
  await site.becomes(ada, 'charging')
  t.match(await product.api('PUT', '/charging-piles/F1/control', { action: 'stop', force: true }), { status: 200 })
  t.same(await charger.next('RemoteStopTransaction'), { transactionId })
  await charger.stop(transactionId, 1500, { at: yesterday(11.3), reason: 'Remote' })
  t.match(await site.becomes(ada, 'interrupted'), {
    number: 'F1',
    deliveredEnergyWh: 1500,
    reason: /out of service/,
  })
  const [detail] = await product.until('what was delivered is a detail', async () => {
    const { items } = (await product.api('GET', '/billing/details')).body
    return items.length > 0 && items
  })
  t.match(detail, { energyWh: 1500, stopReason: 'switched-off' })
  await using _ = await site.open('F2')
  t.match(await site.becomes(ada, 'called'), { number: 'F1', pileId: 'F2' })
})

t.test('a charger that loses its link keeps its session, and says its end when it is back', async t => {
  await using product = await startProduct(t)
  const site = createSite(product)
  const ada = await product.driver('ada')
  const charger = await site.open('F1')
  const { body: asked } = await site.ask(ada)
  const { transactionId } = await charger.start({ idTag: ada.tag, at: yesterday(11) })
  charger.drop()
  await site.pileBecomes('F1', 'offline')
  t.match(await site.becomes(ada, 'charging'), { sessionId: String(transactionId) })
  t.equal((await site.session(transactionId)).endedAt, null)
  await using again = await site.open('F1')
  t.equal((await site.session(transactionId)).endedAt, null, 'nor does a reboot end it')
  await again.stop(transactionId, 3000, { at: yesterday(12) })
  t.match(await site.ended(asked.id), { status: 'completed', deliveredEnergyWh: 3000 })
  t.equal((await site.bills()).length, 1)
})

t.test('a stop that a charger did not hear is said again when it is back', async t => {
  await using product = await startProduct(t)
  const site = createSite(product)
  const ada = await product.driver('ada')
  const charger = await site.open('F1')
  const { body: asked } = await site.ask(ada)
  const { transactionId } = await charger.start({ idTag: ada.tag, at: yesterday(11) })
  await site.becomes(ada, 'charging')
  charger.drop()
  await site.pileBecomes('F1', 'offline')
  const cancelled = site.cancel(ada)
  await using again = await site.open('F1')
  t.same(await again.next('RemoteStopTransaction'), { transactionId })
  await again.stop(transactionId, 700, { at: yesterday(12) })
  t.match(await cancelled, { status: 200 })
  t.match(await site.ended(asked.id), { status: 'cancelled', deliveredEnergyWh: 700 })
})

t.test('rules of a site: dealt again by number after a fault, and onto the repaired pile after its repair', async t => {
  await using product = await startProduct(t)
  const site = createSite(product)
  const drivers = await Promise.all(['ada', 'bob', 'eve', 'dan'].map(name => product.driver(name)))
  const [ada, bob] = drivers as [(typeof drivers)[0], (typeof drivers)[0]]
  t.match(await product.api('PATCH', '/sites/default', { policy: { faultPolicy: 'time-order' } }), { status: 200 })
  await using one = await site.open('F1')
  await using other = await site.open('F2')
  await site.ask(ada, 'fast', 20_000)
  const { transactionId } = await one.start({ idTag: ada.tag })
  await site.becomes(ada, 'charging')
  await site.ask(bob, 'fast', 20_000)
  const second = await other.start({ idTag: bob.tag })
  await site.becomes(bob, 'charging')
  await one.meter(transactionId, 5000)
  for (const driver of drivers.slice(2)) await site.ask(driver, 'fast', 10_000)
  const queues = async () => {
    const { piles, faultQueue } = (await product.api('GET', '/charging-piles/queue')).body
    const numbers = (cars: { number: string }[]) => cars.map(({ number }) => number).join()
    const at = (id: string) => numbers(piles.find((pile: { id: string }) => pile.id === id).cars)
    return `${at('F1')} | ${at('F2')} | ${numbers(faultQueue)}`
  }
  const becomes = (wanted: string) => product.until(wanted, async () => (await queues()) === wanted)

  await becomes('F1,F3 | F2,F4 | ')
  await one.status('Faulted', { errorCode: 'GroundFailure' })
  await one.next('RemoteStopTransaction')
  await one.stop(transactionId, 5000, { reason: 'Other' })
  await becomes(' | F2,F1 | F3,F4')
  await one.status('Available')
  // 15 kWh are left of the first: sooner at the repaired pile than behind the second
  await becomes('F1,F3 | F2,F4 | ')
  await other.stop(second.transactionId, 0)
  t.pass()
})
