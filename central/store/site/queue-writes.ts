import type { Mode } from '../../../protocol/modes.ts'
import type { EpochMs } from '../../../protocol/units.ts'
import { at, type Run } from './run.ts'

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
  /** When it got its number: a walk-up began before. */
  numberedAt: EpochMs
}

export interface Placement {
  requestId: string
  place: 'waiting' | 'pile' | 'fault'
  pileId: string | null
  position: number
  since: EpochMs
  turnAt: EpochMs | null
  startAskedAt: EpochMs | null
  reserveAskedAt: EpochMs | null
}

/** Requests, where their cars are, and why. */
export const createQueueWrites = (run: Run) => ({
  addRequest: (r: NewRequest) =>
    run(
      `insert into charging_requests (id, site_id, user_id, vehicle_id, id_tag, mode, number, energy_wh, has_target, source, priority, status, created_at, numbered_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'active', ${at('$12')}, ${at('$13')})`,
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
        r.numberedAt,
      ],
    ),

  changeRequest: (
    id: string,
    c: { mode: Mode; number: number; energyWh: number; numberedAt: EpochMs; priority: number },
  ) =>
    run(
      `update charging_requests set mode = $2, number = $3, energy_wh = $4, numbered_at = ${at('$5')}, priority = $6 where id = $1`,
      [id, c.mode, c.number, c.energyWh, c.numberedAt, c.priority],
    ),

  /** What a driver asked for before, and what they ask for now. */
  addRequestChange: (
    requestId: string,
    now: EpochMs,
    from: { mode: Mode; energyWh: number },
    to: { mode: Mode; energyWh: number },
  ) =>
    run(
      `insert into request_changes (request_id, at, from_mode, from_energy_wh, to_mode, to_energy_wh)
         values ($1, ${at('$2')}, $3, $4, $5, $6)`,
      [requestId, now, from.mode, from.energyWh, to.mode, to.energyWh],
    ),

  /** A request that got no number. */
  addRefusedRequest: (r: {
    siteId: string
    at: EpochMs
    mode: Mode
    energyWh: number
    priority?: number
    userId: string | null
    vehicleId: string | null
    reason: string
  }) =>
    run(
      `insert into refused_requests (site_id, at, mode, energy_wh, priority, user_id, vehicle_id, reason)
         values ($1, ${at('$2')}, $3, $4, $5, $6, $7, $8)`,
      [r.siteId, r.at, r.mode, r.energyWh, r.priority ?? 0, r.userId, r.vehicleId, r.reason],
    ),

  requestCalled: (id: string, now: EpochMs) =>
    run(`update charging_requests set first_called_at = coalesce(first_called_at, ${at('$2')}) where id = $1`, [
      id,
      now,
    ]),

  requestEstimate: (id: string, startAt: EpochMs | null) =>
    run(`update charging_requests set estimated_start_at = ${at('$2')} where id = $1`, [id, startAt]),

  /**
   * The first session of the request began: what became of the estimate that was told when it was made (late is positive).
   * It says nothing about estimates where the driver did not come when called, or asked for another mode since.
   */
  requestStarted: (id: string, startedAt: EpochMs) =>
    run(
      `update charging_requests set first_started_at = ${at('$2')},
           estimate_error_seconds = case when no_shows = 0 and numbered_at = created_at
             then round(extract(epoch from ${at('$2')} - estimated_start_at)) end
         where id = $1 and first_started_at is null`,
      [id, startedAt],
    ),

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
      `insert into queue_status (request_id, site_id, place, pile_id, position, since, turn_at, start_asked_at, reserve_asked_at)
         values ($1, $2, $3, $4, $5, ${at('$6')}, ${at('$7')}, ${at('$8')}, ${at('$9')})
         on conflict (request_id) do update set place = excluded.place, pile_id = excluded.pile_id, position = excluded.position,
           since = excluded.since, turn_at = excluded.turn_at, start_asked_at = excluded.start_asked_at,
           reserve_asked_at = excluded.reserve_asked_at`,
      [p.requestId, siteId, p.place, p.pileId, p.position, p.since, p.turnAt, p.startAskedAt, p.reserveAskedAt],
    ),

  unplace: (requestId: string) => run('delete from queue_status where request_id = $1', [requestId]),

  addDecision: (d: {
    siteId: string
    requestId: string
    pileId: string | null
    at: EpochMs
    rule: string
    candidates: unknown
    cause: string
    fromPlace: string
    fromPileId: string | null
    toPlace: string
    together: { cars: number; totalSeconds: number } | null
  }) =>
    run(
      `insert into dispatch_decisions (site_id, request_id, pile_id, at, rule, candidates, cause, from_place, from_pile_id, to_place, together)
         values ($1, $2, $3, ${at('$4')}, $5, $6, $7, $8, $9, $10, $11)`,
      [
        d.siteId,
        d.requestId,
        d.pileId,
        d.at,
        d.rule,
        JSON.stringify(d.candidates),
        d.cause,
        d.fromPlace,
        d.fromPileId,
        d.toPlace,
        d.together,
      ],
    ),
})
