import { DomainError } from '../../../protocol/errors.ts'
import { type Role, User } from '../../store/entities/user.ts'
import type { AccountsDeps } from './deps.ts'
import { hashPassword, verifyPassword } from './password.ts'
import { revokeUser } from './sessions.ts'

/**
 * Changes an account. A new password or disabling ends its sessions. Throws `not-found`, and `state-forbids` when nobody
 * would be left who may administer.
 */
export async function changeUser(
  deps: AccountsDeps,
  id: string,
  change: {
    role?: Role | undefined
    disabled?: boolean | undefined
    password?: string | undefined
    userGroup?: string | null | undefined
  },
): Promise<void> {
  const passwordHash = change.password === undefined ? undefined : await hashPassword(change.password)
  await deps.database.orm.em.fork().transactional(async em => {
    // all admins are locked in one order, so that two of them cannot remove each other at once
    const admins = await em.execute<{ id: string }[]>(
      "select id from users where role = 'admin' and not disabled order by id for update",
    )
    const user = await em.findOne(User, { id })
    if (!user) throw new DomainError('not-found')
    if (change.role !== undefined) user.role = change.role
    if (change.disabled !== undefined) user.disabled = change.disabled
    if (change.userGroup !== undefined) user.userGroup = change.userGroup
    if (passwordHash !== undefined) user.passwordHash = passwordHash
    const stays = user.role === 'admin' && !user.disabled
    // only the present one can be the last: a change of any other leaves it in place
    if (!stays && admins.length === 1 && admins[0]?.id === id)
      throw new DomainError('state-forbids', 'The last administrator must stay')
  })
  if (passwordHash !== undefined || change.disabled === true) await revokeUser(deps, id)
}

/** The user's own new password; ends all their sessions. Throws `bad-credentials` when the present one is wrong. */
export async function changeOwnPassword(
  deps: AccountsDeps,
  id: string,
  passwords: { current: string; next: string },
): Promise<void> {
  const em = deps.database.orm.em.fork()
  const user = await em.findOne(User, { id })
  if (!(await verifyPassword(user?.passwordHash, passwords.current)) || !user) throw new DomainError('bad-credentials')
  user.passwordHash = await hashPassword(passwords.next)
  await em.flush()
  await revokeUser(deps, id)
}
