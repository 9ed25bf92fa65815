import type { Pool } from 'pg'
import type { Logger } from 'pino'
import type { Command, Outcome } from '../../../protocol/charger/command.ts'
import type { Chargers } from '../../../protocol/charger/link.ts'
import type { LateAnswer } from '../../../protocol/charger/report.ts'
import type { Clock } from '../../../protocol/clock.ts'
import { newId } from '../../../protocol/ids.ts'
import type { EpochMs } from '../../../protocol/units.ts'
import type { CommandView } from '../verbs.ts'

export interface CommandRow {
  id: string
  siteId: string | null
  chargePointId: string
  pileId: string | null
  requestId: string | null
  sessionId: number | null
  verb: string
  action: string | null
  body: Command
  status: CommandView['status']
  result: unknown
  errorCode: string | null
  errorDescription: string | null
  createdAt: EpochMs
  sentAt: EpochMs | null
  answeredAt: EpochMs | null
  observedAt: EpochMs | null
}

const COLUMNS = /* sql */ `
  id, site_id as "siteId", charge_point_id as "chargePointId", pile_id as "pileId", request_id as "requestId", session_id as "sessionId",
  verb, action, body, status, result, error_code as "errorCode", error_description as "errorDescription",
  created_at as "createdAt", sent_at as "sentAt", answered_at as "answeredAt", observed_at as "observedAt"`

export interface CommandDeskPorts {
  pool: Pool
  chargers: Chargers
  clock: Clock
  log: Logger
  /** Real milliseconds a charger may take. */
  timeoutMs: number
  /** Told of every outcome, after it is stored and before who waits for it. */
  onOutcome: (row: CommandRow, outcome: Outcome) => Promise<void>
}

/**
 * Sends commands and keeps what became of them: `queued -> sent -> accepted | rejected | failed | timed-out | unknown |
 * offline`. A row is sent at most once: whoever moves it from queued to sent sends it. Nothing is repeated blindly.
 */
export function createCommandDesk({ pool, chargers, clock, log, timeoutMs, onOutcome }: CommandDeskPorts) {
  const open = new Map<string, Promise<Outcome | undefined>>()

  /** Sends a queued row; resolves with its outcome, or undefined when another process has it. Asked twice it sends once. */
  function deliver(commandId: string): Promise<Outcome | undefined> {
    const known = open.get(commandId)
    if (known !== undefined) return known
    const work = deliverNow(commandId).catch(error => {
      log.error({ err: error, commandId }, 'command could not be delivered')
      return undefined
    })
    open.set(commandId, work)
    return work.finally(() => open.delete(commandId))
  }

  async function deliverNow(commandId: string): Promise<Outcome | undefined> {
    const { rows } = await pool.query<CommandRow>(
      `with claimed as (delete from outbox where kind = 'command' and payload ->> 'commandId' = $1)
       update commands set status = 'sent', sent_at = to_timestamp($2::double precision / 1000) where id = $1::uuid and status = 'queued' returning ${COLUMNS}`,
      [commandId, clock.now()],
    )
    const row = rows[0]
    if (row === undefined) return undefined
    const outcome = await chargers.send(row.chargePointId, row.body, { commandId, timeoutMs })
    await store(row.id, outcome)
    log.info(
      { chargePoint: row.chargePointId, verb: row.action ?? row.verb, status: outcome.status },
      'command answered',
    )
    await onOutcome(row, outcome)
    return outcome
  }

  async function store(id: string, outcome: Outcome): Promise<void> {
    const status = outcome.status === 'refused' ? 'failed' : outcome.status
    const result = 'result' in outcome ? outcome.result : null
    await pool.query(
      `update commands set status = $2, result = $3, error_code = $4, error_description = $5, answered_at = to_timestamp($6::double precision / 1000) where id = $1`,
      [
        id,
        status,
        result === undefined || result === null ? null : JSON.stringify(result),
        ...errorOf(outcome),
        clock.now(),
      ],
    )
  }

  return {
    deliver,

    /** Keeps a new command as a row, without sending it. */
    async enqueue(c: {
      chargePointId: string
      siteId: string | null
      pileId: string | null
      command: Command
      cause: string
      actorId: string | null
    }): Promise<string> {
      const id = newId()
      await pool.query(
        `insert into commands (id, site_id, charge_point_id, pile_id, verb, action, body, cause, actor_id, status, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'queued', to_timestamp($10::double precision / 1000))`,
        [
          id,
          c.siteId,
          c.chargePointId,
          c.pileId,
          c.command.verb,
          c.command.verb === 'native' ? c.command.action : null,
          JSON.stringify(c.command),
          c.cause,
          c.actorId,
          clock.now(),
        ],
      )
      return id
    },

    async view(id: string): Promise<CommandView | undefined> {
      const { rows } = await pool.query<CommandRow>(`select ${COLUMNS} from commands where id = $1`, [id])
      return rows[0] === undefined ? undefined : toView(rows[0])
    },

    /** An answer after we had given up: recorded, harmless. */
    async late(answer: LateAnswer): Promise<void> {
      await pool.query('update commands set late_result = $2 where id = $1', [
        answer.commandId,
        JSON.stringify(answer.error === undefined ? { result: answer.result } : { error: answer.error }),
      ])
    },

    /**
     * After a start: what was decided but not sent goes out, what was sent and has no answer ends as unknown, because
     * the link it went over is gone.
     */
    async recover(): Promise<void> {
      await pool.query(
        `update commands set status = 'unknown', error_code = 'link-lost', error_description = 'the gateway was restarted' where status = 'sent'`,
      )
      const { rows } = await pool.query<{ id: string }>(
        `select id from commands where status = 'queued' order by created_at`,
      )
      for (const { id } of rows) void deliver(id)
    },

    /** How many are on their way. */
    open: (): number => open.size,

    /** Waits until nothing is on its way. */
    async settle(): Promise<void> {
      await Promise.allSettled(open.values())
    },
  }
}

export type CommandDesk = ReturnType<typeof createCommandDesk>

function errorOf(outcome: Outcome): [string | null, string | null] {
  switch (outcome.status) {
    case 'accepted':
    case 'rejected':
      return [null, null]
    case 'failed':
    case 'timed-out':
    case 'unknown':
      return [outcome.error.code, outcome.error.description]
    case 'offline':
      return ['charge-point-offline', 'the charge point is not connected']
    case 'refused':
      return [outcome.code, outcome.problems.map(p => `${p.path} ${p.message}`).join('; ')]
    default:
      return outcome satisfies never
  }
}

export function toView(row: CommandRow): CommandView {
  return {
    id: row.id,
    chargePointId: row.chargePointId,
    verb: row.verb,
    action: row.action,
    status: row.status,
    result: row.result,
    error: row.errorCode === null ? null : { code: row.errorCode, description: row.errorDescription ?? '' },
    createdAt: row.createdAt,
    sentAt: row.sentAt,
    answeredAt: row.answeredAt,
    observedAt: row.observedAt,
  }
}
