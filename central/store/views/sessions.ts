import type { EpochMs } from '../../../protocol/units.ts'
import type { SettledLine } from '../../core/session/settle.ts'
import { listPage, one, type Page, type PageRequest, type Sql, when, whenTime } from './page.ts'

export interface SessionView {
  id: number
  siteId: string
  chargePointId: string
  connectorId: number
  pileId: string | null
  requestId: string | null
  userId: string | null
  idTag: string
  startedAt: EpochMs
  endedAt: EpochMs | null
  energyMilliWh: number
  powerW: number | null
  socPercent: number | null
  meterStartMilliWh: number | null
  meterStopMilliWh: number | null
  stopReason: string | null
  endCause: string | null
  provisional: boolean
  orphan: boolean
  reviewReason: string | null
  reviewVerdict: string | null
  calledAt: EpochMs | null
  unpluggedAt: EpochMs | null
  /** Of its details, corrections included; null while it has none. */
  costMinor: number | null
  vatMinor: number | null
  parkingSeconds: number | null
  currency: string
  lines: SettledLine[]
}

const SELECT = /* sql */ `
select id, site_id as "siteId", charge_point_id as "chargePointId", connector_id as "connectorId", pile_id as "pileId",
  request_id as "requestId", user_id as "userId", id_tag as "idTag", started_at as "startedAt", ended_at as "endedAt",
  energy_milli_wh as "energyMilliWh", power_w as "powerW", soc_percent as "socPercent",
  meter_start_milli_wh as "meterStartMilliWh", meter_stop_milli_wh as "meterStopMilliWh", stop_reason as "stopReason",
  end_cause as "endCause", provisional, orphan, review_reason as "reviewReason", review_verdict as "reviewVerdict",
  called_at as "calledAt", unplugged_at as "unpluggedAt", d."costMinor", d."vatMinor", d."parkingSeconds", d.lines,
  coalesce(d.currency, (select sites.currency from sites where sites.id = site_id)) as currency
from charging_sessions s cross join lateral (
  select sum(total_minor)::bigint as "costMinor", sum(vat_minor)::bigint as "vatMinor", sum(parking_seconds)::integer as "parkingSeconds",
    min(currency) as currency, coalesce((select jsonb_agg(line order by o.number, nth)
      from billing_details o cross join lateral jsonb_array_elements(o.lines) with ordinality as l (line, nth) where o.session_id = s.id), '[]') as lines
  from billing_details where session_id = s.id) d`

export interface SessionFilter {
  userId?: string | undefined
  siteId?: string | undefined
  pileId?: string | undefined
  requestId?: string | undefined
  chargePointId?: string | undefined
  from?: EpochMs | undefined
  to?: EpochMs | undefined
  page: PageRequest
}

/** Sessions, newest first (by number, which is given at the start). The window is about their start. */
export const listSessions = (sql: Sql, filter: SessionFilter): Promise<Page<SessionView>> =>
  listPage(sql, {
    select: SELECT,
    where: [
      when(filter.userId, 'user_id = ?'),
      when(filter.siteId, 'site_id = ?'),
      when(filter.pileId, 'pile_id = ?'),
      when(filter.requestId, 'request_id = ?'),
      when(filter.chargePointId, 'lower(charge_point_id) = lower(?)'),
      whenTime(filter.from, 'started_at >= ?'),
      whenTime(filter.to, 'started_at < ?'),
    ],
    keys: [{ column: 'id', type: 'integer', of: row => row.id }],
    page: filter.page,
  })

export const findSession = (sql: Sql, id: number): Promise<SessionView | undefined> =>
  one(sql, `${SELECT} where id = $1`, [id])

export interface ReadingView {
  seq: number
  at: EpochMs
  context: string | null
  registerMilliWh: number | null
  powerW: number | null
  voltageV: number[] | null
  currentA: number[] | null
  socPercent: number | null
}

/** Readings of a session, newest first, in the order of their arrival. */
export const listReadings = (
  sql: Sql,
  filter: { sessionId: number; from?: EpochMs | undefined; to?: EpochMs | undefined; page: PageRequest },
): Promise<Page<ReadingView>> =>
  listPage(sql, {
    select: `select seq, coalesce(at, received_at) as at, context, register_milli_wh as "registerMilliWh", power_w as "powerW",
      voltage_v as "voltageV", current_a as "currentA", soc_percent as "socPercent" from meter_values`,
    where: [
      when(filter.sessionId, 'session_id = ?'),
      whenTime(filter.from, 'coalesce(at, received_at) >= ?'),
      whenTime(filter.to, 'coalesce(at, received_at) < ?'),
    ],
    keys: [{ column: 'seq', type: 'integer', of: row => row.seq }],
    page: filter.page,
  })
