import { foldCase, newId } from '../../../protocol/ids.ts'
import { type EpochMs, MILLI_WH_PER_WH } from '../../../protocol/units.ts'
import { seat } from '../../core/queue/seat.ts'
import { outrunStart } from '../../store/site/outrun-start.ts'
import type { CarRow, PileRow, SessionRow } from '../../store/site/snapshot.ts'
import { tariffInForce } from '../../store/site/tariff.ts'
import { settleEnded } from './settle.ts'
import { askStop, carRow, decide, pileRow, type SiteWork, targetOf, yardPile } from './work.ts'
import { inYard } from './yard.ts'

/** What a plan assumes of a walk-up, who has not said how much they want. */
const WALK_UP_ENERGY_WH = 30_000

/**
 * Every session belongs to a request: the called car's, another of the same driver, or an implicit one (domain.md section
 * 3). A start that was refused and delivered nothing is neither a walk-up nor a bill; one that charges all the same is.
 */
export async function joinSessions(work: SiteWork): Promise<void> {
  for (const session of [...work.snap.sessions]) {
    if (session.requestId !== null) continue
    const pile = pileRow(work, session.pileId)
    if (pile === undefined) continue
    if (session.verdict !== 'accepted' && session.energyMilliWh < MILLI_WH_PER_WH) {
      if (session.endedAt !== null) await forget(work, session)
      continue
    }
    const asked = carFor(work, session, pile)
    const car = asked ?? (await walkUp(work, session, pile))
    if (session.endedAt === null) {
      const seated = seat(work.yard, pile.id, inYard(car))
      await decide(work, seated)
    }
    await join(work, session, pile, car)
    // it was refused and charges all the same
    if (session.endedAt === null && session.verdict !== 'accepted') await askStop(work, session, 'not-authorised')
    if (asked === undefined) await stopOutrun(work, session, pile)
    // its request has its outcome before the next session looks for one
    if (session.endedAt !== null) await settleEnded(work)
  }
}

async function forget(work: SiteWork, session: SessionRow): Promise<void> {
  await work.db.settle(session.id, work.now, session.energyMilliWh, null)
  work.snap.sessions.splice(work.snap.sessions.indexOf(session), 1)
}

async function join(work: SiteWork, session: SessionRow, pile: PileRow, car: CarRow): Promise<void> {
  const deliveredBefore = car.deliveredMilliWh
  const tariff = await tariffInForce(work.client, {
    siteId: work.snap.site.id,
    mode: pile.mode,
    pileId: pile.id,
    userId: session.userId ?? car.userId,
    at: session.startedAt,
  })
  const targetMilliWh = targetOf(car, deliveredBefore)
  const energyMilliWh = await work.db.joinSession(session.id, {
    requestId: car.requestId,
    userId: car.userId,
    targetMilliWh,
    tariffVersionId: tariff?.id ?? null,
    calledAt: calledAt(session, pile, car),
  })
  session.energyMilliWh = energyMilliWh ?? session.energyMilliWh
  await work.db.observed({ verb: 'start', requestId: car.requestId, now: work.now })
  await work.db.requestStarted(car.requestId, session.startedAt)
  session.requestId = car.requestId
  session.targetMilliWh = targetMilliWh
  session.tariffVersionId ??= tariff?.id ?? null
  session.userId ??= car.userId
  car.deliveredMilliWh += session.energyMilliWh
  car.startAskedAt = null
  car.turnAt = null
  work.causes.set(pile.id, 'session-started')
  work.events.push({
    type: 'session',
    siteId: work.snap.site.id,
    pileId: pile.id,
    at: session.startedAt,
    sessionId: String(session.id),
    event: 'started',
    energyWh: 0,
    reason: null,
  })
}

/** Since when the pile was held for its driver; null where it was not, for a walk-up or a car that was called elsewhere. */
const calledAt = (session: SessionRow, pile: PileRow, car: CarRow): EpochMs | null =>
  car.turnAt === null || car.pileId !== pile.id ? null : Math.min(car.turnAt, session.startedAt)

/** The request a session is for; undefined makes it a walk-up. */
function carFor(work: SiteWork, session: SessionRow, pile: PileRow): CarRow | undefined {
  if (session.askedRequestId !== null) {
    const asked = carRow(work, session.askedRequestId)
    if (asked !== undefined) return asked
  }
  const here = yardPile(work, pile.id)?.cars ?? []
  const isHere = (car: CarRow): boolean => here.includes(car.requestId)
  const candidates = work.snap.cars.filter(
    car =>
      belongsTo(session, car) &&
      // a batch calls cars to piles of the other mode too
      (car.mode === pile.mode || isHere(car)) &&
      isFree(work, car) &&
      // a session replayed hours later is not the answer to a request made since, unless it began where the car was called
      (session.endedAt === null ||
        session.endedAt >= car.createdAt ||
        (isHere(car) && session.startedReceivedAt >= car.since)),
  )
  return candidates.find(isHere) ?? candidates[0]
}

/** Not charging; a session that is being stopped, because its pile failed, does not keep a car from its next one. */
const isFree = (work: SiteWork, car: CarRow): boolean =>
  work.snap.sessions.every(
    session => session.requestId !== car.requestId || session.endedAt !== null || session.stopAskedAt !== null,
  )

/** The driver cancelled while the charger was starting for them: what has begun all the same ends at once. */
async function stopOutrun(work: SiteWork, session: SessionRow, pile: PileRow): Promise<void> {
  if (session.endedAt !== null) return
  const since = session.startedReceivedAt - work.rules.startTimeoutMs
  const requestId = await outrunStart(work.client, {
    pileId: pile.id,
    idTag: session.idTag,
    userId: session.userId,
    since,
  })
  if (requestId === undefined) return
  await work.db.observed({ verb: 'start', requestId, now: work.now })
  await askStop(work, session, 'cancel')
}

const belongsTo = (session: SessionRow, car: CarRow): boolean =>
  (car.idTag !== null && foldCase(car.idTag) === foldCase(session.idTag)) ||
  (car.userId !== null && car.userId === session.userId)

async function walkUp(work: SiteWork, session: SessionRow, pile: PileRow): Promise<CarRow> {
  const mode = pile.mode
  const number = work.yard.nextNumber[mode]
  const car: CarRow = {
    requestId: newId(),
    userId: session.userId,
    vehicleId: null,
    idTag: session.idTag,
    mode,
    number,
    energyWh: WALK_UP_ENERGY_WH,
    hasTarget: false,
    source: 'walk-up',
    priority: 0,
    endCause: null,
    noShows: 0,
    createdAt: session.startedAt,
    numberedAt: work.now,
    firstCalledAt: null,
    estimatedStartAt: null,
    place: 'pile',
    pileId: pile.id,
    position: 0,
    since: work.now,
    turnAt: null,
    startAskedAt: null,
    reserveAskedAt: null,
    deliveredMilliWh: 0,
  }
  // also for a session that has ended already: it takes a number, but no place
  if (session.endedAt !== null)
    work.yard = { ...work.yard, nextNumber: { ...work.yard.nextNumber, [mode]: number + 1 } }
  await work.db.addRequest({ ...car, id: car.requestId, siteId: work.snap.site.id })
  work.snap.cars.push(car)
  return car
}
