import { type EntityManager, LockMode } from '@mikro-orm/postgresql'
import { DomainError } from '../../../protocol/errors.ts'
import { newId } from '../../../protocol/ids.ts'
import { DEFAULT_POLICY, type Policy } from '../../core/queue/policy.ts'
import { defaultTariff } from '../../core/tariff/tariff.ts'
import { Site } from '../../store/entities/site.ts'
import { Tariff, TariffVersion } from '../../store/entities/tariff.ts'
import { NEW_SITE_POLICY } from '../setup.ts'
import { isUniqueViolation } from '../unique-violation.ts'
import type { AdminDeps } from './deps.ts'

export interface SiteSettings {
  name?: string | undefined
  timeZone?: string | undefined
  powerLimitW?: number | null | undefined
  waitingCapacity?: number | undefined
  /** Members that are given replace those that are set. */
  policy?: Record<string, unknown> | undefined
}

/** The named site, or where none is named the oldest. Throws `not-found`. */
export async function siteOrDefault(em: EntityManager, id: string | undefined): Promise<Site> {
  const [site] = await em.find(Site, id === undefined ? {} : { id }, {
    orderBy: { createdAt: 'asc', id: 'asc' },
    limit: 1,
  })
  if (!site) throw new DomainError('not-found', 'There is no such site')
  return site
}

/** Since ever, so that sessions told later than they were charged have it too. */
const FIRST_VERSION_FROM = Date.UTC(2000, 0, 1)

/** Adds a site without piles, with the default tariff (domain.md section 7). Throws `already-exists`. Returns its id. */
export async function createSite(
  { database, clock }: AdminDeps,
  input: SiteSettings & {
    id?: string | undefined
    name: string
    timeZone: string
    currency: string
    waitingCapacity: number
  },
): Promise<string> {
  const em = database.orm.em.fork()
  const id = input.id ?? newId()
  const now = clock.now()
  em.create(Site, {
    id,
    name: input.name,
    timeZone: input.timeZone,
    currency: input.currency,
    powerLimitW: input.powerLimitW ?? null,
    waitingCapacity: input.waitingCapacity,
    policy: { ...NEW_SITE_POLICY, ...definedOnly(input.policy ?? {}) },
    createdAt: now,
  })
  const tariffId = newId()
  em.create(Tariff, {
    id: tariffId,
    siteId: id,
    name: 'Time of use',
    mode: null,
    pileId: null,
    userGroup: null,
    createdAt: now,
  })
  em.create(TariffVersion, {
    id: newId(),
    tariffId,
    version: 1,
    validFrom: FIRST_VERSION_FROM,
    definition: { ...defaultTariff(), currency: input.currency },
    createdBy: null,
    createdAt: now,
  })
  try {
    await em.flush()
  } catch (error) {
    if (isUniqueViolation(error)) throw new DomainError('already-exists', 'There is a site of this id')
    throw error
  }
  return id
}

/**
 * Changes settings, and wakes the dispatcher, which holds the new rules from its next run on. Its counters are never
 * touched. Tells the rules that changed, before and after. Throws `not-found`.
 */
export async function changeSite(
  { database, touch }: AdminDeps,
  id: string,
  change: SiteSettings,
): Promise<{ before: Partial<Policy>; after: Partial<Policy> }> {
  const changed = await database.orm.em.fork().transactional(async em => {
    // the dispatcher writes its counters to this row
    const site = await em.findOne(Site, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE })
    if (!site) throw new DomainError('not-found')
    if (change.name !== undefined) site.name = change.name
    if (change.timeZone !== undefined) site.timeZone = change.timeZone
    if (change.powerLimitW !== undefined) site.powerLimitW = change.powerLimitW
    if (change.waitingCapacity !== undefined) site.waitingCapacity = change.waitingCapacity
    const before = { ...DEFAULT_POLICY, ...site.policy }
    const named = definedOnly(change.policy ?? {})
    site.policy = { ...site.policy, ...named }
    return { before: only(before, named), after: named }
  })
  touch?.(id)
  return changed
}

/** Those members of a value that another one names. */
const only = (value: object, names: object): object =>
  Object.fromEntries(Object.entries(value).filter(([name]) => name in names))

const definedOnly = (value: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined))
