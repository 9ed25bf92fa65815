import { DomainError } from '../../../protocol/errors.ts'
import { newId } from '../../../protocol/ids.ts'
import type { EpochMs } from '../../../protocol/units.ts'
import { ApiToken } from '../../store/entities/user.ts'
import type { Actor } from '../verbs.ts'
import type { AccountsDeps } from './deps.ts'
import { API_TOKEN_PREFIX, digestOf, newSecret } from './digest.ts'

export interface ApiTokenView {
  id: string
  name: string
  createdAt: EpochMs
  expiresAt: EpochMs | null
}

/** Makes a token for a machine. The token itself is told this once. */
export async function createApiToken(
  { database }: AccountsDeps,
  userId: string,
  input: { name: string; expiresAt?: EpochMs | undefined },
): Promise<ApiTokenView & { token: string }> {
  const token = API_TOKEN_PREFIX + newSecret()
  const em = database.orm.em.fork()
  const view = { id: newId(), name: input.name, createdAt: Date.now(), expiresAt: input.expiresAt ?? null }
  em.create(ApiToken, { ...view, userId, digest: digestOf(token), revokedAt: null })
  await em.flush()
  return { ...view, token }
}

/** The user's tokens that still open something, newest first. */
export async function listApiTokens({ database }: AccountsDeps, userId: string): Promise<ApiTokenView[]> {
  const { rows } = await database.pool.query<ApiTokenView>(
    `select id, name, created_at as "createdAt", expires_at as "expiresAt" from api_tokens
     where user_id = $1 and revoked_at is null and (expires_at is null or expires_at > now()) order by created_at desc, id desc limit 100`,
    [userId],
  )
  return rows
}

/** Throws `not-found` also for another user's token. */
export async function revokeApiToken({ database }: AccountsDeps, userId: string, id: string): Promise<void> {
  const { rowCount } = await database.pool.query(
    'update api_tokens set revoked_at = now() where id = $1 and user_id = $2 and revoked_at is null',
    [id, userId],
  )
  if (!rowCount) throw new DomainError('not-found')
}

/** Who the token speaks for; null when it opens nothing. */
export async function actorOfApiToken({ database }: AccountsDeps, token: string): Promise<Actor | null> {
  const { rows } = await database.pool.query<{ id: string; name: string; role: Actor['role'] }>({
    name: 'actor-of-api-token',
    text: `select u.id, u.username as name, u.role from api_tokens t join users u on u.id = t.user_id
      where t.digest = $1 and t.revoked_at is null and (t.expires_at is null or t.expires_at > now()) and not u.disabled`,
    values: [digestOf(token)],
  })
  return rows[0] ?? null
}
