import { depart } from '../../core/queue/verbs.ts'
import type { Settlement } from '../../core/session/settle.ts'
import type { CarRow, PileRow, SessionRow } from '../../store/site/snapshot.ts'
import { billRequest, billSession, REGISTERS_CAME_LATE } from './bill-session.ts'
import { billParked, waitsForCable } from './parked.ts'
import { pricesParking, rateStored, tariffOf } from './rate-session.ts'
import { tellEnd } from './tell-end.ts'
import { carRow, decide, dueAt, notice, openSessionOf, pileRow, type SiteWork, targetOf } from './work.ts'
import { YARD_ENERGY_PER_MILLI_WH } from './yard.ts'

/** Every session that has ended gets its detail, and its request an outcome. Settled once: session and detail in one transaction. */
export async function settleEnded(work: SiteWork): Promise<void> {
  for (const session of [...work.snap.sessions]) {
    const { endedAt, requestId } = session
    if (endedAt === null || requestId === null) continue
    if (session.parked) {
      await billParked(work, session, requestId)
      continue
    }
    if (mayYetBeFault(work, session)) continue
    await settleOne(work, session, requestId)
  }
}

/** Reasons that a charger gives when it fails; the status that says so may come after the stop. */
const FAILING = ['Other', 'EmergencyStop', 'PowerLoss', 'HardReset']
/** How long that status may take, in ms of charging time. */
const FAULT_FOLLOWS_MS = 3_000

function mayYetBeFault(work: SiteWork, session: SessionRow): boolean {
  const { endCause, stopReason, endedReceivedAt, provisional, targetMilliWh, energyMilliWh } = session
  if (endCause !== null || provisional || endedReceivedAt === null || !FAILING.includes(stopReason ?? '')) return false
  if (targetMilliWh !== null && energyMilliWh >= targetMilliWh) return false
  // a walk-up that was over before it was heard of has no place to keep
  if (!work.yard.cars.has(session.requestId ?? '')) return false
  const pile = pileRow(work, session.pileId)
  const due = endedReceivedAt + FAULT_FOLLOWS_MS
  if (pile === undefined || isFaulty(pile) || work.now >= due) return false
  dueAt(work, due)
  return true
}

const isFaulty = (pile: PileRow): boolean =>
  pile.openFaults.length > 0 || pile.status === 'Faulted' || pile.chargePointStatus === 'Faulted'

async function settleOne(work: SiteWork, session: SessionRow, requestId: string): Promise<void> {
  const stored = await rateStored(work.client, session.id, work.now, { lock: true })
  if (stored === undefined) return
  const { row } = stored
  const pile = pileRow(work, session.pileId)
  const car = carRow(work, requestId)
  const cause = causeOf(session, pile, stored.rated.energyMilliWh)
  if (cause === 'fault') row.endCause ??= cause
  const held = row.reviewVerdict === null ? stored.rated.reviewReason : null
  const waits =
    held === null && row.reviewVerdict !== 'void' && (await waitsForCable(work, row, session.endedReceivedAt))
  const { energyMilliWh } = stored.rated
  const known = row.reviewReason !== null || row.billWaits || (await work.db.ratedSoFar(session.id)).length > 0
  const reviewReason = row.reviewVerdict === null ? held : row.reviewReason
  await work.db.settle(session.id, work.now, energyMilliWh, reviewReason, waits, cause)
  await work.db.observed({ verb: 'stop', sessionId: session.id, now: work.now })
  if (waits) session.parked = true
  else work.snap.sessions.splice(work.snap.sessions.indexOf(session), 1)
  if (held !== null) {
    if (held !== row.reviewReason) await hold(work, session, requestId, stored.rated, held)
  } else if (!waits && row.reviewVerdict !== 'void') {
    // the cause and the time of the cable may have been written just now
    const rated = pricesParking(tariffOf(row))
      ? (await rateStored(work.client, session.id, work.now))?.rated
      : undefined
    await billSession(work, row, requestId, rated ?? stored.rated, { stopReason: cause, note: REGISTERS_CAME_LATE })
  }
  // whoever heard of the end before does not hear of it again
  if (!known) tellEnd(work, session, energyMilliWh, cause)
  if (car === undefined) return billRequest(work, requestId, session.userId)
  car.deliveredMilliWh += energyMilliWh - session.energyMilliWh
  const next = openSessionOf(work.snap, requestId)
  const inYard = work.yard.cars.get(requestId)
  if (inYard !== undefined) {
    inYard.needed = Math.max(0, inYard.demand - car.deliveredMilliWh * YARD_ENERGY_PER_MILLI_WH)
    // an end told late is not that of the session that has begun here since, or is beginning
    if (work.yard.piles.some(({ id, cars }) => id === session.pileId && cars.includes(requestId)))
      inYard.charging = next?.pileId === session.pileId || car.startAskedAt !== null
  }
  const goesOn =
    // it charges again already: the request has its outcome with that session
    (next !== undefined && next.stopAskedAt === null) ||
    ((cause === 'fault' || cause === 'switched-off') &&
      car.hasTarget &&
      (inYard?.needed ?? 0) > 0 &&
      car.endCause === null)
  if (goesOn) await retarget(work, car)
  else await endRequest(work, car, cause === 'cancel' || car.endCause === 'cancel' ? 'cancelled' : 'completed')
}

/** Not billed until an operator's verdict: its registers cannot be true. */
async function hold(
  work: SiteWork,
  session: SessionRow,
  requestId: string,
  { energyMilliWh, totalMinor }: Settlement,
  reviewReason: string,
): Promise<void> {
  const details = { reviewReason, energyMilliWh, totalMinor }
  await work.db.addAnomaly({
    chargePointId: session.chargePointId,
    sessionId: session.id,
    kind: 'held',
    at: work.now,
    details,
  })
  notice(work, 'anomaly', `session ${session.id} is held for review: ${reviewReason}`, {
    pileId: session.pileId,
    requestId,
    data: details,
  })
}

/** A request has its outcome: the car goes, and what was delivered is billed. Calling comes later in the run. */
export async function endRequest(
  work: SiteWork,
  car: CarRow,
  status: 'completed' | 'cancelled' | 'no-show',
): Promise<void> {
  const left = depart(work.yard, car.requestId)
  if (left.ok) await decide(work, left)
  work.snap.cars.splice(work.snap.cars.indexOf(car), 1)
  await work.db.unplace(car.requestId)
  await work.db.endRequest(car.requestId, status, work.now)
  await billRequest(work, car.requestId, car.userId)
}

/** What is left for the car's next session, should it have begun before this one was settled. */
async function retarget(work: SiteWork, car: CarRow): Promise<void> {
  const next = openSessionOf(work.snap, car.requestId)
  if (next === undefined || !car.hasTarget) return
  next.targetMilliWh = targetOf(car, car.deliveredMilliWh - next.energyMilliWh)
  await work.db.sessionTarget(next.id, next.targetMilliWh)
}

/** Our cause if we had one; the asked energy reached; a pile that is broken; else the charger's own reason. */
function causeOf(session: SessionRow, pile: PileRow | undefined, energyMilliWh: number): string {
  if (session.endCause !== null) return session.endCause
  if (session.targetMilliWh !== null && energyMilliWh >= session.targetMilliWh) return 'full'
  if (pile !== undefined && isFaulty(pile)) return 'fault'
  return session.stopReason ?? 'Local'
}
