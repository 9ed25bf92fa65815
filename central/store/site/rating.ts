import type { ClientBase, Pool } from 'pg'
import type { EpochMs, MilliWh } from '../../../protocol/units.ts'
import type { RegisterReading } from '../../core/session/energy.ts'
import type { PileMoment } from '../../core/session/parking.ts'

/** All that a session's detail is computed from, but for its readings: stored, so that it can be computed again. */
export interface RatingRow {
  id: number
  chargePointId: string
  requestId: string | null
  userId: string | null
  pileId: string | null
  startedAt: EpochMs
  endedAt: EpochMs | null
  meterStartMilliWh: MilliWh | null
  meterStopMilliWh: MilliWh | null
  stopReason: string | null
  endCause: string | null
  provisional: boolean
  settled: boolean
  billWaits: boolean
  tariffVersionId: string | null
  /** Of that version; null without one. */
  definition: unknown
  calledAt: EpochMs | null
  unpluggedAt: EpochMs | null
  /** Start of the next session at that pile. */
  nextStartedAt: EpochMs | null
  reviewReason: string | null
  reviewVerdict: 'bill' | 'amend' | 'void' | null
  reviewEnergyMilliWh: MilliWh | null
  pilePowerW: number | null
  timeZone: string
  currency: string
}

const ROWS = /* sql */ `
select s.id, s.charge_point_id as "chargePointId", s.request_id as "requestId", s.user_id as "userId", s.pile_id as "pileId",
  s.started_at as "startedAt", s.ended_at as "endedAt", s.meter_start_milli_wh as "meterStartMilliWh", s.meter_stop_milli_wh as "meterStopMilliWh",
  s.stop_reason as "stopReason", s.end_cause as "endCause", s.provisional, s.settled_at is not null as settled, s.bill_waits as "billWaits",
  s.tariff_version_id as "tariffVersionId", v.definition, s.called_at as "calledAt", s.unplugged_at as "unpluggedAt",
  (select n.started_at from charging_sessions n where n.pile_id = s.pile_id and n.started_at >= coalesce(s.ended_at, s.started_at) and n.id <> s.id
   order by n.started_at limit 1) as "nextStartedAt",
  s.review_reason as "reviewReason", s.review_verdict as "reviewVerdict", s.review_energy_milli_wh as "reviewEnergyMilliWh",
  p.power_w as "pilePowerW", site.time_zone as "timeZone", site.currency
from charging_sessions s join sites site on site.id = s.site_id
left join charging_piles p on p.id = s.pile_id
left join tariff_versions v on v.id = s.tariff_version_id
where s.id = any($1::integer[]) order by s.id`

/** Sessions to be rated, by id. `lock` keeps their chargers' words (a late stop) until this transaction has ended. */
export async function ratingRows(
  db: ClientBase | Pool,
  sessionIds: readonly number[],
  lock = false,
): Promise<RatingRow[]> {
  const text = lock ? `${ROWS} for no key update of s` : ROWS
  return (await db.query<RatingRow>({ name: `rating${lock ? '-locked' : ''}`, text, values: [sessionIds] })).rows
}

/** Sessions' registers as they came, in the order of arrival, with power and current: what their bills are computed from. */
export async function registersOf(
  db: ClientBase | Pool,
  sessionIds: readonly number[],
): Promise<Map<number, RegisterReading[]>> {
  const { rows } = await db.query<RegisterReading & { sessionId: number }>({
    name: 'registers',
    text: /* sql */ `
select session_id as "sessionId", at, received_at as "receivedAt", register_milli_wh as "registerMilliWh", power_w as "powerW",
  (select sum(phase) from unnest(current_a) phase) as "currentA"
from meter_values where session_id = any($1::integer[]) and register_milli_wh is not null order by session_id, received_at, seq`,
    values: [sessionIds],
  })
  return groupBySession(rows)
}

/** The states of sessions' piles from what they were at the start until the cable was out, or a day after the end. */
export async function momentsOf(
  db: ClientBase | Pool,
  sessionIds: readonly number[],
): Promise<Map<number, PileMoment[]>> {
  const { rows } = await db.query<PileMoment & { sessionId: number }>({
    name: 'moments',
    text: /* sql */ `
select s.id as "sessionId", e.at, e.state, e.detail
from charging_sessions s cross join lateral (
  (select id, at, state, detail from pile_events where pile_id = s.pile_id and at <= s.started_at order by at desc, id desc limit 1)
  union all
  select id, at, state, detail from pile_events where pile_id = s.pile_id and at > s.started_at
    and at < coalesce(s.unplugged_at, s.ended_at + interval '1 day', 'infinity')
) e
where s.id = any($1::integer[]) order by s.id, e.at, e.id`,
    values: [sessionIds],
  })
  return groupBySession(rows)
}

function groupBySession<R extends { sessionId: number }>(rows: R[]): Map<number, R[]> {
  const groups = new Map<number, R[]>()
  for (const row of rows) {
    const group = groups.get(row.sessionId)
    if (group === undefined) groups.set(row.sessionId, [row])
    else group.push(row)
  }
  return groups
}
