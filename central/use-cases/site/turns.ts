import { sendBack } from '../../core/queue/verbs.ts'
import type { CarRow, PileRow } from '../../store/site/snapshot.ts'
import { closeProvisionally } from './close.ts'
import { isPromised } from './holds.ts'
import { chargeNoShow } from './no-show.ts'
import { endRequest } from './settle.ts'
import { askStop, command, decide, dueAt, firstCar, notice, numberOf, openSessionAt, type SiteWork } from './work.ts'

/** A called driver who did not come, or whose start began nothing, loses the place: once back to the head, then for good. */
export async function endGraces(work: SiteWork): Promise<void> {
  for (const pile of work.snap.piles) {
    const car = firstCar(work, pile)
    // without a link nobody can begin, and nobody can tell that somebody has
    if (car === undefined || openSessionAt(work.snap, pile.id) !== undefined || !pile.connected) continue
    if (car.startAskedAt !== null) {
      const due = Math.max(car.startAskedAt, pile.linkSince ?? 0) + work.rules.startTimeoutMs
      if (work.now >= due) await losePlace(work, pile, car, 'the remote start has begun nothing')
      else dueAt(work, due)
    } else if (car.turnAt !== null) {
      const due = car.turnAt + work.rules.arrivalGraceMs
      if (work.now >= due) await losePlace(work, pile, car, 'the driver did not come in time')
      else dueAt(work, due)
    }
  }
}

async function losePlace(work: SiteWork, pile: PileRow, car: CarRow, why: string): Promise<void> {
  notice(work, car.startAskedAt === null ? 'no-show' : 'anomaly', `${numberOf(car)} loses ${pile.id}: ${why}`, {
    pileId: pile.id,
    requestId: car.requestId,
  })
  work.causes.set(pile.id, 'no-show')
  const { turnAt, startAskedAt } = car
  car.turnAt = null
  car.startAskedAt = null
  if (car.noShows > 0) {
    // a start that began nothing is not the driver's doing
    if (turnAt !== null && startAskedAt === null)
      await chargeNoShow(work, pile, car, { from: turnAt, to: turnAt + work.rules.arrivalGraceMs })
    return endRequest(work, car, 'no-show')
  }
  await work.db.requestNoShow(car.requestId)
  car.noShows++
  const inYard = work.yard.cars.get(car.requestId)
  if (inYard !== undefined) inYard.charging = false
  const back = sendBack(work.yard, car.requestId)
  if (back.ok) await decide(work, back)
}

/** Whose turn it is at each pile: the grace begins, plugging in starts, the asked energy stops. */
export async function takeTurns(work: SiteWork): Promise<void> {
  for (const pile of work.snap.piles) {
    const session = openSessionAt(work.snap, pile.id)
    const car = firstCar(work, pile)
    if (session !== undefined) {
      const reached = session.targetMilliWh !== null && session.energyMilliWh >= session.targetMilliWh
      // an HTTP pile cannot be told: it ends its task by itself, and says so
      if (reached && session.stopAskedAt === null && pile.protocol !== 'http') await askStop(work, session, 'full')
      // not blindly again, but a charger that came back and still charges has not heard it
      else if (session.stopAskedAt !== null && pile.connected && (pile.linkSince ?? 0) > session.stopAskedAt)
        await askStop(work, session, session.endCause ?? 'full')
      continue
    }
    if (car === undefined) continue
    if (!isReady(pile) || isPromised(pile, car, work.now)) {
      car.turnAt = null
      continue
    }
    if (car.turnAt === null) {
      car.turnAt = work.now
      await work.db.requestCalled(car.requestId, work.now)
      notice(work, 'request', `${numberOf(car)}: your pile is ${pile.id}`, {
        pileId: pile.id,
        requestId: car.requestId,
      })
    }
    dueAt(work, car.turnAt + work.rules.arrivalGraceMs)
    if (pluggedInBy(pile, car) && car.startAskedAt === null && car.idTag !== null) {
      car.startAskedAt = work.now
      dueAt(work, work.now + work.rules.startTimeoutMs)
      await command(
        work,
        { chargePointId: pile.chargePointId, pileId: pile.id, requestId: car.requestId },
        {
          verb: 'start',
          connectorId: pile.connectorId,
          idTag: car.idTag,
          ...(car.hasTarget ? { energyWh: car.energyWh } : {}),
        },
        'plugged-in',
      )
    }
  }
}

/** Sessions whose end was lost: a newer one runs on the connector, or the connector has long been free. */
export async function closeForgotten(work: SiteWork): Promise<void> {
  for (const session of work.snap.sessions) {
    if (session.endedAt !== null) continue
    const newer = work.snap.sessions.some(
      other =>
        other.id > session.id &&
        other.chargePointId === session.chargePointId &&
        other.connectorId === session.connectorId &&
        other.startedAt >= session.startedAt,
    )
    const pile = work.snap.piles.find(({ id }) => id === session.pileId)
    const free =
      pile !== undefined &&
      isIdle(pile) &&
      pile.statusReceivedAt !== null &&
      pile.statusReceivedAt > Math.max(session.startedReceivedAt, session.lastReadingAt ?? 0)
    const due = free ? pile.statusReceivedAt! + work.rules.stopTimeoutMs : Number.POSITIVE_INFINITY
    if (!newer && work.now < due) {
      if (free) dueAt(work, due)
      continue
    }
    await closeProvisionally(work, session, newer ? 'superseded' : 'no-stop-received')
  }
}

/** Nobody can be charging there, whatever the ledger says. */
const isIdle = ({ connected, status }: PileRow): boolean =>
  connected && (status === 'Available' || status === 'Faulted' || status === 'Unavailable')

/** Can the called driver begin here? A cable that was never pulled since the last session is not theirs. */
function isReady(pile: PileRow): boolean {
  if (
    !pile.connected ||
    pile.broken ||
    !pile.inService ||
    pile.chargePointStatus === 'Faulted' ||
    pile.chargePointStatus === 'Unavailable'
  )
    return false
  return (
    pile.status === null ||
    pile.status === 'Available' ||
    pile.status === 'Reserved' ||
    (pile.status === 'Preparing' && pile.freshPlug)
  )
}

const pluggedInBy = (pile: PileRow, car: CarRow): boolean =>
  pile.status === 'Preparing' &&
  pile.freshPlug &&
  (pile.pluggedTag === null || pile.pluggedTag.toLowerCase() === car.idTag?.toLowerCase())
