import type { Actor } from '../verbs.ts'
import type { AdminDeps } from './deps.ts'

export interface AuditRecord {
  actor: Actor
  action: string
  subject: string
  details: Record<string, unknown>
}

/** Writes down who did what to whom; resolves when it is durable. */
export async function recordAudit(
  { database }: AdminDeps,
  { actor, action, subject, details }: AuditRecord,
): Promise<void> {
  await database.pool.query(
    'insert into audit (actor_id, actor, action, subject, details) values ($1, $2, $3, $4, $5)',
    [actor.id, actor.name, action, subject, JSON.stringify(details)],
  )
}
