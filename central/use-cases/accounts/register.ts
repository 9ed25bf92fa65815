import { DomainError } from '../../../protocol/errors.ts'
import { newId, newIdTag } from '../../../protocol/ids.ts'
import { IdTag } from '../../store/entities/id-tag.ts'
import { type Role, User, Vehicle } from '../../store/entities/user.ts'
import { isUniqueViolation } from '../unique-violation.ts'
import type { AccountsDeps } from './deps.ts'
import { hashPassword } from './password.ts'

export interface NewUser {
  username: string
  password: string
  role: Role
  userGroup?: string | null | undefined
  vehicle?: { plate: string; batteryCapacityWh?: number | undefined } | undefined
}

/**
 * Makes an account; a driver gets a tag for chargers that ask for one. Returns the user's id.
 * Throws `username-taken`; names differ by more than case.
 */
export async function createUser({ database, clock }: AccountsDeps, input: NewUser): Promise<string> {
  const em = database.orm.em.fork()
  const id = newId()
  const createdAt = clock.now()
  const passwordHash = await hashPassword(input.password)
  const { username, role, userGroup = null } = input
  em.create(User, { id, username, passwordHash, role, disabled: false, userGroup, createdAt })
  if (input.role === 'driver') {
    em.create(IdTag, {
      tag: newIdTag(),
      status: 'Accepted',
      expiresAt: null,
      parentTag: null,
      userId: id,
      maxSessions: 1,
      createdAt,
    })
  }
  if (input.vehicle) {
    const { plate, batteryCapacityWh = null } = input.vehicle
    em.create(Vehicle, { id: newId(), userId: id, plate, batteryCapacityWh, createdAt })
  }
  try {
    await em.flush()
  } catch (error) {
    if (isUniqueViolation(error, 'users_username')) throw new DomainError('username-taken')
    throw error
  }
  return id
}
