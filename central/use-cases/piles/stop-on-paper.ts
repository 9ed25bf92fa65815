import type { Pool } from 'pg'
import type { Logger } from 'pino'
import type { Central } from '../../../protocol/charger/link.ts'
import type { Clock } from '../../../protocol/clock.ts'

/** A pile that calls us learns with its next progress that it is to end, and completes with what it delivered. Real time. */
const GRACE_MS = 3_000
/** A broken one knows already. */
const FAULT_GRACE_MS = 1_000

/**
 * A pile that cannot be told to stop (HTTP): its session ends with what was read, unless the pile completes it by itself
 * within the grace.
 */
export function createStopOnPaper({
  pool,
  clock,
  log,
  report,
}: {
  pool: Pool
  clock: Clock
  log: Logger
  report: Central['report']
}) {
  const waiting = new Set<NodeJS.Timeout>()

  const openCause = async (sessionId: number): Promise<{ cause: string | null } | undefined> =>
    (
      await pool.query<{ cause: string | null }>(
        'select end_cause as cause from charging_sessions where id = $1 and ended_at is null',
        [sessionId],
      )
    ).rows[0]

  async function end(chargePointId: string, sessionId: number): Promise<void> {
    if ((await openCause(sessionId)) === undefined) return
    const now = clock.now()
    // without a register: whatever was read last is the end
    await report({
      chargePointId,
      receivedAt: now,
      report: { type: 'session-ended', transactionId: sessionId, reason: 'Remote', at: now, readings: [] },
    })
  }

  const failed = (sessionId: number) => (error: unknown) =>
    log.error({ err: error, sessionId }, 'a session that could not be told to stop could not be ended either')

  return {
    stop(chargePointId: string, sessionId: number): void {
      openCause(sessionId)
        .then(open => {
          if (open === undefined) return
          const timer = setTimeout(
            () => {
              waiting.delete(timer)
              end(chargePointId, sessionId).catch(failed(sessionId))
            },
            open.cause === 'fault' ? FAULT_GRACE_MS : GRACE_MS,
          )
          waiting.add(timer)
        })
        .catch(failed(sessionId))
    },

    /** What waits now is asked to stop again after the next start. */
    close(): void {
      for (const timer of waiting) clearTimeout(timer)
      waiting.clear()
    },
  }
}
