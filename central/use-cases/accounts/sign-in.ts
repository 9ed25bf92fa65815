import { DomainError } from '../../../protocol/errors.ts'
import type { Actor } from '../verbs.ts'
import type { AccountsDeps } from './deps.ts'
import { verifyPassword } from './password.ts'

interface Found {
  id: string
  username: string
  role: Exclude<Actor['role'], 'system'>
  password_hash: string
  disabled: boolean
}

/** The account of these credentials. An unknown name, a wrong password and a disabled account look the same and take as long. */
export async function checkCredentials(
  { database }: AccountsDeps,
  username: string,
  password: string,
): Promise<Actor & { id: string }> {
  const { rows } = await database.pool.query<Found>(
    'select id, username, role, password_hash, disabled from users where lower(username) = lower($1)',
    [username],
  )
  const user = rows[0]
  const matches = await verifyPassword(user?.password_hash, password)
  if (!user || !matches || user.disabled) throw new DomainError('bad-credentials')
  return { id: user.id, name: user.username, role: user.role }
}
