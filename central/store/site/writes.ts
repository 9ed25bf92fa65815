import type { ClientBase } from 'pg'
import type { Command } from '../../../protocol/charger/command.ts'
import type { Mode } from '../../../protocol/modes.ts'
import type { EpochMs, MilliWh } from '../../../protocol/units.ts'

/** Times cross this border as epoch milliseconds; SQL makes `timestamptz` of them. */
const at = (parameter: string): string => `to_timestamp(${parameter}::double precision / 1000)`

export interface NewRequest {
  id: string
  siteId: string
  userId: string | null
  vehicleId: string | null
  idTag: string | null
  mode: Mode
  number: number
  energyWh: number
  hasTarget: boolean
  source: 'driver' | 'walk-up'
  priority: number
  createdAt: EpochMs
}

export interface Placement {
  requestId: string
  place: 'waiting' | 'pile' | 'fault'
  pileId: string | null
  position: number
  since: EpochMs
  turnAt: EpochMs | null
  startAskedAt: EpochMs | null
}

export interface NewDetail {
  id: string
  requestId: string
  sessionId: number
  siteId: string
  pileId: string | null
  userId: string | null
  currency: string
  energyMilliWh: MilliWh
  chargingSeconds: number
  parkingSeconds: number
  startedAt: EpochMs
  endedAt: EpochMs
  windows: unknown
  energyFeeMinor: number
  serviceFeeMinor: number
  otherFeeMinor: number
  totalMinor: number
  tariffVersionId: string | null
  stopReason: string
  createdAt: EpochMs
}

export interface NewBill {
  id: string
  requestId: string
  siteId: string
  userId: string | null
  currency: string
  createdAt: EpochMs
}

export interface NewCommand {
  id: string
  siteId: string | null
  chargePointId: string
  pileId: string | null
  requestId: string | null
  sessionId: number | null
  command: Command
  cause: string
  actorId: string | null
  createdAt: EpochMs
}

export interface NewFault {
  id: string
  siteId: string
  chargePointId: string
  pileId: string
  type: string
  source: string
  errorCode: string | null
  vendorErrorCode: string | null
  description: string
  openedAt: EpochMs
}

/** The writes of a site's transaction, one statement each. A row is written only through the verb named for it. */
export type SiteWrites = ReturnType<typeof createSiteWrites>

export function createSiteWrites(client: ClientBase) {
  const run = async (text: string, values: unknown[]): Promise<number> =>
    (await client.query(text, values)).rowCount ?? 0

  return {
    addRequest: (r: NewRequest) =>
      run(
        `insert into charging_requests (id, site_id, user_id, vehicle_id, id_tag, mode, number, energy_wh, has_target, source, priority, status, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'active', ${at('$12')})`,
        [
          r.id,
          r.siteId,
          r.userId,
          r.vehicleId,
          r.idTag,
          r.mode,
          r.number,
          r.energyWh,
          r.hasTarget,
          r.source,
          r.priority,
          r.createdAt,
        ],
      ),

    changeRequest: (id: string, c: { mode: Mode; number: number; energyWh: number }) =>
      run('update charging_requests set mode = $2, number = $3, energy_wh = $4 where id = $1', [
        id,
        c.mode,
        c.number,
        c.energyWh,
      ]),

    requestCalled: (id: string, now: EpochMs) =>
      run(`update charging_requests set first_called_at = coalesce(first_called_at, ${at('$2')}) where id = $1`, [
        id,
        now,
      ]),

    requestEstimate: (id: string, startAt: EpochMs | null) =>
      run(`update charging_requests set estimated_start_at = ${at('$2')} where id = $1`, [id, startAt]),

    requestNoShow: (id: string) => run('update charging_requests set no_shows = no_shows + 1 where id = $1', [id]),

    requestEndCause: (id: string, cause: string) =>
      run('update charging_requests set end_cause = $2 where id = $1', [id, cause]),

    endRequest: (id: string, status: 'completed' | 'cancelled' | 'no-show', now: EpochMs) =>
      run(`update charging_requests set status = $2, ended_at = ${at('$3')} where id = $1 and status = 'active'`, [
        id,
        status,
        now,
      ]),

    nextNumbers: (siteId: string, next: { fast: number; trickle: number }) =>
      run('update sites set next_fast_number = $2, next_trickle_number = $3 where id = $1', [
        siteId,
        next.fast,
        next.trickle,
      ]),

    place: (siteId: string, p: Placement) =>
      run(
        `insert into queue_status (request_id, site_id, place, pile_id, position, since, turn_at, start_asked_at)
         values ($1, $2, $3, $4, $5, ${at('$6')}, ${at('$7')}, ${at('$8')})
         on conflict (request_id) do update set place = excluded.place, pile_id = excluded.pile_id, position = excluded.position,
           since = excluded.since, turn_at = excluded.turn_at, start_asked_at = excluded.start_asked_at`,
        [p.requestId, siteId, p.place, p.pileId, p.position, p.since, p.turnAt, p.startAskedAt],
      ),

    unplace: (requestId: string) => run('delete from queue_status where request_id = $1', [requestId]),

    addDecision: (d: {
      siteId: string
      requestId: string
      pileId: string | null
      at: EpochMs
      rule: string
      candidates: unknown
    }) =>
      run(
        `insert into dispatch_decisions (site_id, request_id, pile_id, at, rule, candidates) values ($1, $2, $3, ${at('$4')}, $5, $6)`,
        [d.siteId, d.requestId, d.pileId, d.at, d.rule, JSON.stringify(d.candidates)],
      ),

    joinSession: (
      id: number,
      s: { requestId: string; userId: string | null; targetMilliWh: MilliWh | null; tariffVersionId: string | null },
    ) =>
      run(
        `update charging_sessions set request_id = $2, user_id = coalesce(user_id, $3), target_milli_wh = $4,
           tariff_version_id = coalesce(tariff_version_id, $5) where id = $1 and request_id is null`,
        [id, s.requestId, s.userId, s.targetMilliWh, s.tariffVersionId],
      ),

    sessionTarget: (id: number, targetMilliWh: MilliWh | null) =>
      run('update charging_sessions set target_milli_wh = $2 where id = $1 and ended_at is null', [id, targetMilliWh]),

    /** Why we want it to end; the first cause stays. */
    sessionStopAsked: (id: number, cause: string, now: EpochMs) =>
      run(
        `update charging_sessions set stop_asked_at = ${at('$3')}, end_cause = coalesce(end_cause, $2) where id = $1 and ended_at is null`,
        [id, cause, now],
      ),

    sessionEndCause: (id: number, cause: string) =>
      run('update charging_sessions set end_cause = coalesce(end_cause, $2) where id = $1', [id, cause]),

    /** Ended by rule, without the charger's word; a late stop amends it. */
    closeProvisionally: (id: number, endedAt: EpochMs, reason: string) =>
      run(
        `update charging_sessions set ended_at = greatest(started_at, ${at('$2')}), ended_received_at = ${at('$2')}, provisional = true, stop_reason = $3,
           meter_stop_milli_wh = last_register_milli_wh where id = $1 and ended_at is null`,
        [id, endedAt, reason],
      ),

    settle: (id: number, now: EpochMs, energyMilliWh: MilliWh, reviewReason: string | null) =>
      run(
        `update charging_sessions set settled_at = ${at('$2')}, energy_milli_wh = $3, review_reason = $4, power_w = null where id = $1 and settled_at is null`,
        [id, now, energyMilliWh, reviewReason],
      ),

    addDetail: (d: NewDetail) =>
      run(
        `insert into billing_details (id, kind, request_id, session_id, site_id, pile_id, user_id, currency, energy_milli_wh, charging_seconds, parking_seconds,
           started_at, ended_at, windows, energy_fee_minor, service_fee_minor, other_fee_minor, total_minor, tariff_version_id, stop_reason, created_at)
         values ($1, 'charge', $2, $3, $4, $5, $6, $7, $8, $9, $10, ${at('$11')}, ${at('$12')}, $13, $14, $15, $16, $17, $18, $19, ${at('$20')})
         on conflict (session_id) where kind = 'charge' do nothing`,
        [
          d.id,
          d.requestId,
          d.sessionId,
          d.siteId,
          d.pileId,
          d.userId,
          d.currency,
          d.energyMilliWh,
          d.chargingSeconds,
          d.parkingSeconds,
          d.startedAt,
          d.endedAt,
          JSON.stringify(d.windows),
          d.energyFeeMinor,
          d.serviceFeeMinor,
          d.otherFeeMinor,
          d.totalMinor,
          d.tariffVersionId,
          d.stopReason,
          d.createdAt,
        ],
      ),

    /** One bill per request, over all its details; none when nothing was delivered. Resolves to true when it was made now. */
    addBill: async (b: NewBill) =>
      (await run(
        `insert into bills (id, request_id, site_id, user_id, currency, total_minor, state, created_at)
         select $1, $2, $3, $4, $5, sum(total_minor), 'unpaid', ${at('$6')} from billing_details
         where request_id = $2 having sum(energy_milli_wh) >= 1000
         on conflict (request_id) do nothing`,
        [b.id, b.requestId, b.siteId, b.userId, b.currency, b.createdAt],
      )) > 0,

    addFault: (f: NewFault) =>
      run(
        `insert into fault_records (id, site_id, charge_point_id, pile_id, type, source, error_code, vendor_error_code, description, state, opened_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open', ${at('$10')})
         on conflict (pile_id) where source = 'charger' and state in ('open', 'acknowledged', 'in-repair') do nothing`,
        [
          f.id,
          f.siteId,
          f.chargePointId,
          f.pileId,
          f.type,
          f.source,
          f.errorCode,
          f.vendorErrorCode,
          f.description,
          f.openedAt,
        ],
      ),

    resolveFault: (id: string, now: EpochMs) =>
      run(`update fault_records set state = 'resolved', resolved_at = ${at('$2')} where id = $1`, [id, now]),

    updateFault: (id: string, c: { state: string; note: unknown; assigneeId: string | null; now: EpochMs }) =>
      run(
        `update fault_records set state = $2, assignee_id = $4,
           notes = case when $3::jsonb is null then notes else notes || $3::jsonb end,
           acknowledged_at = case when $2 = 'acknowledged' then coalesce(acknowledged_at, ${at('$5')}) else acknowledged_at end,
           repair_started_at = case when $2 = 'in-repair' then coalesce(repair_started_at, ${at('$5')}) else repair_started_at end,
           resolved_at = case when $2 in ('resolved', 'false-alarm') then coalesce(resolved_at, ${at('$5')}) else null end
         where id = $1`,
        [id, c.state, c.note === null ? null : JSON.stringify([c.note]), c.assigneeId, c.now],
      ),

    pileBroken: (id: string, broken: boolean) =>
      run('update charging_piles set broken = $2 where id = $1', [id, broken]),

    pileInService: (id: string, inService: boolean, reason: string | null) =>
      run('update charging_piles set in_service = $2, service_reason = $3 where id = $1', [id, inService, reason]),

    addPileEvent: (e: {
      pileId: string
      at: EpochMs
      state: string
      detail: string | null
      errorCode: string
      cause: string
    }) =>
      run(
        `insert into pile_events (pile_id, at, state, detail, error_code, cause) values ($1, ${at('$2')}, $3, $4, $5, $6)`,
        [e.pileId, e.at, e.state, e.detail, e.errorCode, e.cause],
      ),

    /** Queued with its outbox row; sent after the commit. */
    addCommand: async (c: NewCommand) => {
      const native = c.command.verb === 'native' ? c.command : undefined
      await run(
        `insert into commands (id, site_id, charge_point_id, pile_id, request_id, session_id, verb, action, body, cause, actor_id, status, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'queued', ${at('$12')})`,
        [
          c.id,
          c.siteId,
          c.chargePointId,
          c.pileId,
          c.requestId,
          c.sessionId,
          c.command.verb,
          native?.action ?? null,
          JSON.stringify(c.command),
          c.cause,
          c.actorId,
          c.createdAt,
        ],
      )
      await run(`insert into outbox (kind, payload) values ('command', $1)`, [JSON.stringify({ commandId: c.id })])
    },

    observed: (c: { verb: string; requestId?: string; sessionId?: number; now: EpochMs }) =>
      run(
        `update commands set observed_at = ${at('$4')} where verb = $1 and observed_at is null
           and ($2::uuid is null or request_id = $2) and ($3::integer is null or session_id = $3)`,
        [c.verb, c.requestId ?? null, c.sessionId ?? null, c.now],
      ),

    addAnomaly: (a: { chargePointId: string; sessionId: number | null; kind: string; at: EpochMs; details: unknown }) =>
      run(
        `insert into session_anomalies (charge_point_id, session_id, kind, at, details) values ($1, $2, $3, ${at('$4')}, $5)`,
        [a.chargePointId, a.sessionId, a.kind, a.at, JSON.stringify(a.details)],
      ),
  }
}
