import t from 'tap'
import { startProduct } from '../support/product.ts'
import { createSite } from '../support/site.ts'

t.test('a reservation that a charger accepts is listed until it is used, cancelled or replaced', async t => {
  await using product = await startProduct(t)
  const site = createSite(product)
  await using one = await site.open('F1', {
    CancelReservation: ({ reservationId }) => ({ status: reservationId === 9 ? 'Rejected' : 'Accepted' }),
  })
  await using other = await site.open('F2', { ReserveNow: () => ({ status: 'Occupied' }) })
  const expiryDate = new Date(Date.now() + 3_600_000).toISOString()
  const send = (id: string, action: string, payload: object) =>
    product.api('POST', `/charge-points/${id}/commands`, { action, payload })
  const reserve = (id: string, reservationId: number, idTag: string) =>
    send(id, 'ReserveNow', { connectorId: 1, expiryDate, idTag, reservationId })
  const listed = async () =>
    (await product.api('GET', '/ocpp/reservations')).body.items.map(
      (r: { chargePointId: string; reservationId: number; idTag: string; status: string }) =>
        `${r.chargePointId} ${r.reservationId} ${r.idTag} ${r.status}`,
    )

  t.match(await reserve('F1', 7, 'MINE'), { status: 200, body: { status: 'accepted' } })
  t.match((await product.api('GET', '/ocpp/reservations')).body.items, [
    { reservationId: 7, chargePointId: 'F1', connectorId: 1, idTag: 'MINE', expiresAt: expiryDate, status: 'active' },
  ])
  t.match(await reserve('F2', 7, 'MINE'), { status: 200, body: { status: 'rejected' } })
  t.same(await listed(), ['F1 7 MINE active'], 'one that the charger refused is none')

  t.match(await reserve('F1', 7, 'YOURS'), { status: 200 })
  t.same(await listed(), ['F1 7 YOURS active'], 'the same number replaces it')
  await send('F1', 'CancelReservation', { reservationId: 9 })
  t.same(await listed(), ['F1 7 YOURS active'])
  await send('F1', 'CancelReservation', { reservationId: 7 })
  t.same(await listed(), ['F1 7 YOURS cancelled'])

  await reserve('F1', 8, 'MINE')
  const { transactionId } = await one.start({ idTag: 'MINE', reservationId: 8 })
  t.same(await listed(), ['F1 8 MINE used', 'F1 7 YOURS cancelled'])
  await send('F1', 'CancelReservation', { reservationId: 8 })
  t.same(await listed(), ['F1 8 MINE used', 'F1 7 YOURS cancelled'], 'what is used stays used')
  await one.stop(transactionId, 0)
  t.equal(other.commands('ReserveNow').length, 1)
})
