import type { EntityManager } from '@mikro-orm/postgresql'
import { DomainError } from '../../../protocol/errors.ts'
import type { Mode } from '../../../protocol/modes.ts'
import { ChargePoint, UnknownChargePoint } from '../../store/entities/charge-point.ts'
import { ChargingPile } from '../../store/entities/pile.ts'
import { isUniqueViolation } from '../unique-violation.ts'
import { chargePointRow } from './charge-point-row.ts'
import type { AdminDeps } from './deps.ts'
import { digestPassword } from './password.ts'
import { type NewPile, pileRow, refuseTakenPiles } from './piles.ts'
import { siteOrDefault } from './sites.ts'

export interface ChargePointSettings {
  siteId?: string | undefined
  /** null takes the password away. */
  password?: string | null | undefined
  securityProfile?: number | undefined
  acceptUnknownTags?: boolean | undefined
  assumeOcpp16?: boolean | undefined
  validation?: 'tolerant' | 'strict' | null | undefined
  quirkProfile?: string | null | undefined
  pingSeconds?: number | null | undefined
}

export interface NewChargePoint extends ChargePointSettings {
  id: string
  /** The piles it serves; without them one per connector. */
  piles?: Omit<NewPile, 'chargePointId' | 'siteId'>[] | undefined
  connectors?: number | undefined
  mode?: Mode | undefined
  powerW?: number | undefined
}

/** A pile of this power or more is a fast one where nobody says: the default site's fast piles have 7 kW. */
const FAST_FROM_W = 7_000

/** Registers a charge point with its piles. Throws `already-exists`; identities differ by more than case. Returns its id. */
export async function createChargePoint(deps: AdminDeps, input: NewChargePoint): Promise<string> {
  const em = deps.database.orm.em.fork()
  const site = await siteOrDefault(em, input.siteId)
  const createdAt = deps.clock.now()
  const chargePoint = em.create(ChargePoint, chargePointRow({ id: input.id, siteId: site.id }, createdAt))
  apply(chargePoint, input)
  const piles = input.piles ?? pilesOf(input)
  await refuseTakenPiles(
    em,
    piles.map(({ id }) => id),
  )
  for (const pile of piles)
    em.create(ChargingPile, pileRow({ ...pile, siteId: site.id, chargePointId: input.id }, createdAt))
  await flush(em)
  return chargePoint.id
}

/** Changes settings; new credentials close the present link. Throws `not-found`. */
export async function changeChargePoint(deps: AdminDeps, id: string, change: ChargePointSettings): Promise<void> {
  const em = deps.database.orm.em.fork()
  const chargePoint = await em.findOne(ChargePoint, { id })
  if (!chargePoint) throw new DomainError('not-found')
  if (change.siteId !== undefined && change.siteId !== chargePoint.siteId) {
    throw new DomainError('state-forbids', 'A charge point keeps its site: its piles have sessions and numbers there')
  }
  apply(chargePoint, change)
  await em.flush()
  if (change.password !== undefined || change.securityProfile !== undefined)
    await deps.link?.disconnect?.(chargePoint.id, 'credentials changed')
}

/** Registers a charge point that knocked without being known, under its own spelling, and forgets that it was unknown. */
export async function adoptChargePoint(
  deps: AdminDeps,
  identity: string,
  input: Omit<NewChargePoint, 'id'>,
): Promise<string> {
  const em = deps.database.orm.em.fork()
  const known = await em.findOne(UnknownChargePoint, { identity }, { orderBy: { lastSeenAt: 'desc' } })
  if (!known) throw new DomainError('not-found')
  const id = await createChargePoint(deps, { ...input, id: known.identity })
  await em.nativeDelete(UnknownChargePoint, { identity })
  return id
}

function apply(chargePoint: ChargePoint, change: ChargePointSettings): void {
  const { password, securityProfile, acceptUnknownTags, assumeOcpp16, validation, quirkProfile, pingSeconds } = change
  if (password !== undefined) chargePoint.passwordDigest = password === null ? null : digestPassword(password)
  if (securityProfile !== undefined) chargePoint.securityProfile = securityProfile
  // a password is there to be asked for
  else if (typeof password === 'string' && chargePoint.securityProfile === 0) chargePoint.securityProfile = 1
  else if (password === null && chargePoint.securityProfile === 1) chargePoint.securityProfile = 0
  if ((chargePoint.securityProfile === 1 || chargePoint.securityProfile === 2) && chargePoint.passwordDigest === null) {
    throw new DomainError('malformed-request', 'Security profiles 1 and 2 need a password', {
      problems: [{ path: '/password', message: 'Needed by this security profile' }],
    })
  }
  if (acceptUnknownTags !== undefined) chargePoint.acceptUnknownTags = acceptUnknownTags
  if (assumeOcpp16 !== undefined) chargePoint.assumeOcpp16 = assumeOcpp16
  if (validation !== undefined) chargePoint.validation = validation
  if (quirkProfile !== undefined) chargePoint.quirkProfile = quirkProfile
  if (pingSeconds !== undefined) chargePoint.pingSeconds = pingSeconds
}

function pilesOf({
  id,
  connectors = 1,
  powerW = FAST_FROM_W,
  mode,
}: NewChargePoint): Omit<NewPile, 'chargePointId' | 'siteId'>[] {
  return Array.from({ length: connectors }, (_, i) => ({
    id: connectors === 1 ? id : `${id}-${i + 1}`,
    connectorId: i + 1,
    mode: mode ?? (powerW >= FAST_FROM_W ? 'fast' : 'trickle'),
    powerW,
  }))
}

async function flush(em: EntityManager): Promise<void> {
  try {
    await em.flush()
  } catch (error) {
    if (isUniqueViolation(error, 'charging_piles'))
      throw new DomainError('already-exists', 'There is a pile of this id or connector')
    if (isUniqueViolation(error)) throw new DomainError('already-exists', 'There is a charge point of this identity')
    throw error
  }
}
