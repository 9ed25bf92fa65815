import type { Pool } from 'pg'
import type { Logger } from 'pino'

const REPEAT_MS = 10_000
const REMEMBERED = 10_000

/**
 * Keeps who was refused and why, for the operator (`GET /charge-points/unknown`). A charge point that knocks again and
 * again is written at most every ten seconds, and a flood of made-up identities is not written at all.
 */
export function createRefusals({ pool, log }: { pool: Pool; log: Logger }) {
  const recent = new Map<string, number>()
  return (identity: string, address: string, reason: string): void => {
    const now = Date.now()
    const key = `${identity}\n${reason}`
    const before = recent.get(key)
    if (before !== undefined && now - before < REPEAT_MS) return
    if (recent.size >= REMEMBERED) {
      for (const [old, at] of recent) if (now - at >= REPEAT_MS) recent.delete(old)
      if (recent.size >= REMEMBERED) return
    }
    recent.set(key, now)
    log.warn({ identity: identity.slice(0, 255), address, reason }, 'connection refused')
    pool
      .query(
        `insert into unknown_charge_points (identity, reason, address, first_seen_at, last_seen_at) values ($1, $2, $3, now(), now())
         on conflict (identity, reason) do update set address = excluded.address, last_seen_at = now(), count = unknown_charge_points.count + 1`,
        [storable(identity).slice(0, 255), storable(reason).slice(0, 500), address],
      )
      .catch(error => log.error({ err: error }, 'a refusal could not be kept'))
  }
}

/** PostgreSQL text holds no NUL. */
const storable = (text: string): string => text.replaceAll('\u0000', '\ufffd')
