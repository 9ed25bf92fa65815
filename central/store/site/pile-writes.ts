import type { Command } from '../../../protocol/charger/command.ts'
import type { EpochMs } from '../../../protocol/units.ts'
import { at, type Run } from './run.ts'

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

/** Piles, their faults and history, and the commands that go to them. */
export const createPileWrites = (run: Run) => ({
  addFault: (f: NewFault) =>
    run(
      `insert into fault_records (id, site_id, charge_point_id, pile_id, type, source, error_code, vendor_error_code, description, state, opened_at, firmware)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open', ${at('$10')}, (select firmware from charge_points where id = $3))
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

  /** Whom it has hit, beside those who were known before. */
  faultAffected: (ids: string[], affected: { requestId: string; number: string; charging: boolean }[]) =>
    run('update fault_records set affected = affected || $2::jsonb where id = any($1)', [
      ids,
      JSON.stringify(affected),
    ]),

  resolveFault: (id: string, now: EpochMs) =>
    run(`update fault_records set state = 'resolved', resolved_at = ${at('$2')} where id = $1`, [id, now]),

  updateFault: (
    id: string,
    c: { state: string; note: unknown; assigneeId: string | null; parts: unknown; now: EpochMs },
  ) =>
    run(
      `update fault_records set state = $2, assignee_id = $4,
           notes = case when $3::jsonb is null then notes else notes || $3::jsonb end, parts = coalesce($6::jsonb, parts),
           acknowledged_at = case when $2 = 'acknowledged' then coalesce(acknowledged_at, ${at('$5')}) else acknowledged_at end,
           repair_started_at = case when $2 = 'in-repair' then coalesce(repair_started_at, ${at('$5')}) else repair_started_at end,
           resolved_at = case when $2 in ('resolved', 'false-alarm') then coalesce(resolved_at, ${at('$5')}) else null end
         where id = $1`,
      [
        id,
        c.state,
        c.note === null ? null : JSON.stringify([c.note]),
        c.assigneeId,
        c.now,
        c.parts === null ? null : JSON.stringify(c.parts),
      ],
    ),

  pileBroken: (id: string, broken: boolean) => run('update charging_piles set broken = $2 where id = $1', [id, broken]),

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
})
