import { type Exposure, type FaultSpan, type Period, REPEAT_MS } from '../../core/pile/reliability.ts'
import type { Sql } from './page.ts'

const time = (parameter: string): string => `to_timestamp(${parameter}::double precision / 1000)`

const SPANS = /* sql */ `
select pile_id as "pileId", type, firmware, opened_at as "openedAt", resolved_at as "resolvedAt", state = 'false-alarm' as "falseAlarm"
from fault_records
where ($1::text is null or site_id = $1) and opened_at < ${time('$3')} and (resolved_at is null or resolved_at >= ${time('$2')})
order by opened_at, id`

/** Records that touch the period, and those before that make one of it a repeat. */
export const faultSpans = async (sql: Sql, siteId: string | undefined, period: Period): Promise<FaultSpan[]> =>
  (await sql.query<FaultSpan>(SPANS, [siteId ?? null, period.from - REPEAT_MS, period.to])).rows

/** A pile's history begins with its first state; each state lasts until the next. */
const EXPOSURES = /* sql */ `
select p.id as "pileId", c.firmware, coalesce(e.ms, 0)::bigint as "inServiceMs"
from charging_piles p
join charge_points c on c.id = p.charge_point_id
cross join lateral (
  select sum(extract(epoch from least(s.until, ${time('$3')}) - greatest(s.at, ${time('$2')})) * 1000) as ms
  from (select at, state, lead(at, 1, 'infinity') over (order by at, id) as until from pile_events where pile_id = p.id) s
  where s.state in ('available', 'occupied') and s.at < ${time('$3')} and s.until > ${time('$2')} and s.until > s.at) e
where $1::text is null or p.site_id = $1`

/** How long each pile was there for drivers. */
export const exposures = async (sql: Sql, siteId: string | undefined, period: Period): Promise<Exposure[]> =>
  (await sql.query<Exposure>(EXPOSURES, [siteId ?? null, period.from, period.to])).rows
