import type { Pool } from 'pg'
import type { EpochMs } from '../../../protocol/units.ts'
import { comparePileIds } from '../../core/queue/order.ts'
import type {
  Outage,
  RecordedDays,
  RecordedPile,
  RecordedRefusal,
  RecordedRequest,
} from '../../core/replay/recorded.ts'
import { timestamptz } from '../pg-types.ts'
import { tariffInForce } from '../site/tariff.ts'
import { one } from './page.ts'

const SITE = /* sql */ `
select id, time_zone as "timeZone", waiting_capacity as "waitingCapacity", policy from sites where id = $1`

/** Piles that there were. */
const PILES = /* sql */ `
select id, mode, power_w as "powerW", queue_length as "queueLength" from charging_piles where site_id = $1 and created_at < $2`

/** Requests made from $2 until $3, and those that were there then. One car is one vehicle, or the driver without one. */
const REQUESTS = /* sql */ `
select r.id, coalesce(r.vehicle_id, case when r.source = 'driver' then r.user_id end, r.id)::text as vehicle, r.mode,
  r.energy_wh as "energyWh", r.has_target as "hasTarget", r.source, r.priority, r.status, r.created_at as "createdAt",
  r.first_called_at as "calledAt", r.ended_at as "endedAt",
  coalesce((select json_agg(json_build_object('at', floor(extract(epoch from c.at) * 1000), 'fromMode', c.from_mode, 'fromEnergyWh', c.from_energy_wh,
    'toMode', c.to_mode, 'toEnergyWh', c.to_energy_wh) order by c.id) from request_changes c where c.request_id = r.id), '[]') as changes,
  coalesce((select json_agg(json_build_object('startedAt', floor(extract(epoch from s.started_at) * 1000), 'endedAt', floor(extract(epoch from s.ended_at) * 1000),
    'energyMilliWh', s.energy_milli_wh) order by s.started_at) from charging_sessions s where s.request_id = r.id), '[]') as sessions,
  (select coalesce(sum(d.total_minor), 0) from billing_details d where d.request_id = r.id)::bigint as "totalMinor"
from charging_requests r
where r.site_id = $1 and r.created_at < $3 and (r.created_at >= $2 or r.ended_at > $2 or r.ended_at is null)
order by r.created_at, r.mode, r.number`

const REFUSALS = /* sql */ `
select coalesce(vehicle_id, user_id)::text as vehicle, at, mode, energy_wh as "energyWh", priority, reason
from refused_requests where site_id = $1 and at >= $2 and at < $3 order by id`

const FAULTS = /* sql */ `
select pile_id as "pileId", 'fault' as kind, opened_at as "from", resolved_at as "to"
from fault_records where site_id = $1 and opened_at < $3 and (resolved_at > $2 or resolved_at is null)`

/** A pile's history from its last word before $2 on, as stretches of one state. */
const STATES = /* sql */ `
select "pileId", case state when 'offline' then 'offline' else 'off' end as kind, "from", "to"
from (
  select e.pile_id as "pileId", e.state, e.at as "from", lead(e.at) over (partition by e.pile_id order by e.id) as "to"
  from charging_piles p
  cross join lateral (
    (select * from pile_events where pile_id = p.id and at < $2 order by id desc limit 1)
    union all
    select * from pile_events where pile_id = p.id and at >= $2 and at < $3
  ) e
  where p.site_id = $1
) stretches
where state in ('maintenance', 'offline') and ("to" is null or "to" > $2)`

/** How long after the days' end what began in them is still followed: the ends of outages. */
const FOLLOWED_MS = 36 * 3_600_000

/** Local days of a site as they were recorded; undefined when there is no such site. */
export async function recordedDays(
  sql: Pool,
  siteId: string,
  daysIn: (timeZone: string) => { from: EpochMs; to: EpochMs },
): Promise<RecordedDays | undefined> {
  const site = await one<{ id: string; timeZone: string; waitingCapacity: number; policy: object }>(sql, SITE, [siteId])
  if (site === undefined) return undefined
  const { from, to } = daysIn(site.timeZone)
  const window = [siteId, timestamptz(from), timestamptz(to)]
  const piles = (await sql.query<Omit<RecordedPile, 'tariff'>>(PILES, [siteId, timestamptz(to)])).rows
  const tariffs = await Promise.all(
    piles.map(({ id, mode }) => tariffInForce(sql, { siteId, mode, pileId: id, at: from })),
  )
  const { rows: requests } = await sql.query<RecordedRequest>(REQUESTS, window)
  const { rows: refusals } = await sql.query<RecordedRefusal>(REFUSALS, window)
  const { rows: faults } = await sql.query<Outage>(FAULTS, window)
  const { rows: states } = await sql.query<Outage>(STATES, [siteId, timestamptz(from), timestamptz(to + FOLLOWED_MS)])
  return {
    ...site,
    from,
    to,
    piles: piles
      .map((pile, index) => ({ ...pile, tariff: tariffs[index]?.definition }))
      .sort((a, b) => comparePileIds(a.id, b.id)),
    requests,
    refusals,
    outages: [...faults, ...states.filter(stretch => stretch.from < to)],
  }
}
