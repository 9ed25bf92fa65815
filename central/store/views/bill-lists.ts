import type { EpochMs } from '../../../protocol/units.ts'
import type { SettledLine, SettledWindow } from '../../core/session/settle.ts'
import { listPage, type Page, type PageRequest, type Sql, when, whenTime } from './page.ts'

export interface ListedDetail {
  id: string
  number: number
  kind: 'charge' | 'correction'
  billId: string | null
  correctsId: string | null
  note: string | null
  requestId: string
  sessionId: number | null
  siteId: string
  pileId: string | null
  userId: string | null
  currency: string
  energyMilliWh: number
  chargingSeconds: number
  parkingSeconds: number
  startedAt: EpochMs
  endedAt: EpochMs
  windows: SettledWindow[]
  /** What was billed at each price; empty for a correction by an operator's amount, and in details older than lines. */
  lines: SettledLine[]
  energyFeeMinor: number
  serviceFeeMinor: number
  otherFeeMinor: number
  totalMinor: number
  /** Contained in the total. */
  vatMinor: number
  /** `given`: an operator's amount; else computed from the session's registers. */
  origin: 'rated' | 'given'
  tariffVersionId: string | null
  stopReason: string
  createdAt: EpochMs
}

const DETAILS = /* sql */ `
select id, number, kind, bill_id as "billId", corrects_id as "correctsId", note, request_id as "requestId", session_id as "sessionId",
  site_id as "siteId", pile_id as "pileId", user_id as "userId", currency, energy_milli_wh as "energyMilliWh",
  charging_seconds as "chargingSeconds", parking_seconds as "parkingSeconds", started_at as "startedAt", ended_at as "endedAt",
  windows, lines, vat_minor as "vatMinor", origin, energy_fee_minor as "energyFeeMinor", service_fee_minor as "serviceFeeMinor", other_fee_minor as "otherFeeMinor",
  total_minor as "totalMinor", tariff_version_id as "tariffVersionId", stop_reason as "stopReason", created_at as "createdAt"
from billing_details`

export interface BillFilter {
  id?: string
  userId?: string | undefined
  siteId?: string | undefined
  from?: EpochMs | undefined
  to?: EpochMs | undefined
  page: PageRequest
}

/** Details, newest first by number. */
export const listDetails = (
  sql: Sql,
  filter: BillFilter & { requestId?: string | undefined; pileId?: string | undefined },
): Promise<Page<ListedDetail>> =>
  listPage(sql, {
    select: DETAILS,
    where: [
      when(filter.id, 'id = ?'),
      when(filter.userId, 'user_id = ?'),
      when(filter.siteId, 'site_id = ?'),
      when(filter.pileId, 'pile_id = ?'),
      when(filter.requestId, 'request_id = ?'),
      whenTime(filter.from, 'created_at >= ?'),
      whenTime(filter.to, 'created_at < ?'),
    ],
    keys: [{ column: 'number', type: 'integer', of: row => row.number }],
    page: filter.page,
  })

export interface ListedBill {
  id: string
  number: number
  requestId: string
  siteId: string
  userId: string | null
  currency: string
  /** As issued. */
  totalMinor: number
  /** What corrections since then add to it, or take off. */
  correctionsMinor: number
  /** Contained in total and corrections together. */
  vatMinor: number
  state: 'unpaid' | 'paid' | 'refunded'
  energyMilliWh: number
  createdAt: EpochMs
}

const BILLS = /* sql */ `
select b.id, b.number, b.request_id as "requestId", b.site_id as "siteId", b.user_id as "userId", b.currency,
  b.total_minor as "totalMinor", b.state, (d.total - b.total_minor)::bigint as "correctionsMinor", d.vat as "vatMinor", d.energy as "energyMilliWh",
  b.created_at as "createdAt"
from bills b cross join lateral (
  select coalesce(sum(energy_milli_wh), 0)::bigint as energy, coalesce(sum(total_minor), 0)::bigint as total, coalesce(sum(vat_minor), 0)::bigint as vat
  from billing_details where bill_id = b.id) d`

/** Bills, newest first by number. */
export const listBills = (sql: Sql, filter: BillFilter): Promise<Page<ListedBill>> =>
  listPage(sql, {
    select: BILLS,
    where: [
      when(filter.id, 'b.id = ?'),
      when(filter.userId, 'b.user_id = ?'),
      when(filter.siteId, 'b.site_id = ?'),
      whenTime(filter.from, 'b.created_at >= ?'),
      whenTime(filter.to, 'b.created_at < ?'),
    ],
    keys: [{ column: 'b.number', type: 'integer', of: row => row.number }],
    page: filter.page,
  })
