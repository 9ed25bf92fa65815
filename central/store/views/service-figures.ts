import type { Mode } from '../../../protocol/modes.ts'
import type { EpochMs } from '../../../protocol/units.ts'
import { timestamptz } from '../pg-types.ts'
import type { Sql } from './page.ts'

/** How drivers of one mode at one site were served lately. */
export interface ServiceFigures {
  site: string
  mode: Mode
  /** In the waiting area or a fault queue now. */
  waiting: number
  /** Of those who came to charge; null for none. Nearest rank. */
  waitMedianSeconds: number | null
  waitP95Seconds: number | null
  /** Of starts that were promised at the request, whichever way they were off. */
  estimateErrorMedianSeconds: number | null
  estimateErrorP95Seconds: number | null
}

/** How far back they look. */
const LATELY_MS = 24 * 3_600_000

const FIGURES = /* sql */ `
select lately.site_id as site, mode,
  count(*) filter (where status = 'active' and q.place <> 'pile')::int as waiting,
  percentile_disc(0.5) within group (order by wait)::float8 as "waitMedianSeconds",
  percentile_disc(0.95) within group (order by wait)::float8 as "waitP95Seconds",
  percentile_disc(0.5) within group (order by error)::float8 as "estimateErrorMedianSeconds",
  percentile_disc(0.95) within group (order by error)::float8 as "estimateErrorP95Seconds"
from (
  select r.id, r.site_id, r.mode, r.status, abs(r.estimate_error_seconds) as error,
    extract(epoch from r.first_started_at - r.created_at) as wait
  from sites s join charging_requests r on r.site_id = s.id and r.created_at >= $1) lately
left join queue_status q on q.request_id = lately.id
group by lately.site_id, mode`

/** Of requests made in the last day of charging time, by site and mode. */
export const serviceFigures = async (sql: Sql, now: EpochMs): Promise<ServiceFigures[]> =>
  (await sql.query<ServiceFigures>(FIGURES, [timestamptz(now - LATELY_MS)])).rows
