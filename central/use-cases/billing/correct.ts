import { newId } from '../../../protocol/ids.ts'
import { ok, type Result, refuse } from '../../../protocol/result.ts'
import { MILLI_WH_PER_WH, type Money } from '../../../protocol/units.ts'
import { mul, ratio, roundHalfUp } from '../../core/billing/ratio.ts'
import { type ChargedDetail, chargedDetails } from '../../store/site/charged.ts'
import { ratingRows } from '../../store/site/rating.ts'
import { billOfRequest } from '../../store/views/request-bill.ts'
import type { UseCasePorts } from '../ports.ts'
import { addCorrection, billSession } from '../site/bill-session.ts'
import { rateRow } from '../site/rate-session.ts'
import type { SiteWork } from '../site/work.ts'
import type { Actor, Verbs } from '../verbs.ts'
import { keepDelivered } from './verdict.ts'

/**
 * A credit or a debit beside a bill, which stays as it was issued: an amount, or another energy for one of its sessions,
 * priced by the session's own tariff. A credit never takes more than what is left of the bill.
 */
export function createCorrectBill({ pool, sites }: Pick<UseCasePorts, 'pool' | 'sites'>): Verbs['correctBill'] {
  return async (actor, billId, { detailId, amount, energyWh, reason }) => {
    const { rows } = await pool.query<{ siteId: string; requestId: string }>(
      'select site_id as "siteId", request_id as "requestId" from bills where id = $1',
      [billId],
    )
    const bill = rows[0]
    if (bill === undefined) return refuse('not-found')
    const done = await sites.act(bill.siteId, async (work): Promise<Result<null>> => {
      const charged = await chargedDetails(work.client, billId)
      const detail =
        detailId === undefined && charged.length === 1 ? charged[0] : charged.find(({ id }) => id === detailId)
      if (detail === undefined)
        return detailId === undefined
          ? refuse('malformed-request', 'the bill has several details: name one with detailId')
          : refuse('not-found', 'the bill has no such detail')
      return amount === undefined
        ? correctEnergy(work, actor, detail, energyWh ?? 0, reason)
        : correctAmount(work, actor, billId, detail, amount, reason)
    })
    if (!done.ok) return done
    const corrected = await billOfRequest(pool, bill.requestId)
    return corrected === null ? refuse('not-found') : ok(corrected)
  }
}

async function correctAmount(
  work: SiteWork,
  actor: Actor,
  billId: string,
  detail: ChargedDetail,
  { amount, currency }: Money,
  reason: string,
): Promise<Result<null>> {
  if (currency !== detail.currency) return refuse('malformed-request', `the bill is in ${detail.currency}`)
  if (detail.balanceMinor + amount < 0)
    return refuse('state-forbids', `only ${detail.balanceMinor / 100} ${currency} of the bill are left`)
  const { balanceMinor: _, ...of } = detail
  await addCorrection(work, {
    ...of,
    id: newId(),
    billId,
    correctsId: detail.id,
    origin: 'given',
    energyMilliWh: 0,
    chargingSeconds: 0,
    parkingSeconds: 0,
    energyFeeMinor: 0,
    serviceFeeMinor: 0,
    otherFeeMinor: amount,
    totalMinor: amount,
    vatMinor: vatOf(amount, detail),
    windows: [],
    lines: [],
    stopReason: 'correction',
    createdAt: work.now,
    note: `${reason} (${actor.name})`,
  })
  return ok(null)
}

/** Contained in the same proportion as in the detail that is corrected, half up. */
const vatOf = (amount: number, { vatMinor, totalMinor }: ChargedDetail): number =>
  totalMinor === 0 ? 0 : Number(roundHalfUp(mul(ratio(amount), ratio(vatMinor, totalMinor))))

async function correctEnergy(
  work: SiteWork,
  actor: Actor,
  detail: ChargedDetail,
  energyWh: number,
  reason: string,
): Promise<Result<null>> {
  const [row] = detail.sessionId === null ? [] : await ratingRows(work.client, [detail.sessionId], true)
  if (row === undefined || row.requestId === null)
    return refuse('state-forbids', 'the detail is of no session: correct its amount')
  if (!row.settled) return refuse('state-forbids', 'the session is being settled again')
  const before = (await rateRow(work.client, row, work.now)).energyMilliWh
  row.reviewEnergyMilliWh = Math.round(energyWh * MILLI_WH_PER_WH)
  const rated = await rateRow(work.client, row, work.now)
  const [balance] = await chargedDetails(work.client, detail.billId)
  const more = rated.totalMinor - (await work.db.ratedSoFar(row.id)).reduce((sum, one) => sum + one.totalMinor, 0)
  if ((balance?.balanceMinor ?? 0) + more < 0) return refuse('state-forbids', 'the bill would fall below zero')
  const note = `${reason} (${actor.name})`
  if (!(await billSession(work, row, row.requestId, rated, { stopReason: detail.stopReason, note })))
    return refuse('state-forbids', 'that is what was billed')
  await work.db.addVerdict({
    sessionId: row.id,
    verdict: 'amend',
    reviewEnergyMilliWh: row.reviewEnergyMilliWh,
    energyMilliWh: rated.energyMilliWh,
    billWaits: false,
    note: reason,
    actorId: actor.id,
    at: work.now,
  })
  keepDelivered(work, row.requestId, rated.energyMilliWh - before)
  return ok(null)
}
