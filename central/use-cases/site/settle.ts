import { newId } from '../../../protocol/ids.ts'
import { leave } from '../../core/queue/verbs.ts'
import { settleSession } from '../../core/session/settle.ts'
import { sessionRegisters } from '../../store/site/readings.ts'
import type { NewDetail } from '../../store/site/session-writes.ts'
import type { CarRow, PileRow, SessionRow } from '../../store/site/snapshot.ts'
import { sessionTariff } from './session-tariff.ts'
import { tellBill, tellEnd } from './tell-end.ts'
import {
  carRow,
  decide,
  dueAt,
  notice,
  openSessionOf,
  pileRow,
  type SiteWork,
  targetOf,
  YARD_ENERGY_PER_MILLI_WH,
} from './work.ts'

/** Every session that has ended gets its detail, and its request an outcome. Settled once: session and detail in one transaction. */
export async function settleEnded(work: SiteWork): Promise<void> {
  for (const session of [...work.snap.sessions]) {
    const { endedAt, requestId } = session
    if (endedAt === null || requestId === null || mayYetBeFault(work, session)) continue
    work.snap.sessions.splice(work.snap.sessions.indexOf(session), 1)
    await settleOne(work, session, requestId, endedAt)
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
  const pile = pileRow(work, session.pileId)
  const due = endedReceivedAt + FAULT_FOLLOWS_MS
  if (pile === undefined || isFaulty(pile) || work.now >= due) return false
  dueAt(work, due)
  return true
}

const isFaulty = (pile: PileRow): boolean =>
  pile.openFaults.length > 0 || pile.status === 'Faulted' || pile.chargePointStatus === 'Faulted'

async function settleOne(work: SiteWork, session: SessionRow, requestId: string, endedAt: number): Promise<void> {
  const { site } = work.snap
  const pile = pileRow(work, session.pileId)
  const car = carRow(work, requestId)
  const settlement = settleSession({
    session: {
      startedAt: session.startedAt,
      endedAt,
      startRegisterMilliWh: session.meterStartMilliWh,
      stopRegisterMilliWh: session.meterStopMilliWh,
    },
    readings: await sessionRegisters(work.client, session.id),
    tariff: await sessionTariff(work.client, session, site),
    timeZone: site.timeZone,
    pilePowerW: pile?.powerW ?? null,
  })
  const { energyMilliWh, reviewReason } = settlement
  const cause = causeOf(session, pile, energyMilliWh)
  await work.db.settle(session.id, work.now, energyMilliWh, reviewReason)
  await work.db.observed({ verb: 'stop', sessionId: session.id, now: work.now })
  if (reviewReason === null) {
    await addDetail(work, {
      ...settlement,
      id: newId(),
      requestId,
      sessionId: session.id,
      siteId: site.id,
      pileId: session.pileId,
      userId: session.userId,
      tariffVersionId: session.tariffVersionId,
      stopReason: cause,
      createdAt: work.now,
    })
  } else {
    const details = { reviewReason, energyMilliWh, totalMinor: settlement.totalMinor }
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
  tellEnd(work, session, energyMilliWh, cause)
  if (car === undefined) return billRequest(work, requestId, session.userId)
  car.deliveredMilliWh += energyMilliWh - session.energyMilliWh
  const inYard = work.yard.cars.get(requestId)
  if (inYard !== undefined) {
    inYard.needed = Math.max(0, inYard.demand - car.deliveredMilliWh * YARD_ENERGY_PER_MILLI_WH)
    if (work.yard.piles.some(({ id, cars }) => id === session.pileId && cars.includes(requestId)))
      inYard.charging = false
  }
  const next = openSessionOf(work.snap, requestId)
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

/** The session's detail; what differs from one that was billed before is a correction that names it and its bill. */
async function addDetail(work: SiteWork, detail: NewDetail): Promise<void> {
  const billed = await work.db.billedSoFar(detail.sessionId)
  if (billed === undefined) {
    await work.db.addDetail(detail)
    return
  }
  const energyMilliWh = detail.energyMilliWh - billed.energyMilliWh
  const totalMinor = detail.totalMinor - billed.totalMinor
  if (energyMilliWh === 0 && totalMinor === 0) return
  const note = `the charger's own end: ${billed.energyMilliWh / 1000} Wh became ${detail.energyMilliWh / 1000} Wh`
  await work.db.addCorrection({
    ...detail,
    billId: billed.billId,
    correctsId: billed.chargeId,
    note,
    energyMilliWh,
    chargingSeconds: detail.chargingSeconds - billed.chargingSeconds,
    energyFeeMinor: detail.energyFeeMinor - billed.energyFeeMinor,
    serviceFeeMinor: detail.serviceFeeMinor - billed.serviceFeeMinor,
    otherFeeMinor: detail.otherFeeMinor - billed.otherFeeMinor,
    totalMinor,
  })
  notice(work, 'anomaly', `session ${detail.sessionId} is corrected: ${note}`, {
    pileId: detail.pileId,
    requestId: detail.requestId,
    data: { energyMilliWh, totalMinor },
  })
}

/** A request has its outcome: the car goes, and what was delivered is billed. */
export async function endRequest(
  work: SiteWork,
  car: CarRow,
  status: 'completed' | 'cancelled' | 'no-show',
): Promise<void> {
  const left = leave(work.yard, car.requestId)
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

/** A bill is for all details of a request: it waits for the last of its sessions. */
async function billRequest(work: SiteWork, requestId: string, userId: string | null): Promise<void> {
  const { site } = work.snap
  if (work.snap.sessions.some(session => session.requestId === requestId)) return
  const id = newId()
  const made = await work.db.addBill({
    id,
    requestId,
    siteId: site.id,
    userId,
    currency: site.currency,
    createdAt: work.now,
  })
  if (made) await tellBill(work, id, requestId)
}

/** Our cause if we had one; the asked energy reached; a pile that is broken; else the charger's own reason. */
function causeOf(session: SessionRow, pile: PileRow | undefined, energyMilliWh: number): string {
  if (session.endCause !== null) return session.endCause
  if (session.targetMilliWh !== null && energyMilliWh >= session.targetMilliWh) return 'full'
  if (pile !== undefined && isFaulty(pile)) return 'fault'
  return session.stopReason ?? 'Local'
}
