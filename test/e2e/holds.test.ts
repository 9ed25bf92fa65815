import { Client } from 'pg'
import t from 'tap'
import { connectChargePoint } from '../support/charge-point.ts'
import { startProduct } from '../support/product.ts'
import { createSite, MINUTE_MS, yesterday } from '../support/site.ts'

const reserving = {
  GetConfiguration: () => ({
    configurationKey: [{ key: 'SupportedFeatureProfiles', readonly: true, value: 'Core,Reservation' }],
  }),
}

t.test('piles that are held for called cars', async t => {
  await using product = await startProduct(t)
  const { api, until } = product
  const site = createSite(product)
  const [ada, bob] = [await product.driver('ada'), await product.driver('bob')]
  const db = new Client({ connectionString: product.databaseUrl })
  await db.connect()
  t.teardown(() => db.end())
  const isKnown = (id: string) =>
    until(`what ${id} can do is known`, async () => (await api('GET', `/charge-points/${id}`)).body.featureProfiles)
  const reservations = async (chargePointId: string) =>
    (await api('GET', `/ocpp/reservations?chargePointId=${chargePointId}`)).body.items
  const commands = (cause: string) =>
    until(`a command because of ${cause}`, async () => {
      const { body } = await api('GET', '/ocpp/messages?action=ReserveNow')
      return body.items.length > 0 && body.items
    })

  await t.test('the charger is told to hold it, and the session uses it up', async t => {
    await using charger = await site.open('F1', reserving)
    t.same(await isKnown('F1'), ['Core', 'Reservation'])
    const { body: asked } = await site.ask(ada)
    t.match(asked, { status: 'called', pileId: 'F1' })
    const reserved = await charger.next('ReserveNow')
    t.match(reserved, { connectorId: 1, idTag: ada.tag, reservationId: Number })
    const graceLeft = Date.parse(String(reserved.expiryDate)) - product.now()
    t.ok(graceLeft > 9 * MINUTE_MS && graceLeft <= 10 * MINUTE_MS, 'until the grace ends')
    await charger.status('Reserved')
    await until('it is kept', async () => (await reservations('F1')).length === 1)
    t.match(await reservations('F1'), [
      { reservationId: reserved.reservationId, idTag: ada.tag, status: 'active', connectorId: 1 },
    ])
    t.match(await site.pile('F1'), { state: 'occupied', detail: 'reserved' })
    t.match(await site.standing(ada), { status: 'called', pileId: 'F1' })
    t.equal(await charger.authorize(bob.tag), 'Blocked', 'our own door holds it too')

    await charger.status('Preparing')
    t.match(await charger.next('RemoteStartTransaction'), { idTag: ada.tag, connectorId: 1 })
    const { reservationId } = reserved as { reservationId: number }
    const { transactionId, status } = await charger.start({ idTag: ada.tag, reservationId, at: yesterday(8) })
    t.equal(status, 'Accepted')
    await site.becomes(ada, 'charging')
    t.match(await reservations('F1'), [{ status: 'used' }])
    await charger.stop(transactionId, 1000, { at: yesterday(9) })
    await charger.status('Available')
    await site.ended(asked.id)
    t.same(charger.commands('CancelReservation'), [], 'what is used is not cancelled')
    t.same(charger.commands('ReserveNow'), [], 'asked once')
    t.equal((await commands('called')).length, 2, 'one question and its answer')
  })

  await t.test('a cancel gives it back, and the next car gets one of its own', async t => {
    await using charger = await site.open('F1', reserving)
    await site.ask(ada)
    const first = await charger.next('ReserveNow')
    await charger.status('Reserved')
    t.match(await site.ask(bob), { body: { pileId: 'F1', carsAhead: 1 } })
    await site.cancel(ada)
    t.same(await charger.next('CancelReservation'), { reservationId: first.reservationId })
    await charger.status('Available')
    const second = await charger.next('ReserveNow')
    t.match(second, { idTag: bob.tag })
    t.not(second.reservationId, first.reservationId)
    await site.cancel(bob)
    t.same(await charger.next('CancelReservation'), { reservationId: second.reservationId })
    await charger.status('Available')
  })

  await t.test('who has plugged in already is started, not held a place', async t => {
    await using charger = await site.open('F1', reserving)
    await charger.status('Preparing')
    await site.pileBecomes('F1', 'occupied')
    t.match(
      await site.ask(ada),
      { body: { status: 'waiting' } },
      'a cable that nobody knows of: nobody is called there',
    )
    await site.cancel(ada)
    await charger.status('Available')
    await site.pileBecomes('F1', 'available')
    await site.ask(ada)
    await charger.next('ReserveNow')
    await charger.status('Preparing')
    await charger.next('RemoteStartTransaction')
    await site.cancel(ada)
    await charger.next('CancelReservation')
    await charger.status('Available')
    t.same(charger.commands('ReserveNow'), [])
  })

  await t.test('a charger that will not is not asked again, and our own door holds the pile', async t => {
    await using charger = await site.open('F2', { ...reserving, ReserveNow: () => ({ status: 'Rejected' }) })
    await isKnown('F2')
    t.match(await site.ask(ada), { body: { pileId: 'F2' } })
    await charger.next('ReserveNow')
    t.equal(await charger.authorize(bob.tag), 'Blocked')
    await site.cancel(ada)
    t.match(await site.ask(bob), { body: { pileId: 'F2' } })
    t.equal(await charger.authorize(bob.tag), 'Accepted')
    t.equal(await charger.authorize(ada.tag), 'Blocked')
    await site.cancel(bob)
    t.same(charger.commands('ReserveNow'), [])
    t.same(charger.commands('CancelReservation'), [], 'there was nothing to cancel')
  })

  await t.test('two cars of one driver: whose turn it is at a pile charges there, by card or by plug', async t => {
    await using one = await site.open('T1')
    await using other = await site.open('T2')
    const second = await api('POST', '/vehicles', { plate: 'SECOND', batteryCapacityWh: 40_000 }, ada.token)
    const ask = async (vehicleId: string) =>
      (await api('POST', '/charging/request', { mode: 'trickle', energyWh: 8000, vehicleId }, ada.token)).body
    const requests = [await ask(ada.vehicleId), await ask(second.body.id)]
    t.match(requests, [{ pileId: 'T1' }, { pileId: 'T2' }])
    const standing = async () =>
      Promise.all(
        requests.map(async ({ id }) => {
          const { status, pileId } = (await api('GET', `/charging/request/${id}`)).body
          return `${status} ${pileId}`
        }),
      )
    t.equal(await other.authorize(ada.tag), 'Accepted')
    const first = await other.start({ idTag: ada.tag })
    await until('the second car charges', async () => (await standing())[1] === 'charging T2')
    t.same(await standing(), ['called T1', 'charging T2'])
    t.equal(await one.authorize(ada.tag), 'Accepted', 'called here, though the card charges elsewhere')
    await one.status('Preparing')
    t.match(await one.next('RemoteStartTransaction'), { idTag: ada.tag })
    const last = await one.start({ idTag: ada.tag })
    t.equal(last.status, 'Accepted')
    await until('both charge', async () => (await standing()).join() === 'charging T1,charging T2')

    const cables = async () => {
      const { rows } = await db.query(
        'select called_at is not null as called, called_at <= started_at as before, unplugged_at >= ended_at as out from charging_sessions where id = any($1) order by id',
        [[first.transactionId, last.transactionId]],
      )
      return rows
    }
    await one.stop(last.transactionId, 100)
    await one.status('Finishing')
    await site.ended(requests[0].id)
    t.same(await cables(), [
      { called: true, before: true, out: null },
      { called: true, before: true, out: null },
    ])
    await one.status('Available')
    await until('the cable is out', async () => (await cables())[1].out)
    await other.status('Available')
    await other.stop(first.transactionId, 100)
    await site.ended(requests[1].id)
    await until('it was out at the end already', async () => (await cables())[0].out)
  })

  await t.test('two connectors: each its own hold, and each start where it belongs', async t => {
    const piles = [1, 2].map(connectorId => ({ id: `HUB-${connectorId}`, connectorId, mode: 'trickle', powerW: 7000 }))
    t.match(await api('POST', '/charge-points', { id: 'HUB', piles }), { status: 201 })
    await using hub = await connectChargePoint(product.ocpp, 'HUB', reserving)
    await hub.boot()
    await isKnown('HUB')
    for (const connectorId of [0, 1, 2]) await hub.status('Available', { connectorId })
    await until('both are free', async () => (await site.pile('HUB-2')).state === 'available')
    t.match(await site.ask(ada, 'trickle'), { body: { pileId: 'HUB-1' } })
    t.match(await site.ask(bob, 'trickle'), { body: { pileId: 'HUB-2' } })
    const held = [await hub.next('ReserveNow'), await hub.next('ReserveNow')]
    t.match(
      held.toSorted((a, b) => Number(a.connectorId) - Number(b.connectorId)),
      [
        { connectorId: 1, idTag: ada.tag },
        { connectorId: 2, idTag: bob.tag },
      ],
    )
    await hub.status('Preparing', { connectorId: 2 })
    t.match(await hub.next('RemoteStartTransaction'), { connectorId: 2, idTag: bob.tag })
    const { transactionId } = await hub.start({ idTag: bob.tag, connectorId: 2 })
    await site.becomes(bob, 'charging')
    t.match(await site.standing(ada), { status: 'called', pileId: 'HUB-1' })
    const wrong = await hub.start({ idTag: bob.tag, connectorId: 1 })
    t.equal(wrong.status, 'ConcurrentTx')
    await hub.stop(wrong.transactionId, 0, { reason: 'DeAuthorized' })

    await hub.status('Faulted', { connectorId: 0, errorCode: 'InternalError' })
    t.same(await hub.next('RemoteStopTransaction'), { transactionId }, 'connector 0 speaks for all')
    await hub.stop(transactionId, 1500, { reason: 'Other' })
    t.match(await site.becomes(bob, 'interrupted'), { deliveredEnergyWh: 1500 })
    await site.becomes(ada, 'interrupted')
    const held1 = held.find(({ connectorId }) => connectorId === 1)
    t.same(await hub.next('CancelReservation'), { reservationId: held1!.reservationId })
    t.match(
      (await api('GET', '/faults?state=open')).body.items.map(({ pileId }: { pileId: string }) => pileId).sort(),
      ['HUB-1', 'HUB-2'],
    )
    for (const connectorId of [0, 1, 2]) await hub.status('Available', { connectorId })
    await site.becomes(ada, 'called')
    await site.becomes(bob, 'called')
  })
})
