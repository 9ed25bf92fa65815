import type { EpochMs } from '../../../protocol/units.ts'
import { type Filter, listPage, type Page, type PageRequest, type Sql, type Window, when, within } from './page.ts'

export interface ReservationView {
  reservationId: number
  chargePointId: string
  connectorId: number
  idTag: string
  expiresAt: EpochMs
  status: string
  requestId: string | null
  createdAt: EpochMs
}

/** Reservations, newest first. One whose time is over is expired, whether or not the charger has said so. */
export const listReservations = async (
  sql: Sql,
  filter: Window & {
    chargePointId?: string | undefined
    status?: string | undefined
    now: EpochMs
    page: PageRequest
  },
): Promise<Page<ReservationView>> => {
  const now = new Date(filter.now).toISOString()
  const byStatus: Record<string, Filter> = {
    active: { text: "status = 'active' and expires_at > ?", values: [now] },
    expired: { text: "status = 'expired' or (status = 'active' and expires_at <= ?)", values: [now] },
  }
  const page = await listPage<ReservationView>(sql, {
    select: `select id as "reservationId", charge_point_id as "chargePointId", connector_id as "connectorId", id_tag as "idTag",
      expires_at as "expiresAt", status, request_id as "requestId", created_at as "createdAt" from reservations`,
    where: [
      when(filter.chargePointId, 'lower(charge_point_id) = lower(?)'),
      byStatus[filter.status ?? ''] ?? when(filter.status, 'status = ?'),
      ...within(filter, 'created_at'),
    ],
    keys: [
      { column: 'created_at', type: 'instant', of: row => row.createdAt },
      { column: 'id', type: 'integer', of: row => row.reservationId },
      { column: 'charge_point_id', type: 'text', of: row => row.chargePointId },
    ],
    page: filter.page,
  })
  const isOver = (row: ReservationView): boolean => row.status === 'active' && row.expiresAt <= filter.now
  return { ...page, rows: page.rows.map(row => (isOver(row) ? { ...row, status: 'expired' } : row)) }
}

export interface MessageView {
  seq: number
  chargePointId: string
  at: EpochMs
  direction: 'in' | 'out'
  kind: string
  messageId: string | null
  action: string | null
  raw: string
  latencyMs: number | null
  notes: string[]
}

/** Frames as they went over the wire, newest first. Times are real time. */
export const listMessages = (
  sql: Sql,
  filter: Window & {
    chargePointId?: string | undefined
    action?: string | undefined
    page: PageRequest
  },
): Promise<Page<MessageView>> =>
  listPage(sql, {
    select: `select seq, charge_point_id as "chargePointId", real_at as at, direction, kind, message_id as "messageId", action, raw,
      latency_ms as "latencyMs", notes from ocpp_messages`,
    where: [
      when(
        filter.chargePointId,
        'charge_point_id = coalesce((select id from charge_points where lower(id) = lower(?)), ?)',
      ),
      when(filter.action, 'action = ?'),
      ...within(filter, 'real_at'),
    ],
    keys: [
      { column: 'real_at', type: 'instant', of: row => row.at },
      { column: 'seq', type: 'integer', of: row => row.seq },
    ],
    page: filter.page,
  })
