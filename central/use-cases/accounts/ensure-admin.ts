import { randomBytes } from 'node:crypto'
import { isDomainError } from '../../../protocol/errors.ts'
import type { AccountsDeps } from './deps.ts'
import { keptSecret } from './kept-secret.ts'
import { createUser } from './register.ts'

export interface FirstAdmin {
  username: string
  /** Present when it was made up here: print it, once. */
  password?: string
  /** The file that keeps it. */
  path?: string
}

/**
 * Sees to it that there is an administrator: at the first start `admin` is made with the configured password, else with a
 * random one that is kept in `admin-password`. Returns null when there is one already.
 */
export async function ensureAdmin(
  deps: AccountsDeps,
  options: { dataDir: string; password?: string | undefined },
): Promise<FirstAdmin | null> {
  const { rows } = await deps.database.pool.query("select from users where role = 'admin' limit 1")
  if (rows.length > 0) return null
  const kept = options.password
    ? undefined
    : await keptSecret(options.dataDir, 'admin-password', () => randomBytes(12).toString('base64url'))
  try {
    await createUser(deps, { username: 'admin', password: options.password ?? kept!.secret, role: 'admin' })
  } catch (error) {
    if (isDomainError(error) && error.code === 'username-taken') return null
    throw error
  }
  return kept ? { username: 'admin', password: kept.secret, path: kept.path } : { username: 'admin' }
}
