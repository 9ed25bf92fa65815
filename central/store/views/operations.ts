import type { EpochMs } from '../../../protocol/units.ts'
import type { RefusedTrip, Trip } from '../../core/dispatch/fairness.ts'
import { timestamptz } from '../pg-types.ts'
import { one, type Sql } from './page.ts'

/** One request of a period with what was promised to it. */
export interface OperatedTrip extends Trip {
  walkUp: boolean
  /** Places lost because the driver did not come, and whether the request ended so. */
  lostPlaces: number
  noShow: boolean
  /** Start of the first session less the start that was promised at the request; null where nothing was, or none began. */
  estimateErrorSeconds: number | null
}

export interface OperatedPile {
  id: string
  mode: Trip['mode']
  powerW: number
  sessions: number
  energyMilliWh: number
  /** Of the period, with a session running. */
  chargingMs: number
  /** Of the period, since the pile exists. */
  presentMs: number
}

const SITE = 'select id, time_zone as "timeZone", policy from sites where id = $1'

const ms = (column: string): string => `floor(extract(epoch from ${column}) * 1000)::float8`

const TRIPS = /* sql */ `
select r.mode, r.priority, r.source = 'walk-up' as "walkUp", r.no_shows as "lostPlaces", r.status = 'no-show' as "noShow",
  ${ms('r.created_at')} as "requestedAt", ${ms('r.first_started_at')} as "startedAt", r.estimate_error_seconds as "estimateErrorSeconds",
  case when r.status <> 'active' then ${ms('s.ended_at')} end as "finishedAt", coalesce(s.energy, 0)::float8 / 1000 as "energyWh"
from charging_requests r
cross join lateral (
  select max(ended_at) filter (where energy_milli_wh > 0) as ended_at, sum(energy_milli_wh) as energy
  from charging_sessions where request_id = r.id) s
where r.site_id = $1 and r.created_at >= $2 and r.created_at < $3`

const REFUSALS = /* sql */ `
select mode, priority, reason from refused_requests where site_id = $1 and at >= $2 and at < $3`

/** Sessions count with their part in the period; one that runs, until now. */
const PILES = /* sql */ `
with period as (select $2::timestamptz as start, least($3::timestamptz, $4::timestamptz) as stop)
select p.id, p.mode, p.power_w as "powerW", s.sessions, s.energy as "energyMilliWh", s.charging as "chargingMs",
  greatest(0, extract(epoch from stop - greatest(start, p.created_at)) * 1000)::float8 as "presentMs"
from charging_piles p cross join period
cross join lateral (
  select count(*)::int as sessions, coalesce(sum(energy_milli_wh) filter (where started_at >= start), 0)::bigint as energy,
    coalesce(sum(extract(epoch from least(coalesce(ended_at, stop), stop) - greatest(started_at, start)) * 1000), 0)::float8 as charging
  from charging_sessions where pile_id = p.id and started_at < stop and coalesce(ended_at, stop) > start) s
where p.site_id = $1
order by p.mode, p.id`

/** What a report needs of a site; undefined when there is none. */
export const operatedSite = (sql: Sql, siteId: string) =>
  one<{ id: string; timeZone: string; policy: { dispatch?: string } }>(sql, SITE, [siteId])

/** What happened at a site from `from` until `to`. */
export async function operated(
  sql: Sql,
  siteId: string,
  { from, to, now }: { from: EpochMs; to: EpochMs; now: EpochMs },
): Promise<{ trips: OperatedTrip[]; refusals: RefusedTrip[]; piles: OperatedPile[] }> {
  const window = [siteId, timestamptz(from), timestamptz(to)]
  return {
    trips: (await sql.query<OperatedTrip>(TRIPS, window)).rows,
    refusals: (await sql.query<RefusedTrip>(REFUSALS, window)).rows,
    piles: (await sql.query<OperatedPile>(PILES, [...window, timestamptz(now)])).rows,
  }
}
