import type { ConnectorStatus, Protocol } from '../../../protocol/charger/status.ts'
import type { Mode } from '../../../protocol/modes.ts'
import type { EpochMs } from '../../../protocol/units.ts'
import { type Sql, when } from './page.ts'

/** A pile with the facts that its state is computed from, its open session and its totals. */
export interface PileView {
  id: string
  siteId: string
  chargePointId: string
  connectorId: number
  mode: Mode
  powerW: number
  queueLength: number
  queued: number
  inService: boolean
  serviceReason: string | null
  status: ConnectorStatus | null
  errorCode: string
  vendorErrorCode: string | null
  info: string | null
  chargePointStatus: ConnectorStatus | null
  connected: boolean
  protocol: Protocol | null
  openFaults: number
  session: { id: string; energyWh: number; powerW: number | null; startedAt: EpochMs } | null
  sessions: number
  energyMilliWh: number
  chargingSeconds: number
  faults: number
  /** The next announced work, or that which goes on. */
  nextMaintenance: { id: string; from: EpochMs; to: EpochMs; reason: string; running: boolean } | null
}

const SELECT = /* sql */ `
select p.id, p.site_id as "siteId", p.charge_point_id as "chargePointId", p.connector_id as "connectorId", p.mode,
  p.power_w as "powerW", p.queue_length as "queueLength", p.in_service as "inService", p.service_reason as "serviceReason",
  p.status, p.error_code as "errorCode", p.vendor_error_code as "vendorErrorCode", p.info,
  c.status as "chargePointStatus", c.connected, c.protocol,
  q.queued::int as queued, f.open::int as "openFaults", f.faults::int as faults,
  s.id::text as "sessionId", s.energy_milli_wh as "sessionEnergy", s.power_w as "sessionPower", s.started_at as "sessionStart",
  case when w.id is not null then json_build_object('id', w.id, 'from', floor(extract(epoch from w.from_at) * 1000)::bigint,
    'to', floor(extract(epoch from w.to_at) * 1000)::bigint, 'reason', w.reason, 'running', w.from_at <= $1) end as "nextMaintenance",
  t.sessions::int as sessions, t.energy::bigint as "energyMilliWh", t.seconds::bigint as "chargingSeconds"
from charging_piles p
join charge_points c on c.id = p.charge_point_id
left join lateral (
  select id, energy_milli_wh, power_w, started_at from charging_sessions
  where charge_point_id = p.charge_point_id and connector_id = p.connector_id and ended_at is null order by id desc limit 1) s on true
left join lateral (
  select id, from_at, to_at, reason from maintenance_windows
  where pile_id = p.id and cancelled_at is null and to_at > $1 order by from_at limit 1) w on true
cross join lateral (select count(*) as queued from queue_status where pile_id = p.id and place = 'pile') q
cross join lateral (
  select count(*) as faults, count(*) filter (where state in ('open', 'acknowledged', 'in-repair')) as open from fault_records where pile_id = p.id) f
cross join lateral (
  select count(*) as sessions, coalesce(sum(energy_milli_wh), 0) as energy,
    coalesce(sum(extract(epoch from ended_at - started_at)) filter (where ended_at is not null), 0) as seconds
  from charging_sessions where pile_id = p.id) t`

interface Row extends Omit<PileView, 'session'> {
  sessionId: string | null
  sessionEnergy: number | null
  sessionPower: number | null
  sessionStart: EpochMs | null
}

/** Piles of a site, of a charge point, one pile, or all, in order of site and id. */
export async function listPiles(
  sql: Sql,
  filter: { siteId?: string | undefined; id?: string | undefined; chargePointIds?: string[]; now: EpochMs },
): Promise<PileView[]> {
  const conditions = [
    when(filter.siteId, 'p.site_id = ?'),
    when(filter.id, 'lower(p.id) = lower(?)'),
    when(filter.chargePointIds, 'p.charge_point_id = any(?)'),
  ].filter(c => c !== null)
  const where = conditions.map((condition, i) => condition.text.replace('?', `$${i + 2}`)).join(' and ')
  const { rows } = await sql.query<Row>(
    `${SELECT}${where ? ` where ${where}` : ''} order by p.site_id, length(p.id), p.id`,
    [new Date(filter.now).toISOString(), ...conditions.flatMap(condition => condition.values)],
  )
  return rows.map(({ sessionId, sessionEnergy, sessionPower, sessionStart, ...pile }) => ({
    ...pile,
    session:
      sessionId === null
        ? null
        : {
            id: sessionId,
            energyWh: Math.round((sessionEnergy ?? 0) / 1000),
            powerW: sessionPower,
            startedAt: sessionStart ?? 0,
          },
  }))
}
