import type { EpochMs } from '../../../protocol/units.ts'
import type { FaultState, FaultType } from '../../use-cases/verbs.ts'
import { listPage, type Page, type PageRequest, type Sql, when, whenTime } from './page.ts'

export interface FaultView {
  id: string
  siteId: string
  chargePointId: string
  pileId: string
  type: FaultType
  source: string
  errorCode: string | null
  vendorErrorCode: string | null
  description: string
  state: FaultState
  assigneeId: string | null
  notes: { at: string; by: string; text: string }[]
  openedAt: EpochMs
  acknowledgedAt: EpochMs | null
  repairStartedAt: EpochMs | null
  resolvedAt: EpochMs | null
}

const SELECT = /* sql */ `
select id, site_id as "siteId", charge_point_id as "chargePointId", pile_id as "pileId", type, source, error_code as "errorCode",
  vendor_error_code as "vendorErrorCode", description, state, assignee_id as "assigneeId", notes, opened_at as "openedAt",
  acknowledged_at as "acknowledgedAt", repair_started_at as "repairStartedAt", resolved_at as "resolvedAt"
from fault_records`

export interface FaultFilter {
  id?: string
  state?: string | undefined
  siteId?: string | undefined
  pileId?: string | undefined
  from?: EpochMs | undefined
  to?: EpochMs | undefined
  page: PageRequest
}

/** Fault records, newest first. The window is about when they were opened. */
export const listFaults = (sql: Sql, filter: FaultFilter): Promise<Page<FaultView>> =>
  listPage(sql, {
    select: SELECT,
    where: [
      when(filter.id, 'id = ?'),
      when(filter.state, 'state = ?'),
      when(filter.siteId, 'site_id = ?'),
      when(filter.pileId, 'pile_id = ?'),
      whenTime(filter.from, 'opened_at >= ?'),
      whenTime(filter.to, 'opened_at < ?'),
    ],
    keys: [
      { column: 'opened_at', type: 'instant', of: row => row.openedAt },
      { column: 'id', type: 'uuid', of: row => row.id },
    ],
    page: filter.page,
  })

export interface FaultTotals {
  pileId: string
  type: FaultType
  count: number
  open: number
  downtimeSeconds: number
  /** Mean time to repair of what is resolved. */
  mttrSeconds: number | null
}

/** Per pile and type: how often, how long. False alarms count for nothing; what is open counts until `now`. */
export const faultTotals = async (
  sql: Sql,
  filter: { siteId?: string | undefined; from?: EpochMs | undefined; to?: EpochMs | undefined; now: EpochMs },
): Promise<FaultTotals[]> => {
  const at = (time: EpochMs | undefined) => (time === undefined ? null : new Date(time).toISOString())
  const { rows } = await sql.query<FaultTotals>(
    `select pile_id as "pileId", type, count(*)::int as count, count(*) filter (where resolved_at is null)::int as open,
       coalesce(sum(extract(epoch from coalesce(resolved_at, $4) - opened_at)), 0)::bigint as "downtimeSeconds",
       avg(extract(epoch from resolved_at - opened_at))::bigint as "mttrSeconds"
     from fault_records
     where state <> 'false-alarm' and ($1::text is null or site_id = $1)
       and ($2::timestamptz is null or opened_at >= $2) and ($3::timestamptz is null or opened_at < $3)
     group by pile_id, type order by pile_id, type`,
    [filter.siteId ?? null, at(filter.from), at(filter.to), new Date(filter.now).toISOString()],
  )
  return rows
}
