import { foldCase } from '../../../protocol/ids.ts'
import type { EpochMs } from '../../../protocol/units.ts'
import { endReservation, freeReservationId } from '../../store/site/reservations.ts'
import type { CarRow, PileRow, ReservationRow } from '../../store/site/snapshot.ts'
import { command, firstCar, openSessionAt, type SiteWork } from './work.ts'

/**
 * Chargers that can are asked to hold the pile for the car whose turn it is, until its grace ends, and told when it is not
 * its turn any more. Whether or not a charger can: the pile is held at our own door (`HOLDER` in store/statements), and
 * that counts.
 */
export async function holdPiles(work: SiteWork): Promise<void> {
  for (const pile of work.snap.piles) {
    const car = firstCar(work, pile)
    const free = openSessionAt(work.snap, pile.id) === undefined
    const own = pile.reservations.filter(({ requestId }) => requestId !== null)
    const kept = free ? own.find(({ requestId }) => requestId === car?.requestId) : undefined
    const over = own.filter(held => held !== kept)
    for (const held of over) await release(work, pile, held)
    if (free && over.length === 0 && car !== undefined) await reserve(work, pile, car, kept)
  }
}

async function reserve(work: SiteWork, pile: PileRow, car: CarRow, kept: ReservationRow | undefined): Promise<void> {
  const { turnAt, idTag, reserveAskedAt } = car
  if (!pile.reserves || turnAt === null || idTag === null || car.startAskedAt !== null) return
  if (reserveAskedAt !== null && reserveAskedAt >= turnAt) return
  // who has plugged in starts at once; what is held for somebody else has to be free first
  const free = pile.status === null || pile.status === 'Available' || (pile.status === 'Reserved' && kept !== undefined)
  if (!free) return
  car.reserveAskedAt = work.now
  await command(
    work,
    { chargePointId: pile.chargePointId, pileId: pile.id, requestId: car.requestId },
    {
      verb: 'reserve',
      reservationId: kept?.id ?? (await freeReservationId(work.client, pile.chargePointId)),
      connectorId: pile.connectorId,
      idTag,
      expiresAt: turnAt + work.rules.arrivalGraceMs,
    },
    'called',
  )
}

/** The charger's clock may differ from ours: one whose time is over is cancelled too. One that is away hears it later. */
async function release(work: SiteWork, pile: PileRow, held: ReservationRow): Promise<void> {
  const isOver = held.expiresAt <= work.now
  if (!pile.connected && !isOver) return
  const about = { chargePointId: pile.chargePointId, reservationId: held.id }
  await endReservation(work.client, { ...about, status: isOver ? 'expired' : 'cancelled' })
  pile.reservations.splice(pile.reservations.indexOf(held), 1)
  if (!pile.connected) return
  await command(
    work,
    { chargePointId: pile.chargePointId, pileId: pile.id, requestId: held.requestId },
    { verb: 'cancel-reservation', reservationId: held.id },
    'place-lost',
  )
}

/** The charger holds the connector for another card than this car's, because an operator has asked it to. */
export const isPromised = (pile: PileRow, car: CarRow, now: EpochMs): boolean =>
  pile.status === 'Reserved' &&
  pile.reservations.some(
    ({ requestId, idTag, expiresAt }) =>
      requestId === null && expiresAt > now && (car.idTag === null || foldCase(idTag) !== foldCase(car.idTag)),
  )
