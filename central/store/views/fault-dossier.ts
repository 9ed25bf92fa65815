import type { FaultType } from '../../../protocol/charger/faults.ts'
import type { Protocol } from '../../../protocol/charger/status.ts'
import type { Mode } from '../../../protocol/modes.ts'
import type { EpochMs } from '../../../protocol/units.ts'
import type { FaultState, RequestStatus } from '../../use-cases/verbs.ts'
import { one, type Sql } from './page.ts'

/** A frame as a technician reads it: a long one is cut. */
export interface DossierMessage {
  at: EpochMs
  direction: 'in' | 'out'
  kind: string
  action: string | null
  raw: string
  cut: boolean
}

/** A car that was at the pile when it failed, and what has become of it since. */
export interface AffectedCar {
  requestId: string
  number: string
  /** It was charging, and has been interrupted. */
  charging: boolean
  status: RequestStatus | null
  deliveredMilliWh: number
  /** Where it is now, or charged last. */
  pileId: string | null
}

/** What was done before at this pile. */
export interface EarlierFault {
  id: string
  type: FaultType
  errorCode: string | null
  vendorErrorCode: string | null
  description: string
  state: FaultState
  assignee: string | null
  notes: { at: string | number; by: string; text: string }[]
  parts: { name: string; quantity: number; note?: string }[]
  openedAt: EpochMs
  resolvedAt: EpochMs | null
}

export interface DossierCharger {
  mode: Mode
  powerW: number
  connectorId: number
  status: string | null
  errorCode: string
  inService: boolean
  protocol: Protocol | null
  vendor: string | null
  model: string | null
  serial: string | null
  firmware: string | null
  connected: boolean
  lastBootAt: EpochMs | null
  lastSeenAt: EpochMs | null
}

const MESSAGES = 20
/** Characters of one message. */
const LONGEST = 2000
const EARLIER = 20

const frames = (side: 'before' | 'after') => /* sql */ `
select real_at as at, direction, kind, action, left(raw, ${LONGEST}) as raw, length(raw) > ${LONGEST} as cut
from ocpp_messages
where charge_point_id = $1 and real_at ${side === 'before' ? '<=' : '>'} to_timestamp($2::double precision / 1000)
order by real_at desc, seq desc limit ${MESSAGES}`

/** The last messages of a charge point until an instant of real time, and the last of those since; newest first. */
export async function messagesAround(
  sql: Sql,
  chargePointId: string,
  realAt: EpochMs,
): Promise<{ before: DossierMessage[]; after: DossierMessage[] }> {
  const ask = async (side: 'before' | 'after') =>
    (await sql.query<DossierMessage>(frames(side), [chargePointId, realAt])).rows
  return { before: await ask('before'), after: await ask('after') }
}

const AFFECTED = /* sql */ `
select a."requestId", a.number, a.charging, coalesce(s.delivered, 0)::bigint as "deliveredMilliWh", coalesce(q.pile_id, s.pile_id) as "pileId",
  case when r.status <> 'active' then r.status when s.running then 'charging' when q.place = 'pile' then 'called'
       when q.place = 'fault' then 'interrupted' when q.place is not null then 'waiting' end as status
from fault_records f
cross join lateral rows from (jsonb_to_recordset(f.affected) as ("requestId" uuid, number text, charging boolean))
  with ordinality as a("requestId", number, charging, n)
left join charging_requests r on r.id = a."requestId"
left join queue_status q on q.request_id = a."requestId"
cross join lateral (
  select sum(energy_milli_wh) as delivered, bool_or(ended_at is null) as running, (array_agg(pile_id order by id desc))[1] as pile_id
  from charging_sessions where request_id = a."requestId") s
where f.id = $1 order by a.n`

export const affectedCars = async (sql: Sql, faultId: string): Promise<AffectedCar[]> =>
  (await sql.query<AffectedCar>(AFFECTED, [faultId])).rows

const EARLIER_FAULTS = /* sql */ `
select f.id, f.type, f.error_code as "errorCode", f.vendor_error_code as "vendorErrorCode", f.description, f.state, u.username as assignee,
  f.notes, f.parts, f.opened_at as "openedAt", f.resolved_at as "resolvedAt"
from fault_records f join fault_records this on this.id = $1 left join users u on u.id = f.assignee_id
where f.pile_id = this.pile_id and (f.opened_at, f.id) < (this.opened_at, this.id)
order by f.opened_at desc, f.id desc limit ${EARLIER}`

export const earlierFaults = async (sql: Sql, faultId: string): Promise<EarlierFault[]> =>
  (await sql.query<EarlierFault>(EARLIER_FAULTS, [faultId])).rows

export const dossierCharger = (sql: Sql, pileId: string): Promise<DossierCharger | undefined> =>
  one(
    sql,
    `select p.mode, p.power_w as "powerW", p.connector_id as "connectorId", p.status, p.error_code as "errorCode", p.in_service as "inService",
       c.protocol, c.vendor, c.model, c.serial, c.firmware, c.connected, c.last_boot_at as "lastBootAt", c.last_seen_at as "lastSeenAt"
     from charging_piles p join charge_points c on c.id = p.charge_point_id where p.id = $1`,
    [pileId],
  )
