import { ok, type Result, refuse } from '../../../protocol/result.ts'
import { MILLI_WH_PER_WH } from '../../../protocol/units.ts'
import { ratingRows } from '../../store/site/rating.ts'
import { billOfRequest } from '../../store/views/request-bill.ts'
import type { UseCasePorts } from '../ports.ts'
import { billRequest, billSession } from '../site/bill-session.ts'
import { waitsForCable } from '../site/parked.ts'
import { rateRow } from '../site/rate-session.ts'
import { carRow, notice, type SiteWork } from '../site/work.ts'
import { YARD_ENERGY_PER_MILLI_WH } from '../site/yard.ts'
import type { Verbs } from '../verbs.ts'

/**
 * An operator's word on a session that was held: billed as the registers say, with an energy that the operator names, or
 * not at all. Detail and bill are made at once, in the site's transaction; where the request was billed without it, it is
 * a correction of that bill. Given once.
 */
export function createGiveVerdict({ pool, sites }: Pick<UseCasePorts, 'pool' | 'sites'>): Verbs['giveVerdict'] {
  return async (actor, sessionId, { verdict, energyWh, note }) => {
    const { rows } = await pool.query<{ siteId: string }>(
      'select site_id as "siteId" from charging_sessions where id = $1',
      [sessionId],
    )
    const site = rows[0]
    if (site === undefined) return refuse('not-found')
    type Given = Result<{ requestId: string; waits: boolean }>
    const given = await sites.act(site.siteId, async (work): Promise<Given> => {
      const [row] = await ratingRows(work.client, [sessionId], true)
      if (row === undefined || row.requestId === null) return refuse('not-found')
      if (row.reviewVerdict !== null) return refuse('verdict-given')
      if (row.reviewReason === null || !row.settled)
        return refuse('state-forbids', 'the session is not held for review')
      const before = (await rateRow(work.client, row, work.now)).energyMilliWh
      row.reviewVerdict = verdict
      row.reviewEnergyMilliWh = energyOf(verdict, energyWh)
      const waits = verdict !== 'void' && (await waitsForCable(work, row, null))
      const rated = await rateRow(work.client, row, work.now)
      await work.db.addVerdict({
        sessionId,
        verdict,
        reviewEnergyMilliWh: row.reviewEnergyMilliWh,
        energyMilliWh: rated.energyMilliWh,
        billWaits: waits,
        note,
        actorId: actor.id,
        at: work.now,
      })
      keepDelivered(work, row.requestId, rated.energyMilliWh - before)
      notice(work, 'request', `session ${sessionId} was held for review: ${verdict}`, {
        pileId: row.pileId,
        requestId: row.requestId,
        data: { verdict, energyMilliWh: rated.energyMilliWh, by: actor.name },
      })
      // a void one is billed nothing: what it was billed before a late register made it doubtful is given back
      if (verdict !== 'void' ? !waits : (await work.db.ratedSoFar(sessionId)).length > 0) {
        const stopReason = row.endCause ?? row.stopReason ?? 'Local'
        await billSession(work, row, row.requestId, rated, { stopReason, note: `held for review until now: ${note}` })
        if (carRow(work, row.requestId) === undefined) await billRequest(work, row.requestId, row.userId)
      }
      return ok({ requestId: row.requestId, waits })
    })
    if (!given.ok) return given
    const { requestId, waits } = given.value
    return ok({ sessionId: String(sessionId), verdict, waits, bill: await billOfRequest(pool, requestId) })
  }
}

/** What counts instead of the registers; null leaves them. Of a void session nothing is known to have been delivered. */
function energyOf(verdict: 'bill' | 'amend' | 'void', energyWh: number | undefined): number | null {
  if (verdict === 'bill') return null
  return verdict === 'void' ? 0 : Math.round((energyWh ?? 0) * MILLI_WH_PER_WH)
}

/** A car that goes on wants what it has not got. */
export function keepDelivered(work: SiteWork, requestId: string, moreMilliWh: number): void {
  const car = carRow(work, requestId)
  if (car === undefined) return
  car.deliveredMilliWh += moreMilliWh
  const inYard = work.yard.cars.get(requestId)
  if (inYard !== undefined) inYard.needed = Math.max(0, inYard.demand - car.deliveredMilliWh * YARD_ENERGY_PER_MILLI_WH)
}
