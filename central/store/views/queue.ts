import type { Mode } from '../../../protocol/modes.ts'
import type { EpochMs } from '../../../protocol/units.ts'
import type { Sql } from './page.ts'

/** One active request where it stands. */
export interface QueuedCar {
  requestId: string
  siteId: string
  place: 'waiting' | 'pile' | 'fault'
  pileId: string | null
  position: number
  mode: Mode
  number: number
  userId: string | null
  plate: string | null
  vehicleId: string | null
  batteryCapacityWh: number | null
  requestedEnergyWh: number
  deliveredEnergyWh: number
  charging: boolean
  createdAt: EpochMs
  /** When its first session began; the wait ends there. */
  startedAt: EpochMs | null
}

const CARS = /* sql */ `
select q.request_id as "requestId", q.site_id as "siteId", q.place, q.pile_id as "pileId", q.position, r.mode, r.number, r.user_id as "userId",
  v.plate, v.id as "vehicleId", v.battery_capacity_wh as "batteryCapacityWh", r.energy_wh as "requestedEnergyWh",
  round(coalesce(s.energy, 0) / 1000.0)::int as "deliveredEnergyWh", coalesce(s.open, false) as charging,
  r.created_at as "createdAt", s.started_at as "startedAt"
from queue_status q
join charging_requests r on r.id = q.request_id
left join vehicles v on v.id = r.vehicle_id
cross join lateral (
  select sum(energy_milli_wh) as energy, bool_or(ended_at is null) as open, min(started_at) as started_at
  from charging_sessions where request_id = r.id) s
where ($1::text is null or q.site_id = $1) and ($2::text is null or q.pile_id = $2)
order by q.site_id, q.place, q.pile_id, q.position, r.mode, r.number`

/** All cars of a site or of one pile, in the order in which they are served. */
export const listQueue = async (
  sql: Sql,
  filter: { siteId?: string | undefined; pileId?: string | undefined },
): Promise<QueuedCar[]> => (await sql.query<QueuedCar>(CARS, [filter.siteId ?? null, filter.pileId ?? null])).rows

/** The site that is meant where none is named: the oldest. */
export async function defaultSiteId(sql: Sql): Promise<string | undefined> {
  const { rows } = await sql.query<{ id: string }>('select id from sites order by created_at, id limit 1')
  return rows[0]?.id
}
