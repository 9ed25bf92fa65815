import type { Mode } from '../../../protocol/modes.ts'
import type { ToldDecision } from '../../core/dispatch/explain.ts'
import { listPage, one, type Page, type PageRequest, type Sql, type Window, when, within } from './page.ts'

/** One move of one car, as it was decided. */
export interface DecisionRow extends Omit<ToldDecision, 'number'> {
  id: number
  requestId: string
  siteId: string
  mode: Mode
  /** The car's number as it is now: another mode has another one. */
  number: number
}

const SELECT = /* sql */ `
select d.id::int as id, d.request_id as "requestId", d.site_id as "siteId", r.mode, r.number, d.at, site.time_zone as "timeZone",
  d.cause, d.rule, d.from_place as "from", d.from_pile_id as "fromPileId", d.to_place as "to", d.pile_id as "pileId", d.candidates, d.together
from dispatch_decisions d join charging_requests r on r.id = d.request_id join sites site on site.id = d.site_id`

/** Decisions about one request or at one site, newest first. */
export const listDecisions = (
  sql: Sql,
  filter: Window & { requestId?: string; siteId?: string; page: PageRequest },
): Promise<Page<DecisionRow>> =>
  listPage(sql, {
    select: SELECT,
    where: [
      when(filter.requestId, 'd.request_id = ?'),
      when(filter.siteId, 'd.site_id = ?'),
      ...within(filter, 'd.at'),
    ],
    keys: [{ column: 'd.id', type: 'integer', of: row => row.id }],
    page: filter.page,
  })

/** What brought a car where it is. */
export const lastDecision = (sql: Sql, requestId: string): Promise<DecisionRow | undefined> =>
  one<DecisionRow>(sql, `${SELECT} where d.request_id = $1 order by d.id desc limit 1`, [requestId])
