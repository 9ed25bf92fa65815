import { DomainError } from '../../../protocol/errors.ts'
import type { EpochMs } from '../../../protocol/units.ts'
import type { AdminDeps } from './deps.ts'

export interface IdTagSettings {
  status: 'Accepted' | 'Blocked' | 'Expired' | 'Invalid'
  expiresAt?: EpochMs | null | undefined
  parentTag?: string | null | undefined
  userId?: string | null | undefined
  maxSessions?: number | undefined
}

/**
 * Sets a tag to exactly this; what is left out is empty. Tags that differ only in case are one tag, which keeps its first
 * spelling. It is no longer unknown. Returns true when it is new. Throws `not-found` when there is no such user.
 */
export async function putIdTag({ database, clock }: AdminDeps, tag: string, input: IdTagSettings): Promise<boolean> {
  if (input.userId) {
    const { rowCount } = await database.pool.query('select from users where id = $1', [input.userId])
    if (!rowCount) throw new DomainError('not-found', 'There is no such user')
  }
  const at = (time: EpochMs | null | undefined) =>
    time === null || time === undefined ? null : new Date(time).toISOString()
  const { rows } = await database.pool.query<{ made: boolean }>(
    `with known as (delete from unknown_id_tags where lower(tag) = lower($1))
     insert into id_tags as t (tag, status, expires_at, parent_tag, user_id, max_sessions, created_at) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (lower(tag)) do update set status = excluded.status, expires_at = excluded.expires_at, parent_tag = excluded.parent_tag,
       user_id = excluded.user_id, max_sessions = excluded.max_sessions
     returning (xmax = 0) as made`,
    [
      tag,
      input.status,
      at(input.expiresAt),
      input.parentTag ?? null,
      input.userId ?? null,
      input.maxSessions ?? 1,
      at(clock.now()),
    ],
  )
  return rows[0]?.made ?? false
}

/** Throws `not-found`. Sessions keep the tag they were started with. */
export async function removeIdTag({ database }: AdminDeps, tag: string): Promise<void> {
  const { rowCount } = await database.pool.query('delete from id_tags where lower(tag) = lower($1)', [tag])
  if (!rowCount) throw new DomainError('not-found')
}
