import t from 'tap'
import { startProduct } from '../support/product.ts'
import { createSite, HOUR_MS, yesterday } from '../support/site.ts'

t.test('piles that are away, or worked on as announced', async t => {
  await using product = await startProduct(t, { 'charging.offlineTimeoutMinutes': 0.02 })
  const { api, until } = product
  const site = createSite(product)
  const [ada, bob, eve] = await Promise.all(['ada', 'bob', 'eve'].map(name => product.driver(name)))
  const technician = await product.user('technician')
  const later = (ms: number): string => new Date(product.now() + ms).toISOString()
  const announce = (pileId: string, from: string, to: string) =>
    api('POST', '/maintenance-windows', { pileId, from, to, reason: 'cleaning' }, technician)

  await t.test('away too long: the session goes on, the others are called elsewhere', async t => {
    const charger = await site.open('F1')
    await site.ask(ada!)
    const { transactionId } = await charger.start({ idTag: ada!.tag, at: yesterday(8) })
    await charger.meter(transactionId, 1000, yesterday(8.2))
    await site.becomes(ada!, 'charging')
    t.match(await site.ask(bob!), { body: { pileId: 'F1', carsAhead: 1 } })
    charger.drop()
    await site.pileBecomes('F1', 'offline')
    t.match(await site.becomes(bob!, 'interrupted'), { number: 'F2', pileId: null })
    t.match(await site.standing(ada!), { status: 'charging', pileId: 'F1' })
    t.match((await api('GET', '/charging-piles/F1/history')).body.items[0], { state: 'offline', cause: 'link' })
    t.same((await api('GET', '/faults')).body.items, [], 'a lost link is no fault record')

    await using other = await site.open('F2')
    t.match(await site.becomes(bob!, 'called'), { pileId: 'F2' })
    await using again = await site.open('F1')
    t.match(await site.standing(ada!), { status: 'charging', pileId: 'F1' })
    t.match(await site.ask(eve!), { body: { pileId: 'F1', carsAhead: 1 } }, 'and may be planned onto again')
    await again.stop(transactionId, 2000, { at: yesterday(9) })
    await again.status('Available')
    await until('ada is billed', async () => (await site.bills()).length === 1)
    t.match(await site.cancel(bob!), { status: 200 })
    t.match(await site.cancel(eve!), { status: 200 })
    t.same(other.commands('RemoteStartTransaction'), [])
  })

  await t.test('away for a moment: the called car keeps its place', async t => {
    const charger = await site.open('T1')
    t.match(await site.ask(ada!, 'trickle'), { body: { pileId: 'T1', status: 'called' } })
    charger.drop()
    await site.pileBecomes('T1', 'offline')
    await using again = await site.open('T1')
    t.match(await site.standing(ada!), { status: 'called', pileId: 'T1' })
    await again.status('Preparing')
    t.match(await again.next('RemoteStartTransaction'), { idTag: ada!.tag })
    await site.cancel(ada!)
  })

  await t.test('a pile that fails while it is away ends the session that it kept', async t => {
    const charger = await site.open('T2')
    await using other = await site.open('T1')
    const { transactionId } = await charger.start({ idTag: ada!.tag, at: yesterday(8) })
    await charger.meter(transactionId, 1000, yesterday(8.2))
    await site.becomes(ada!, 'charging')
    await site.ask(bob!, 'trickle')
    t.match(await site.becomes(bob!, 'called'), { pileId: 'T1' })
    t.match(await site.ask(eve!, 'trickle'), { body: { pileId: /T[12]/, carsAhead: 1 } })
    charger.drop()
    await site.pileBecomes('T2', 'offline')
    const fault = { pileId: 'T2', type: 'power', description: 'no mains' }
    await until('it has been away long', async () => {
      const { pileId, status } = await site.standing(eve!)
      return status === 'called' ? pileId === 'T1' : status === 'interrupted'
    })
    t.match(await site.standing(ada!), { status: 'charging' })
    t.match(await api('POST', '/faults', fault, technician), { status: 201 })
    await using again = await site.open('T2')
    t.same(await again.next('RemoteStopTransaction'), { transactionId })
    await again.stop(transactionId, 1500, { at: yesterday(8.5), reason: 'Remote' })
    // a walk-up has asked for no energy: it has its outcome with its only session
    await until('ada is billed', async () => (await site.bills()).length === 2)
    const [record] = (await api('GET', '/faults?state=open')).body.items
    t.match(await api('PATCH', `/faults/${record.id}`, { state: 'false-alarm' }, technician), { status: 200 })
    const dealt = [await site.becomes(bob!, 'called'), await site.becomes(eve!, 'called')]
    t.same(dealt.map(({ pileId }) => pileId).sort(), ['T1', 'T2'], 'the repaired pile takes its share')
    await site.cancel(bob!)
    await site.cancel(eve!)
    t.same(other.commands('RemoteStopTransaction'), [])
  })

  await t.test('nobody is called whom announced work would interrupt', async t => {
    await using charger = await site.open('T3')
    for (const id of ['T1', 'T2']) await api('PUT', `/charging-piles/${id}/control`, { action: 'maintenance' })
    const made = await announce('T3', later(HOUR_MS), later(2 * HOUR_MS))
    t.match(made, { status: 201, body: { state: 'planned', pileId: 'T3' } })
    t.match(await announce('t3', later(1.5 * HOUR_MS), later(3 * HOUR_MS)), {
      status: 409,
      body: { code: 'window-overlaps' },
    })
    t.match(await announce('T3', later(4 * HOUR_MS), later(5 * HOUR_MS)), { status: 201 }, 'one after the other')
    // 3.5 kW: 7 kWh take two hours
    t.match(await site.ask(ada!, 'trickle', 7000), { body: { status: 'waiting' } })
    t.match(await site.pile('T3'), { state: 'available', nextMaintenance: { id: made.body.id, running: false } })
    t.match(await api('DELETE', `/maintenance-windows/${made.body.id}`, undefined, technician), { status: 204 })
    t.match(await site.becomes(ada!, 'called'), { pileId: 'T3' })
    t.match(await api('DELETE', `/maintenance-windows/${made.body.id}`, undefined, technician), { status: 409 })
    await site.cancel(ada!)
    t.same(charger.commands('ChangeAvailability'), [])
    const { body: audit } = await api('GET', '/audit')
    t.ok(audit.items.some(({ action }: { action: string }) => action === 'POST /api/v1/maintenance-windows'))
  })

  await t.test('work begins when the running session has ended, and ends by itself', async t => {
    await using charger = await site.open('F1')
    await api('PUT', '/charging-piles/F2/control', { action: 'maintenance' })
    const walkUp = await charger.start({ idTag: ada!.tag, at: yesterday(10) })
    await charger.meter(walkUp.transactionId, 1000, yesterday(10.2))
    await site.becomes(ada!, 'charging')
    t.match(await site.ask(bob!, 'fast', 5000), { body: { pileId: 'F1', carsAhead: 1 } })
    const { body: window } = await announce('F1', later(300), later(HOUR_MS))
    t.match(await site.becomes(bob!, 'interrupted'), { pileId: null }, 'who does not charge yet goes elsewhere')
    t.match(await site.pile('F1'), { state: 'occupied', nextMaintenance: { id: window.id, running: true } })
    t.same(charger.commands('ChangeAvailability'), [], 'a session may end first')
    await charger.stop(walkUp.transactionId, 2000, { at: yesterday(11), reason: 'EVDisconnected' })
    t.same(await charger.next('ChangeAvailability'), { connectorId: 1, type: 'Inoperative' })
    await charger.status('Unavailable')
    await site.pileBecomes('F1', 'maintenance')

    t.match(await api('PUT', '/charging-piles/F1/control', { action: 'start' }, technician), { status: 200 })
    t.same(await charger.next('ChangeAvailability'), { connectorId: 1, type: 'Operative' })
    t.match(
      (await api('GET', `/maintenance-windows/${window.id}`)).body,
      { state: 'cancelled' },
      'done before the time',
    )
    await charger.status('Available')
    t.match(await site.becomes(bob!, 'called'), { pileId: 'F1' })
    await site.cancel(bob!)

    await announce('F1', later(0), later(2500))
    await site.pileBecomes('F1', 'maintenance')
    t.match(await site.ask(bob!), { body: { status: 'waiting' } })
    t.match(await site.becomes(bob!, 'called'), { pileId: 'F1' })
    t.equal((await api('GET', '/maintenance-windows?state=over')).body.items.length, 1)
  })
})
