import t from 'tap'
import { startProduct } from '../support/product.ts'
import { createSite, yesterday } from '../support/site.ts'

t.test('of twenty requests for one vehicle at once exactly one wins', async t => {
  await using product = await startProduct(t)
  const { ask } = createSite(product)
  const [ada, bob] = [await product.driver('ada'), await product.driver('bob')]
  const answers = await Promise.all(
    Array.from({ length: 20 }, () =>
      product.api('POST', '/charging/request', { mode: 'fast', energyWh: 9000, vehicleId: ada.vehicleId }, ada.token),
    ),
  )
  const won = answers.filter(({ status }) => status === 201)
  t.match(won, [{ body: { number: 'F1' } }])
  t.equal(won.length, 1)
  t.equal(answers.filter(({ status, body }) => status === 409 && body.code === 'active-request').length, 19)
  t.match(await ask(bob), { status: 201, body: { number: 'F2' } }, 'the losers consumed no number')
})

t.test('a full waiting area refuses and no number is consumed', async t => {
  await using product = await startProduct(t, { 'charging.maxQueueLength': 2 })
  const { ask, cancel } = createSite(product)
  const [ada, bob, eve] = await Promise.all(['ada', 'bob', 'eve'].map(name => product.driver(name)))
  t.match(await ask(ada!, 'fast'), { status: 201, body: { number: 'F1' } })
  t.match(await ask(bob!, 'trickle'), { status: 201, body: { number: 'T1' } }, 'both modes count together')
  for (let i = 0; i < 3; i++) t.match(await ask(eve!), { status: 409, body: { code: 'waiting-area-full' } })
  t.match(await cancel(ada!), { status: 200, body: { status: 'cancelled', bill: null } })
  t.match(await ask(eve!), { status: 201, body: { number: 'F2' } })
})

t.test('numbers, places and sessions are as before after a restart, and no number is used twice', async t => {
  const [ada, bob, eve] = await (async () => {
    await using product = await startProduct(t)
    const site = createSite(product)
    const drivers = await Promise.all(['ada', 'bob', 'eve'].map(name => product.driver(name)))
    await using charger = await site.open('F1')
    const asked = await site.ask(drivers[0]!)
    t.match(asked, { body: { number: 'F1', pileId: 'F1' } })
    const { transactionId } = await charger.start({ idTag: drivers[0]!.tag, meterStart: 500, at: yesterday(12) })
    await charger.meter(transactionId, 2500, yesterday(12.5))
    await site.becomes(drivers[0]!, 'charging')
    for (const driver of drivers.slice(1)) await site.ask(driver, 'trickle')
    await site.cancel(drivers[2]!)
    return [{ product, drivers, transactionId }, drivers[1]!, drivers[2]!] as const
  })()
  await using product = await startProduct(t, {}, ada.product)
  const site = createSite(product)
  const token = (name: string) => product.signIn(name, `drives-${name}-home`)
  const driver = { ...ada.drivers[0]!, token: await token('ada') }
  t.match(await site.standing(driver), { number: 'F1', status: 'charging', deliveredEnergyWh: 2000 })
  t.match(await site.standing({ ...bob, token: await token('bob') }), { number: 'T1', status: 'waiting' })
  t.match(await site.ask({ ...eve, token: await token('eve') }, 'trickle'), { status: 201, body: { number: 'T3' } })

  await using charger = await site.open('F1')
  await charger.stop(ada.transactionId, 4500, { at: yesterday(13) })
  const { id } = (await product.api('GET', '/charging/requests', undefined, driver.token)).body.items[0]
  await site.ended(id)
  t.match(await site.bills(), [{ requestId: id, energyWh: 4000, total: { amount: 720 } }], 'one bill')
})

t.test('a request that is cancelled while it waits, or at a pile, costs nothing and frees its place', async t => {
  await using product = await startProduct(t)
  const site = createSite(product)
  const [ada, bob] = [await product.driver('ada'), await product.driver('bob')]
  await using _ = await site.open('F1')
  const first = await site.ask(ada)
  t.match(first, { body: { status: 'called', pileId: 'F1' } })
  t.match(await site.ask(bob), { body: { status: 'called', pileId: 'F1', carsAhead: 1 } })
  t.match(await site.cancel(bob, first.body.id), { status: 404 }, 'not the request of another')
  t.match(await site.cancel(ada), { status: 200, body: { id: first.body.id, status: 'cancelled', bill: null } })
  t.match(await site.cancel(ada), { status: 404, body: { code: 'no-active-request' } })
  t.match(await site.standing(bob), { status: 'called', pileId: 'F1', carsAhead: 0 })
  t.same(await site.bills(), [])
})

t.test('a cancel while charging stops the charger and bills what was delivered', async t => {
  await using product = await startProduct(t)
  const site = createSite(product)
  const ada = await product.driver('ada')
  await using charger = await site.open('F1')
  await site.ask(ada)
  const { transactionId } = await charger.start({ idTag: ada.tag, at: yesterday(11) })
  await charger.meter(transactionId, 3000, yesterday(11.5))
  await site.becomes(ada, 'charging')
  const cancelled = site.cancel(ada)
  t.same(await charger.next('RemoteStopTransaction'), { transactionId })
  await charger.stop(transactionId, 3001, { at: yesterday(11.6), reason: 'Remote' })
  t.match(await cancelled, {
    status: 200,
    body: {
      status: 'cancelled',
      bill: { energyWh: 3001, total: { amount: 540 }, details: [{ stopReason: 'cancel' }] },
    },
  })
  t.equal((await site.bills()).length, 1)
})

t.test('below one watt-hour there is a record and no bill', async t => {
  await using product = await startProduct(t)
  const site = createSite(product)
  const ada = await product.driver('ada')
  await using charger = await site.open('F1')
  const { body: asked } = await site.ask(ada)
  const { transactionId } = await charger.start({ idTag: ada.tag, meterStart: 77 })
  await charger.stop(transactionId, 77)
  t.match(await site.ended(asked.id), { status: 'completed', cost: { amount: 0 } })
  t.same(await site.bills(), [])
  t.match((await product.api('GET', '/billing/details')).body.items, [{ energyWh: 0, total: { amount: 0 } }])
})

t.test(
  'a cancel and the start of the charger in one instant: one session at most, stopped and billed once',
  async t => {
    await using product = await startProduct(t)
    const site = createSite(product)
    await using charger = await site.open('F1')
    for (let round = 0; round < 10; round++) {
      const ada = await product.driver(`ada-${round}`)
      const { body: asked } = await site.ask(ada)
      await charger.status('Preparing')
      await charger.next('RemoteStartTransaction')
      const cancelled = site.cancel(ada)
      const { transactionId, status } = await charger.start({ idTag: ada.tag, meterStart: 1000 * round })
      t.equal(status, 'Accepted')
      t.same(await charger.next('RemoteStopTransaction'), { transactionId }, 'whoever came first: it is stopped')
      await charger.stop(transactionId, 1000 * round + 250, { reason: 'Remote' })
      await charger.status('Available')
      t.match(await cancelled, { status: 200, body: { status: 'cancelled' } })
      t.match(await site.ended(asked.id), { status: 'cancelled' })
      const sessions = (await site.sessions()).filter((session: { userId: string }) => session.userId === ada.id)
      t.equal(sessions.length, 1)
    }
    await product.until('all is billed', async () => (await site.bills()).length === 10)
    for (const bill of await site.bills()) t.match(bill, { energyWh: 250, details: [{ stopReason: 'cancel' }] })
  },
)

t.test(
  'mode and energy can be changed while waiting, not at a pile, and energy while charging only by policy',
  async t => {
    await using product = await startProduct(t)
    const site = createSite(product)
    const [ada, bob, eve] = await Promise.all(['ada', 'bob', 'eve'].map(name => product.driver(name)))
    const change = (id: string, token: string, to: object) => product.api('PATCH', `/charging/request/${id}`, to, token)
    const { body: first } = await site.ask(ada!)
    const { body: second } = await site.ask(bob!)
    t.match(await change(second.id, bob!.token, { energyWh: 4000 }), { body: { number: 'F2', energyWh: 4000 } })
    t.match(await site.ask(eve!, 'trickle'), { body: { number: 'T1' } })
    t.match(await change(second.id, bob!.token, { mode: 'trickle' }), { body: { number: 'T2', mode: 'trickle' } })
    t.match(await change(second.id, ada!.token, { energyWh: 1 }), { status: 404 })
    t.match(await change(second.id, bob!.token, { energyWh: 0 }), { status: 400 })

    await using charger = await site.open('F1')
    await site.becomes(ada!, 'called')
    t.match(await change(first.id, ada!.token, { energyWh: 1 }), { status: 409, body: { code: 'at-pile' } })
    const { transactionId } = await charger.start({ idTag: ada!.tag, at: yesterday(11) })
    await charger.meter(transactionId, 3000, yesterday(11.5))
    await site.becomes(ada!, 'charging')
    t.match(await change(first.id, ada!.token, { energyWh: 5000 }), { status: 409, body: { code: 'charging' } })
    t.match(await product.api('PATCH', '/sites/default', { policy: { editWhileCharging: true } }), { status: 200 })
    t.match(await change(first.id, ada!.token, { mode: 'trickle' }), { status: 409, body: { code: 'charging' } })
    t.match(await change(first.id, ada!.token, { energyWh: 5000 }), { status: 200, body: { energyWh: 5000 } })
    t.match(await change(first.id, ada!.token, { energyWh: 3000 }), { status: 200 }, 'no more than is delivered')
    t.same(await charger.next('RemoteStopTransaction'), { transactionId })
    await charger.stop(transactionId, 3010, { at: yesterday(11.6) })
    await site.ended(first.id)
    t.match(await site.bills(), [{ energyWh: 3010, details: [{ stopReason: 'edit' }] }])
  },
)
