import t from 'tap'
import { startProduct } from '../support/product.ts'
import { createSite, HOUR_MS, yesterday } from '../support/site.ts'

t.test('the same start twice is one session with one number', async t => {
  await using product = await startProduct(t)
  const site = createSite(product)
  const ada = await product.driver('ada')
  await site.ask(ada)
  const charger = await site.open('F1')
  const start = { idTag: ada.tag, meterStart: 900, at: yesterday(16) }
  const { transactionId } = await charger.start(start)
  t.equal((await charger.start(start)).transactionId, transactionId, 'with a new message id')
  const payload = { connectorId: 1, idTag: ada.tag, meterStart: 900, timestamp: new Date(start.at).toISOString() }
  t.match(await charger.say('StartTransaction', payload, 'same'), { transactionId })
  t.match(await charger.say('StartTransaction', payload, 'same'), { transactionId }, 'with the same message id')
  const many = await Promise.all(Array.from({ length: 10 }, () => charger.say('StartTransaction', payload)))
  t.same([...new Set(many.map(answer => answer.transactionId))], [transactionId], 'at once')
  charger.drop()
  await using again = await site.open('F1')
  t.equal((await again.start(start)).transactionId, transactionId, 'over a new connection')
  t.equal((await site.sessions()).length, 1)
  await again.stop(transactionId, 1900, { at: yesterday(17) })
  t.equal((await again.start(start)).transactionId, transactionId, 'after its end')
  t.equal((await site.sessions()).length, 1)
  await product.until('one bill', async () => (await site.bills()).length === 1)
})

t.test('the same stop twice is answered and bills once; another stop of the session changes nothing', async t => {
  await using product = await startProduct(t)
  const site = createSite(product)
  const ada = await product.driver('ada')
  await using charger = await site.open('F1')
  const { transactionId } = await charger.start({ idTag: ada.tag, at: yesterday(16) })
  const stop = { at: yesterday(17), reason: 'EVDisconnected' }
  const answers = await Promise.all([1, 2, 3].map(() => charger.stop(transactionId, 1000, stop)))
  t.same(answers, [{}, {}, {}])
  await product.until('one bill', async () => (await site.bills()).length === 1)
  t.same(await charger.stop(transactionId, 1000, stop), {}, 'long after')
  t.same(await charger.stop(transactionId, 9000, { at: yesterday(20) }), {}, 'a different one')
  t.match(await site.session(transactionId), { meterStopWh: 1000, energyWh: 1000, stopReason: 'EVDisconnected' })
  t.match(await site.bills(), [{ energyWh: 1000, total: { amount: 150 } }])
  t.equal((await product.api('GET', '/billing/details')).body.items.length, 1)
})

t.test('a stop with an unknown number, 0 or -1 ends the only session of the connector; otherwise nothing', async t => {
  await using product = await startProduct(t)
  const site = createSite(product)
  const ada = await product.driver('ada')
  await using charger = await site.open('F1')
  for (const id of [4711, 0, -1]) t.same(await charger.stop(id, 50), {}, `${id} without a session`)
  for (const [index, id] of [2_000_000_000, 0, -1].entries()) {
    const { transactionId } = await charger.start({
      idTag: ada.tag,
      meterStart: index * 1000,
      at: yesterday(8 + index),
    })
    t.same(await charger.stop(id, (index + 1) * 1000, { at: yesterday(8.9 + index) }), {}, `${id}`)
    const session = await site.session(transactionId)
    t.match(session, { energyWh: 1000, meterStopWh: (index + 1) * 1000, orphan: false })
    t.not(session.endedAt, null)
  }
  await product.until('three bills', async () => (await site.bills()).length === 3)
  t.match(await charger.stop(4711, 50, { idTag: ada.tag }), { idTagInfo: { status: 'Accepted' } })
})

t.test('a stop never ends the session of another charge point', async t => {
  await using product = await startProduct(t)
  const site = createSite(product)
  const ada = await product.driver('ada')
  await using one = await site.open('F1')
  await using other = await site.open('F2')
  const { transactionId } = await one.start({ idTag: ada.tag })
  t.same(await other.stop(transactionId, 99), {})
  t.equal((await site.session(transactionId)).endedAt, null)
})

t.test('messages that come hours late are billed in the windows of their own time', async t => {
  await using product = await startProduct(t)
  const site = createSite(product)
  const ada = await product.driver('ada')
  await using charger = await site.open('F1')
  // offline from 17:00 to now: start, readings and stop come in one go
  const { transactionId } = await charger.start({ idTag: ada.tag, meterStart: 5000, at: yesterday(17) })
  await charger.meter(transactionId, 8000, yesterday(18))
  await charger.meter(transactionId, 14_000, yesterday(20))
  await charger.meter(transactionId, 20_000, yesterday(22))
  await charger.stop(transactionId, 22_500, { at: yesterday(23.5) })
  const [bill] = await product.until('the bill', async () => {
    const bills = await site.bills()
    return bills.length > 0 && bills
  })
  // flat 3,000 Wh; peak 6,000 and half of 6,000; flat the other half and two thirds of 2,500; valley the last third
  t.match(bill, {
    energyWh: 17_500,
    details: [
      {
        startedAt: new Date(yesterday(17)).toISOString(),
        endedAt: new Date(yesterday(23.5)).toISOString(),
        windows: [
          { kind: 'flat', energyWh: 3000 },
          { kind: 'peak', energyWh: 9000 },
          { kind: 'flat', energyWh: 4667 },
          { kind: 'valley', energyWh: 833 },
        ],
        // 2.1 + 9 + 3.2666... + 0.3333...; 14
        energyFee: { amount: 1470 },
        serviceFee: { amount: 1400 },
        total: { amount: 2870 },
      },
    ],
  })
  t.match(await site.ask(ada), { body: { number: 'F2', status: 'called' } }, 'it is no answer to a later request')
})

t.test('readings out of order, repeated and of another unit give the same bill', async t => {
  await using product = await startProduct(t)
  const site = createSite(product)
  const ada = await product.driver('ada')
  await using charger = await site.open('F1')
  const { transactionId } = await charger.start({ idTag: ada.tag, meterStart: 0, at: yesterday(9) })
  await charger.meter(transactionId, 6000, yesterday(11))
  await charger.meter(transactionId, 3000, yesterday(10))
  await charger.meter(transactionId, 6000, yesterday(11))
  await charger.call('MeterValues', {
    connectorId: 1,
    transactionId,
    meterValue: [
      { timestamp: new Date(yesterday(11.5)).toISOString(), sampledValue: [{ value: '7,5', unit: 'kWh' }] },
      { timestamp: new Date(yesterday(11.6)).toISOString(), sampledValue: [{ value: 'NaN' }, { value: '' }] },
    ],
  })
  await charger.stop(transactionId, 9000, { at: yesterday(12) })
  const [bill] = await product.until('the bill', async () => {
    const bills = await site.bills()
    return bills.length > 0 && bills
  })
  t.match(bill.details[0].windows, [
    { kind: 'flat', energyWh: 3000 },
    { kind: 'peak', energyWh: 6000 },
  ])
  t.match(bill.total, { amount: 1530 })
})

t.test('statuses in any order, before the boot too, never end or begin a session', async t => {
  await using product = await startProduct(t)
  const site = createSite(product)
  const ada = await product.driver('ada')
  await using charger = await site.open('F1')
  await charger.status('Charging', { timestamp: new Date(Date.now() + HOUR_MS).toISOString() })
  t.same(await site.sessions(), [])
  const { transactionId } = await charger.start({ idTag: ada.tag })
  await charger.status('Preparing', { timestamp: '2014-01-01T00:00:00Z' })
  await charger.status('Finishing')
  await charger.status('Charging')
  await charger.status('Available', { connectorId: 0 })
  t.equal((await site.session(transactionId)).endedAt, null)
  t.match(await site.pileBecomes('F1', 'occupied'), { detail: 'charging' })
  await charger.stop(transactionId, 0)
  t.match(await site.pileBecomes('F1', 'occupied'), { session: null }, 'what the charger says last counts')
  await charger.status('Available')
  await site.pileBecomes('F1', 'available')
})
