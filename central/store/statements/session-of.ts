import type { EpochMs, MilliWh } from '../../../protocol/units.ts'
import type { LiveFigures } from './live-figures.ts'
import { rows } from './rows.ts'

/** What readings and stops say of the session they belong to. */
export interface Reference {
  chargePointId: string
  /** 0 stands for the only connector of a charge point that has one (quirk 37); absent for any. */
  connectorId?: number | undefined
  transactionId?: number | undefined
  startKey?: string | undefined
}

export interface Found extends LiveFigures {
  n: number
  siteId: string | null
  /** The pile of the connector that was named, else that of the session. */
  pileId: string | null
  sessionId: number | null
  sessionPileId: string | null
  connectorId: number | null
  /** Told by the open session alone, neither by its number nor by its key. */
  inferred: boolean
  startedAt: EpochMs
  endedAt: EpochMs | null
  endedReportedAt: EpochMs | null
  meterStopMilliWh: MilliWh | null
  provisional: boolean
  settled: boolean
  stopReason: string | null
  targetMilliWh: MilliWh | null
  stopAskedAt: EpochMs | null
  /** Its spender has a limit, in money: each reading may reach it. */
  limited: boolean
}

export const reference = rows<Reference>({
  charge_point_id: ['text', e => e.chargePointId],
  connector_id: ['integer', e => e.connectorId],
  transaction_id: ['integer', e => e.transactionId],
  start_key: ['text', e => e.startKey],
})

/**
 * The session, locked: by its number on this charge point, in any state; else by the charger's key; else the open
 * session of the connector (or of the charge point, when none is named) if there is exactly one (quirks 41-45). In
 * order of their numbers, so that two nodes never wait for each other.
 */
export const FIND_SESSIONS = /* sql */ `
with input as materialized (select * from ${reference.from}),
located as (
  select input.*, c.site_id, case when input.connector_id = 0 then only_one.connector_id else input.connector_id end as connector
  from input
  left join charge_points c on c.id = input.charge_point_id
  left join lateral (
    select min(p.connector_id) as connector_id from charging_piles p where input.connector_id = 0 and p.charge_point_id = input.charge_point_id having count(*) = 1
  ) only_one on true
),
named as materialized (
  select located.*, coalesce(
    (select s.id from charging_sessions s where s.id = located.transaction_id and s.charge_point_id = located.charge_point_id),
    (select s.id from charging_sessions s where s.charge_point_id = located.charge_point_id and s.start_key = located.start_key)
  ) as named_id
  from located
),
guessed as materialized (
  select named.*, coalesce(named_id, (
    select min(s.id) from charging_sessions s
    where s.charge_point_id = named.charge_point_id and s.ended_at is null
      and (named.connector_id is null or s.connector_id = named.connector)
    having count(*) = 1
  )) as session_id
  from named order by session_id
)
select g.n, g.site_id as "siteId", coalesce(p.id, s.pile_id) as "pileId", s.id as "sessionId", s.pile_id as "sessionPileId",
       coalesce(s.connector_id, g.connector) as "connectorId", g.named_id is null as inferred,
       s.started_at as "startedAt", s.ended_at as "endedAt", s.ended_reported_at as "endedReportedAt",
       s.meter_stop_milli_wh as "meterStopMilliWh", coalesce(s.provisional, false) as provisional, s.settled_at is not null as settled,
       s.stop_reason as "stopReason", s.target_milli_wh as "targetMilliWh", s.stop_asked_at as "stopAskedAt", s.cost_limit_minor is not null as limited,
       s.energy_milli_wh as "energyMilliWh", coalesce(s.last_register_milli_wh, s.meter_start_milli_wh) as "lastRegisterMilliWh",
       s.last_reading_at as "lastReadingAt", s.power_w as "powerW", s.soc_percent as "socPercent"
from guessed g
left join lateral (select * from charging_sessions where id = g.session_id for no key update) s on true
left join charging_piles p on p.charge_point_id = g.charge_point_id and p.connector_id = g.connector
order by g.session_id`
