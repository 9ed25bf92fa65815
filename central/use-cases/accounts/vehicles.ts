import { DomainError } from '../../../protocol/errors.ts'
import { newId } from '../../../protocol/ids.ts'
import { Vehicle } from '../../store/entities/user.ts'
import { isUniqueViolation } from '../unique-violation.ts'
import type { AccountsDeps } from './deps.ts'

export interface VehicleView {
  id: string
  plate: string
  batteryCapacityWh: number | null
}

const viewOf = ({ id, plate, batteryCapacityWh }: VehicleView): VehicleView => ({ id, plate, batteryCapacityWh })

/** Throws `already-exists` when the user has a vehicle of this plate. */
export async function addVehicle(
  { database, clock }: AccountsDeps,
  userId: string,
  input: { plate: string; batteryCapacityWh?: number | undefined },
): Promise<VehicleView> {
  const em = database.orm.em.fork()
  const vehicle = em.create(Vehicle, {
    id: newId(),
    userId,
    plate: input.plate,
    batteryCapacityWh: input.batteryCapacityWh ?? null,
    createdAt: clock.now(),
  })
  await flush(em)
  return viewOf(vehicle)
}

/** Throws `not-found` also for another user's vehicle. */
export async function changeVehicle(
  { database }: AccountsDeps,
  userId: string,
  id: string,
  change: { plate?: string | undefined; batteryCapacityWh?: number | null | undefined },
): Promise<VehicleView> {
  const em = database.orm.em.fork()
  const vehicle = await em.findOne(Vehicle, { id, userId })
  if (!vehicle) throw new DomainError('not-found')
  if (change.plate !== undefined) vehicle.plate = change.plate
  if (change.batteryCapacityWh !== undefined) vehicle.batteryCapacityWh = change.batteryCapacityWh
  await flush(em)
  return viewOf(vehicle)
}

/** Throws `not-found`, and `active-request` while the car is queued or charging. Its history stays. */
export async function removeVehicle({ database }: AccountsDeps, userId: string, id: string): Promise<void> {
  const { rowCount } = await database.pool.query(
    `delete from vehicles v where id = $1 and user_id = $2
       and not exists (select from charging_requests where vehicle_id = v.id and status = 'active')`,
    [id, userId],
  )
  if (rowCount) return
  const { rowCount: own } = await database.pool.query('select from vehicles where id = $1 and user_id = $2', [
    id,
    userId,
  ])
  throw new DomainError(own ? 'active-request' : 'not-found')
}

async function flush(em: { flush(): Promise<void> }): Promise<void> {
  try {
    await em.flush()
  } catch (error) {
    if (isUniqueViolation(error)) throw new DomainError('already-exists', 'You have a vehicle of this plate')
    throw error
  }
}
