import type { EntityManager } from '@mikro-orm/postgresql'
import { DomainError } from '../../../protocol/errors.ts'
import { foldCase } from '../../../protocol/ids.ts'
import type { Mode } from '../../../protocol/modes.ts'
import type { EpochMs } from '../../../protocol/units.ts'
import { ChargePoint } from '../../store/entities/charge-point.ts'
import { ChargingPile } from '../../store/entities/pile.ts'
import { isUniqueViolation } from '../unique-violation.ts'
import { chargePointRow } from './charge-point-row.ts'
import type { AdminDeps } from './deps.ts'
import { siteOrDefault } from './sites.ts'

/** Cars at one pile, the charging one included, where nobody says. */
const QUEUE_LENGTH = 2

export interface NewPile {
  id: string
  siteId: string
  chargePointId: string
  connectorId: number
  mode: Mode
  powerW: number
  queueLength?: number | undefined
}

/** The row of a pile that has said nothing yet. */
export const pileRow = (pile: NewPile, createdAt: EpochMs) => ({
  ...pile,
  queueLength: pile.queueLength ?? QUEUE_LENGTH,
  serviceReason: null,
  status: null,
  vendorErrorCode: null,
  info: null,
  statusAt: null,
  statusReceivedAt: null,
  pluggedTag: null,
  powerNowW: null,
  meterAt: null,
  createdAt,
})

/** Piles are found whatever the case of their id, so that two must differ by more. Throws `already-exists`. */
export async function refuseTakenPiles(em: EntityManager, ids: string[]): Promise<void> {
  const folded = ids.map(foldCase)
  if (folded.length === 0) return
  const marks = folded.map(() => '?').join(', ')
  const taken = await em.execute<{ id: string }[]>(
    `select id from charging_piles where lower(id) in (${marks})`,
    folded,
  )
  if (taken[0]) throw new DomainError('already-exists', `There is a pile ${taken[0].id}`)
  if (new Set(folded).size < folded.length) throw new DomainError('already-exists', 'Two piles have one id')
}

/**
 * Adds a pile to a charge point. Where none is named it is the one of the same identity, which is made when there is none:
 * so are MQTT and HTTP piles. Throws `not-found`, `already-exists`, and `state-forbids` for another site than the charge
 * point's.
 */
export async function createPile(
  { database, clock, touch }: AdminDeps,
  input: Omit<NewPile, 'siteId' | 'chargePointId'> & {
    siteId?: string | undefined
    chargePointId?: string | undefined
  },
): Promise<string> {
  const em = database.orm.em.fork()
  const createdAt = clock.now()
  const chargePoint = await findChargePoint(em, input.chargePointId ?? input.id)
  if (!chargePoint && input.chargePointId !== undefined)
    throw new DomainError('not-found', 'There is no such charge point')
  if (chargePoint && input.siteId !== undefined && input.siteId !== chargePoint.siteId) {
    throw new DomainError('state-forbids', 'A pile is at the site of its charge point')
  }
  await refuseTakenPiles(em, [input.id])
  const siteId = chargePoint?.siteId ?? (await siteOrDefault(em, input.siteId)).id
  const chargePointId = chargePoint?.id ?? input.id
  if (!chargePoint) em.create(ChargePoint, chargePointRow({ id: chargePointId, siteId }, createdAt))
  em.create(ChargingPile, pileRow({ ...input, chargePointId, siteId }, createdAt))
  try {
    await em.flush()
  } catch (error) {
    if (isUniqueViolation(error)) throw new DomainError('already-exists', 'There is a pile of this id or connector')
    throw error
  }
  touch?.(siteId)
  return input.id
}

/**
 * Changes a pile. Its mode stays while cars are queued there: their numbers are of that mode. Throws `not-found` and
 * `state-forbids`.
 */
export async function changePile(
  { database, touch }: AdminDeps,
  id: string,
  change: { mode?: Mode | undefined; powerW?: number | undefined; queueLength?: number | undefined },
): Promise<void> {
  const siteId = await database.orm.em.fork().transactional(async em => {
    const pile = await em.findOne(ChargingPile, { id })
    if (!pile) throw new DomainError('not-found')
    if (change.mode !== undefined && change.mode !== pile.mode) {
      // the dispatcher places cars under this lock
      await em.execute('select from sites where id = ? for update', [pile.siteId])
      const queued = await em.execute<object[]>('select from queue_status where pile_id = ? limit 1', [id])
      if (queued.length > 0) throw new DomainError('state-forbids', 'Cars are queued at this pile')
      pile.mode = change.mode
    }
    if (change.powerW !== undefined) pile.powerW = change.powerW
    if (change.queueLength !== undefined) pile.queueLength = change.queueLength
    return pile.siteId
  })
  touch?.(siteId)
}

async function findChargePoint(em: EntityManager, id: string): Promise<{ id: string; siteId: string } | undefined> {
  const rows = await em.execute<{ id: string; siteId: string }[]>(
    'select id, site_id as "siteId" from charge_points where lower(id) = lower(?)',
    [id],
  )
  return rows[0]
}
