import { newId } from '../../../protocol/ids.ts'
import { difference } from '../../core/billing/correction.ts'
import type { Settlement } from '../../core/session/settle.ts'
import type { NewCorrection, NewDetail } from '../../store/site/money-writes.ts'
import type { RatingRow } from '../../store/site/rating.ts'
import { settleAmount } from '../payments/account.ts'
import { tellBill } from './tell-end.ts'
import { notice, type SiteWork } from './work.ts'

/** Why a session that was billed comes to something else now, in words for the bill. */
export const REGISTERS_CAME_LATE = 'meter values that came after the bill'

/**
 * Brings a session's details to what it comes to now: the first is its detail, every later one a correction of that. What
 * comes after the bill names it. Settling again what has not changed adds nothing. True when something was added.
 */
export async function billSession(
  work: SiteWork,
  row: RatingRow,
  requestId: string,
  rated: Settlement,
  { stopReason, note }: { stopReason: string; note: string },
): Promise<boolean> {
  const billed = await work.db.ratedSoFar(row.id)
  const billId = await work.db.billOf(requestId)
  const detail: NewDetail = {
    ...rated,
    id: newId(),
    requestId,
    sessionId: row.id,
    siteId: work.snap.site.id,
    pileId: row.pileId,
    userId: row.userId,
    tariffVersionId: row.tariffVersionId,
    stopReason,
    createdAt: work.now,
  }
  const [first] = billed
  if (first === undefined && billId === null) {
    await work.db.addDetail(detail)
    return true
  }
  const apart = difference(rated, billed)
  if (apart === null && first !== undefined) return false
  const before = billed.reduce((sum, { energyMilliWh }) => sum + energyMilliWh, 0)
  const told = first === undefined ? note : `${note}: ${before / 1000} Wh became ${rated.energyMilliWh / 1000} Wh`
  await addCorrection(work, {
    ...detail,
    ...apart,
    billId,
    correctsId: first?.id ?? null,
    origin: 'rated',
    note: told,
  })
  return true
}

/** Writes a correction, and gives or takes its amount. */
export async function addCorrection(work: SiteWork, correction: NewCorrection): Promise<void> {
  const { billId, sessionId, requestId, pileId, note, energyMilliWh, totalMinor } = correction
  await work.db.addCorrection(correction)
  if (billId !== null) await settleAmount(work.client, billId, work.now, totalMinor)
  notice(work, 'anomaly', `${sessionId === null ? 'a reservation' : `session ${sessionId}`} is corrected: ${note}`, {
    pileId,
    requestId,
    data: { energyMilliWh, totalMinor },
  })
}

/** A bill is for all details of a request: it waits for the last of its sessions. None while the request goes on. */
export async function billRequest(work: SiteWork, requestId: string, userId: string | null): Promise<void> {
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
  if (!made) return
  await settleAmount(work.client, id, work.now)
  await tellBill(work, id, requestId)
}
