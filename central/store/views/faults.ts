import type { FaultType } from '../../../protocol/charger/faults.ts'
import type { EpochMs } from '../../../protocol/units.ts'
import type { FaultState } from '../../use-cases/verbs.ts'
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
  /** Name of the assignee. */
  assignee: string | null
  notes: { at: string | number; by: string; text: string }[]
  parts: { name: string; quantity: number; note?: string }[]
  /** Of the charge point when the record was opened. */
  firmware: string | null
  affectedCars: number
  openedAt: EpochMs
  acknowledgedAt: EpochMs | null
  repairStartedAt: EpochMs | null
  resolvedAt: EpochMs | null
}

const SELECT = /* sql */ `
select f.id, f.site_id as "siteId", f.charge_point_id as "chargePointId", f.pile_id as "pileId", f.type, f.source,
  f.error_code as "errorCode", f.vendor_error_code as "vendorErrorCode", f.description, f.state, f.assignee_id as "assigneeId",
  u.username as assignee, f.notes, f.parts, f.firmware, jsonb_array_length(f.affected) as "affectedCars", f.opened_at as "openedAt",
  f.acknowledged_at as "acknowledgedAt", f.repair_started_at as "repairStartedAt", f.resolved_at as "resolvedAt"
from fault_records f left join users u on u.id = f.assignee_id`

export interface FaultFilter {
  id?: string
  state?: string | undefined
  siteId?: string | undefined
  pileId?: string | undefined
  assigneeId?: string | undefined
  from?: EpochMs | undefined
  to?: EpochMs | undefined
  page: PageRequest
}

/** Fault records, newest first. The window is about when they were opened. */
export const listFaults = (sql: Sql, filter: FaultFilter): Promise<Page<FaultView>> =>
  listPage(sql, {
    select: SELECT,
    where: [
      when(filter.id, 'f.id = ?'),
      when(filter.state, 'f.state = ?'),
      when(filter.siteId, 'f.site_id = ?'),
      when(filter.pileId, 'lower(f.pile_id) = lower(?)'),
      when(filter.assigneeId, 'f.assignee_id = ?'),
      whenTime(filter.from, 'f.opened_at >= ?'),
      whenTime(filter.to, 'f.opened_at < ?'),
    ],
    keys: [
      { column: 'f.opened_at', type: 'instant', of: row => row.openedAt },
      { column: 'f.id', type: 'uuid', of: row => row.id },
    ],
    page: filter.page,
  })

export const findFault = async (sql: Sql, id: string): Promise<FaultView | undefined> =>
  (await listFaults(sql, { id, page: { limit: 1, after: null } })).rows[0]
