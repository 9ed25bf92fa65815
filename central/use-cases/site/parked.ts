import type { EpochMs } from '../../../protocol/units.ts'
import { type RatingRow, ratingRows } from '../../store/site/rating.ts'
import type { PileRow, SessionRow } from '../../store/site/snapshot.ts'
import { billRequest, billSession, REGISTERS_CAME_LATE } from './bill-session.ts'
import { parkingBound, pricesParking, rateRow, tariffOf } from './rate-session.ts'
import { carRow, dueAt, pileRow, type SiteWork } from './work.ts'

/**
 * Whether a session's bill must wait: its tariff prices parking and the cable is still in. It waits a day at most, or
 * until the next session at that pile. A cable that is out is kept with its time, so that the bill can be computed again.
 */
export async function waitsForCable(work: SiteWork, row: RatingRow, endedReceivedAt: EpochMs | null): Promise<boolean> {
  if (row.endedAt === null || !pricesParking(tariffOf(row)) || row.unpluggedAt !== null) return false
  const bound = parkingBound(row, work.now)
  if (work.now >= bound) return false
  const outAt = cableOutAt(pileRow(work, row.pileId), row.endedAt, endedReceivedAt)
  if (outAt === null) {
    dueAt(work, bound)
    return true
  }
  row.unpluggedAt = outAt
  await work.db.unplugged(row.id, outAt)
  return false
}

/** When the cable was pulled, by what the pile says now; null while it may be in. HTTP piles tell of no cable. */
function cableOutAt(pile: PileRow | undefined, endedAt: EpochMs, endedReceivedAt: EpochMs | null): EpochMs | null {
  if (pile === undefined || pile.protocol === 'http') return endedAt
  const { status, freshPlug, statusReceivedAt } = pile
  // said before the stop: the cable was out at the end already
  const since = statusReceivedAt !== null && statusReceivedAt > (endedReceivedAt ?? endedAt)
  const another = status === 'Preparing' && freshPlug && since
  if (status !== null && status !== 'Available' && status !== 'Reserved' && !another) return null
  return since ? Math.max(endedAt, statusReceivedAt) : endedAt
}

/** A session whose detail has waited for the cable gets it when that is out, and its request the bill. */
export async function billParked(work: SiteWork, session: SessionRow, requestId: string): Promise<void> {
  const [row] = await ratingRows(work.client, [session.id], true)
  // the charger's own stop may have come since the snapshot: it is settled again in the next run
  if (row === undefined || !row.settled) return dueAt(work, work.now)
  if (await waitsForCable(work, row, session.endedReceivedAt)) return
  const rated = await rateRow(work.client, row, work.now)
  work.snap.sessions.splice(work.snap.sessions.indexOf(session), 1)
  await work.db.billWaitsNoMore(session.id)
  const stopReason = row.endCause ?? row.stopReason ?? 'Local'
  await billSession(work, row, requestId, rated, { stopReason, note: REGISTERS_CAME_LATE })
  if (carRow(work, requestId) === undefined) await billRequest(work, requestId, row.userId)
}
