import { DomainError } from '../../../protocol/errors.ts'
import type { EpochMs } from '../../../protocol/units.ts'
import { startOfDay } from '../../core/billing/report-periods.ts'
import { type EstimateErrors, estimateErrors } from '../../core/dispatch/estimate-error.ts'
import { type Fairness, fairness } from '../../core/dispatch/fairness.ts'
import { type OperatedPile, operated, operatedSite } from '../../store/views/operations.ts'
import type { Sql } from '../../store/views/page.ts'
import { defaultSiteId } from '../../store/views/queue.ts'

/** What a report covers where it does not say from when on. */
const DEFAULT_DAYS_MS = 31 * 24 * 3_600_000

export interface OperationsReport {
  siteId: string
  from: EpochMs
  to: EpochMs
  /** Minutes. */
  fairness: Fairness
  walkUps: number
  noShows: { lostPlaces: number; requests: number }
  /** Seconds. */
  estimates: EstimateErrors & {
    /** Share of those that were off by at most a tenth of the true wait or two minutes; null for none. */
    within: number | null
  }
  piles: (OperatedPile & { utilisation: number })[]
}

/** An instant, or a local date of the site. */
type Bound = EpochMs | string | undefined

/** How a site served its drivers over a period: all figures of requests made in it. Throws `not-found`. */
export async function reportOperations(
  sql: Sql,
  asked: { siteId: string | undefined; from: Bound; to: Bound; now: EpochMs },
): Promise<OperationsReport> {
  const { now } = asked
  const id = asked.siteId ?? (await defaultSiteId(sql))
  const site = id === undefined ? undefined : await operatedSite(sql, id)
  if (site === undefined) throw new DomainError('not-found', 'There is no such site')
  const instant = (bound: Bound): EpochMs | undefined =>
    typeof bound === 'string' ? startOfDay(bound, site.timeZone) : bound
  const to = instant(asked.to) ?? now
  const from = instant(asked.from) ?? to - DEFAULT_DAYS_MS
  const { trips, refusals, piles } = await operated(sql, site.id, { from, to, now })
  const told = trips.filter(({ estimateErrorSeconds }) => estimateErrorSeconds !== null)
  const isWithin = told.filter(
    ({ requestedAt, startedAt, estimateErrorSeconds: error }) =>
      Math.abs(error!) <= Math.max(0.1 * ((startedAt! - requestedAt) / 1000), 120),
  )
  return {
    siteId: site.id,
    from,
    to,
    fairness: fairness({ trips, refusals, piles, minute: 60_000, anyMode: site.policy.dispatch === 'batch' }),
    walkUps: trips.filter(({ walkUp }) => walkUp).length,
    noShows: {
      lostPlaces: trips.reduce((sum, { lostPlaces, noShow }) => sum + lostPlaces + Number(noShow), 0),
      requests: trips.filter(({ noShow }) => noShow).length,
    },
    estimates: {
      ...estimateErrors(told.map(({ estimateErrorSeconds }) => estimateErrorSeconds!)),
      within: told.length === 0 ? null : isWithin.length / told.length,
    },
    piles: piles.map(pile => ({
      ...pile,
      utilisation: pile.presentMs > 0 ? Math.min(1, pile.chargingMs / pile.presentMs) : 0,
    })),
  }
}
