import type { ClientBase, Pool } from 'pg'
import type { EpochMs } from '../../../protocol/units.ts'
import { comparePileIds } from '../../core/queue/order.ts'
import type { CarRow, PileRow, SessionRow, SiteRow, SiteSnapshot } from './snapshot.ts'

const SITE = /* sql */ `
select id, time_zone as "timeZone", currency, waiting_capacity as "waitingCapacity", policy, power_limit_w as "powerLimitW",
       next_fast_number as "nextFast", next_trickle_number as "nextTrickle"
from sites where id = $1`

const ms = (column: string): string => `floor(extract(epoch from ${column}) * 1000)::bigint`

const PILES = /* sql */ `
select p.id, p.charge_point_id as "chargePointId", p.connector_id as "connectorId", p.mode, p.power_w as "powerW",
       p.queue_length as "queueLength", p.in_service as "inService", p.broken, p.status, p.error_code as "errorCode",
       p.vendor_error_code as "vendorErrorCode", p.info, p.status_received_at as "statusReceivedAt", p.fresh_plug as "freshPlug",
       p.plugged_tag as "pluggedTag", c.status as "chargePointStatus", c.connected, c.protocol, c.link_since as "linkSince",
       coalesce('reservation' = any(lower(c.feature_profiles::text)::text[]) and c.reserve_refused_link is distinct from c.link_id, false) as reserves,
       coalesce((select json_agg(json_build_object('id', v.id, 'requestId', v.request_id, 'idTag', v.id_tag, 'expiresAt', ${ms('v.expires_at')}))
                 from reservations v
                 where v.charge_point_id = p.charge_point_id and v.connector_id in (0, p.connector_id) and v.status = 'active'), '[]') as reservations,
       coalesce((select json_agg(json_build_object('id', w.id, 'from', ${ms('w.from_at')}, 'to', ${ms('w.to_at')}, 'reason', w.reason,
                   'cancelled', w.cancelled_at is not null, 'closed', w.closed_at is not null and w.reopened_at is null) order by w.from_at)
                 from maintenance_windows w
                 where w.pile_id = p.id and (w.cancelled_at is null and w.to_at > to_timestamp($2::double precision / 1000)
                   or w.closed_at is not null and w.reopened_at is null)), '[]') as windows,
       coalesce((select json_agg(json_build_object('id', f.id, 'source', f.source, 'state', f.state))
                 from fault_records f where f.pile_id = p.id and f.state in ('open', 'acknowledged', 'in-repair')), '[]') as "openFaults",
       e.state as "shownState", e.detail as "shownDetail", e.error_code as "shownErrorCode", e.at as "shownAt"
from charging_piles p
join charge_points c on c.id = p.charge_point_id
left join lateral (select state, detail, error_code, at from pile_events where pile_id = p.id order by id desc limit 1) e on true
where p.site_id = $1`

const CARS = /* sql */ `
select r.id as "requestId", r.user_id as "userId", r.vehicle_id as "vehicleId", r.id_tag as "idTag", r.mode, r.number,
       r.energy_wh as "energyWh", r.has_target as "hasTarget", r.source, r.priority, r.end_cause as "endCause",
       r.no_shows as "noShows", r.created_at as "createdAt", r.numbered_at as "numberedAt", r.first_called_at as "firstCalledAt",
       r.estimated_start_at as "estimatedStartAt", q.place, q.pile_id as "pileId", q.position, q.since,
       q.turn_at as "turnAt", q.start_asked_at as "startAskedAt", q.reserve_asked_at as "reserveAskedAt",
       coalesce((select sum(s.energy_milli_wh) from charging_sessions s where s.request_id = r.id), 0)::bigint as "deliveredMilliWh"
from queue_status q
join charging_requests r on r.id = q.request_id
where q.site_id = $1
order by q.place, q.pile_id, q.position`

const SESSIONS = /* sql */ `
select s.id, s.charge_point_id as "chargePointId", s.connector_id as "connectorId", s.pile_id as "pileId",
       s.request_id as "requestId", s.asked_request_id as "askedRequestId", s.user_id as "userId", s.id_tag as "idTag",
       s.start_key as "startKey", s.verdict, s.tariff_version_id as "tariffVersionId", s.target_milli_wh as "targetMilliWh",
       s.meter_start_milli_wh as "meterStartMilliWh", s.meter_stop_milli_wh as "meterStopMilliWh",
       s.started_at as "startedAt", s.started_received_at as "startedReceivedAt", s.last_reading_at as "lastReadingAt",
       s.last_register_milli_wh as "lastRegisterMilliWh", s.energy_milli_wh as "energyMilliWh", s.power_w as "powerW",
       s.ended_at as "endedAt", s.ended_received_at as "endedReceivedAt", s.stop_reason as "stopReason", s.end_cause as "endCause", s.stop_asked_at as "stopAskedAt", s.provisional,
       s.settled_at is not null as parked
from charging_sessions s
where s.site_id = $1 and (s.settled_at is null or s.bill_waits)
order by s.id`

interface PileRecord extends Omit<PileRow, 'shown'> {
  shownState: NonNullable<PileRow['shown']>['state'] | null
  shownDetail: NonNullable<PileRow['shown']>['detail']
  shownErrorCode: string | null
  shownAt: number | null
}

/**
 * The site as it is at `now`, charging time. `lock` takes the site row for update: the dispatcher plans one site at a time, whichever node it
 * runs on (docs/adr/0004). Returns undefined when there is no such site.
 */
export async function loadSite(
  db: ClientBase | Pool,
  siteId: string,
  now: EpochMs,
  lock: boolean,
): Promise<SiteSnapshot | undefined> {
  const { rows: sites } = await db.query<SiteRow>(lock ? `${SITE} for update` : SITE, [siteId])
  const site = sites[0]
  if (site === undefined) return undefined
  const piles = await db.query<PileRecord>({ name: 'site-piles', text: PILES, values: [siteId, now] })
  const cars = await db.query<CarRow>({ name: 'site-cars', text: CARS, values: [siteId] })
  const sessions = await db.query<SessionRow>({ name: 'site-sessions', text: SESSIONS, values: [siteId] })
  return {
    now,
    site,
    piles: piles.rows.map(toPile).sort((a, b) => comparePileIds(a.id, b.id)),
    cars: cars.rows,
    sessions: sessions.rows,
  }
}

function toPile({ shownState, shownDetail, shownErrorCode, shownAt, ...pile }: PileRecord): PileRow {
  const shown =
    shownState === null
      ? null
      : { state: shownState, detail: shownDetail, errorCode: shownErrorCode ?? 'NoError', at: shownAt ?? 0 }
  return { ...pile, shown }
}
