import { DomainError } from '../../../protocol/errors.ts'
import { newId } from '../../../protocol/ids.ts'
import { RefreshToken } from '../../store/entities/user.ts'
import type { Actor } from '../verbs.ts'
import type { AccountsDeps } from './deps.ts'
import { digestOf, newSecret } from './digest.ts'

/** A browser or app that is not used for so long signs in again. */
export const REFRESH_SECONDS = 30 * 24 * 3600

export interface Session {
  userId: string
  /** All refresh tokens that came of one sign-in. */
  family: string
  refreshToken: string
}

/** Opens a family of refresh tokens for a user who has just signed in. */
export const openSession = (deps: AccountsDeps, userId: string): Promise<Session> => issue(deps, userId, newId())

/**
 * Takes a refresh token and gives the next one. A token that was used before is stolen or copied: its whole family is
 * revoked. Throws `refresh-token-reused`, `token-expired`, `not-authenticated`.
 */
export async function rotateSession(deps: AccountsDeps, refreshToken: string): Promise<Session> {
  const digest = digestOf(refreshToken)
  const { rows } = await deps.database.pool.query<{ user_id: string; family: string }>(
    `update refresh_tokens t set used_at = now() from users u
     where t.digest = $1 and t.used_at is null and t.expires_at > now() and u.id = t.user_id and not u.disabled
       and not exists (select from refresh_tokens r where r.family = t.family and r.revoked_at is not null)
     returning t.user_id, t.family`,
    [digest],
  )
  if (rows[0]) return issue(deps, rows[0].user_id, rows[0].family)
  const { rows: known } = await deps.database.pool.query<{
    family: string
    used: boolean
    revoked: boolean
    expired: boolean
  }>(
    `select family, used_at is not null as used, revoked_at is not null as revoked, expires_at <= now() as expired from refresh_tokens where digest = $1`,
    [digest],
  )
  const token = known[0]
  if (!token) throw new DomainError('not-authenticated')
  if (token.used) {
    await revokeFamily(deps, token.family)
    throw new DomainError('refresh-token-reused')
  }
  throw new DomainError(token.expired && !token.revoked ? 'token-expired' : 'not-authenticated')
}

async function issue({ database }: AccountsDeps, userId: string, family: string): Promise<Session> {
  const refreshToken = newSecret()
  const em = database.orm.em.fork()
  em.create(RefreshToken, {
    id: newId(),
    userId,
    family,
    digest: digestOf(refreshToken),
    expiresAt: Date.now() + REFRESH_SECONDS * 1000,
    usedAt: null,
    revokedAt: null,
  })
  await em.flush()
  return { userId, family, refreshToken }
}

/** Ends a family: one revoked token is enough for all its refresh and access tokens to be refused from now on. */
export async function revokeFamily({ database }: AccountsDeps, family: string): Promise<void> {
  await database.pool.query('update refresh_tokens set revoked_at = now() where family = $1 and revoked_at is null', [
    family,
  ])
}

/** Ends the family of a refresh token, whoever holds it; an unknown one changes nothing. */
export async function revokeByToken({ database }: AccountsDeps, refreshToken: string): Promise<void> {
  await database.pool.query(
    'update refresh_tokens set revoked_at = now() where revoked_at is null and family = (select family from refresh_tokens where digest = $1)',
    [digestOf(refreshToken)],
  )
}

/** Ends all sessions of a user: the password has changed, or the account is disabled. */
export async function revokeUser({ database }: AccountsDeps, userId: string): Promise<void> {
  await database.pool.query('update refresh_tokens set revoked_at = now() where user_id = $1 and revoked_at is null', [
    userId,
  ])
}

/** Forgets tokens that expired long ago, so that the table does not grow for ever. */
export async function purgeSessions({ database }: AccountsDeps): Promise<void> {
  await database.pool.query("delete from refresh_tokens where expires_at < now() - interval '7 days'")
}

/**
 * Who an access token speaks for, asked at every request, so that a changed role, a disabled account and a sign-out count
 * at once. Null when the session has ended.
 */
export async function actorOfSession(
  { database }: AccountsDeps,
  userId: string,
  family: string,
): Promise<Actor | null> {
  const { rows } = await database.pool.query<{ username: string; role: Actor['role'] }>({
    name: 'actor-of-session',
    text: `select username, role from users u where id = $1 and not disabled
      and exists (select from refresh_tokens where family = $2 and user_id = u.id)
      and not exists (select from refresh_tokens where family = $2 and revoked_at is not null)`,
    values: [userId, family],
  })
  return rows[0] ? { id: userId, name: rows[0].username, role: rows[0].role } : null
}
