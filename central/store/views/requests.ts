import type { Mode } from '../../../protocol/modes.ts'
import type { EpochMs } from '../../../protocol/units.ts'
import { listPage, type Page, type PageRequest, type Sql, when, whenTime } from './page.ts'

export interface RequestRow {
  id: string
  siteId: string
  userId: string | null
  vehicleId: string | null
  mode: Mode
  number: number
  energyWh: number
  deliveredEnergyWh: number
  status: string
  pileId: string | null
  createdAt: EpochMs
  endedAt: EpochMs | null
}

const SELECT = /* sql */ `
select r.id, r.site_id as "siteId", r.user_id as "userId", r.vehicle_id as "vehicleId", r.mode, r.number, r.energy_wh as "energyWh",
  round(coalesce(s.energy, 0) / 1000.0)::int as "deliveredEnergyWh",
  case when r.status <> 'active' then r.status when s.open then 'charging' when q.place = 'fault' then 'interrupted'
    when q.place = 'pile' then 'called' else 'waiting' end as status,
  coalesce(q.pile_id, s.pile_id) as "pileId", r.created_at as "createdAt", r.ended_at as "endedAt"
from charging_requests r
left join queue_status q on q.request_id = r.id
cross join lateral (
  select sum(energy_milli_wh) as energy, bool_or(ended_at is null) as open, (array_agg(pile_id order by id desc))[1] as pile_id
  from charging_sessions where request_id = r.id) s`

/** Requests of one user or of all, newest first. */
export const listRequests = (
  sql: Sql,
  filter: {
    userId?: string | undefined
    siteId?: string | undefined
    active?: boolean | undefined
    from?: EpochMs | undefined
    to?: EpochMs | undefined
    page: PageRequest
  },
): Promise<Page<RequestRow>> =>
  listPage(sql, {
    select: SELECT,
    where: [
      when(filter.userId, 'r.user_id = ?'),
      when(filter.siteId, 'r.site_id = ?'),
      when(filter.active, "(r.status = 'active') = ?"),
      whenTime(filter.from, 'r.created_at >= ?'),
      whenTime(filter.to, 'r.created_at < ?'),
    ],
    keys: [
      { column: 'r.created_at', type: 'instant', of: row => row.createdAt },
      { column: 'r.id', type: 'uuid', of: row => row.id },
    ],
    page: filter.page,
  })
