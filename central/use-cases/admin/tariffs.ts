import { DomainError } from '../../../protocol/errors.ts'
import { newId } from '../../../protocol/ids.ts'
import type { Mode } from '../../../protocol/modes.ts'
import type { EpochMs } from '../../../protocol/units.ts'
import { parseTariff } from '../../core/tariff/tariff.ts'
import { Tariff, TariffVersion } from '../../store/entities/tariff.ts'
import type { Actor } from '../verbs.ts'
import type { AdminDeps } from './deps.ts'

export interface NewTariff {
  name: string
  siteId?: string | undefined
  mode?: Mode | undefined
  pileId?: string | undefined
  userGroup?: string | undefined
  definition: unknown
  validFrom?: EpochMs | undefined
}

/** Adds a tariff with its first version. Throws `malformed-request` (definition) and `not-found` (site, pile). Returns its id. */
export async function createTariff({ database, clock }: AdminDeps, actor: Actor, input: NewTariff): Promise<string> {
  const definition = definitionOf(input.definition)
  const now = clock.now()
  const { rows } = await database.pool.query<{ site: boolean; pile: boolean }>(
    'select $1::text is null or exists (select from sites where id = $1) as site, $2::text is null or exists (select from charging_piles where id = $2) as pile',
    [input.siteId ?? null, input.pileId ?? null],
  )
  if (!rows[0]?.site) throw new DomainError('not-found', 'There is no such site')
  if (!rows[0].pile) throw new DomainError('not-found', 'There is no such pile')
  const em = database.orm.em.fork()
  const id = newId()
  em.create(Tariff, {
    id,
    siteId: input.siteId ?? null,
    name: input.name,
    mode: input.mode ?? null,
    pileId: input.pileId ?? null,
    userGroup: input.userGroup ?? null,
    createdAt: now,
  })
  em.create(TariffVersion, {
    id: newId(),
    tariffId: id,
    version: 1,
    validFrom: input.validFrom ?? now,
    definition,
    createdBy: actor.id,
    createdAt: now,
  })
  await em.flush()
  return id
}

/**
 * Adds a version, in force from `validFrom` (now). Sessions keep the version they started with. Throws
 * `malformed-request` and `not-found`.
 */
export async function addTariffVersion(
  { database, clock }: AdminDeps,
  actor: Actor,
  tariffId: string,
  input: { definition: unknown; validFrom?: EpochMs | undefined },
): Promise<{ id: string; version: number }> {
  const definition = definitionOf(input.definition)
  return await database.orm.em.fork().transactional(async em => {
    // versions are numbered one after the other
    const locked = await em.execute<object[]>('select id from tariffs where id = ? for update', [tariffId])
    if (locked.length === 0) throw new DomainError('not-found')
    const [last] = await em.find(TariffVersion, { tariffId }, { orderBy: { version: 'desc' }, limit: 1 })
    const now = clock.now()
    const made = em.create(TariffVersion, {
      id: newId(),
      tariffId,
      version: (last?.version ?? 0) + 1,
      validFrom: input.validFrom ?? now,
      definition,
      createdBy: actor.id,
      createdAt: now,
    })
    return { id: made.id, version: made.version }
  })
}

function definitionOf(input: unknown): Record<string, unknown> {
  const parsed = parseTariff(input)
  if (parsed.ok) return parsed.value
  const problems = parsed.problems.map(({ path, message }) => ({
    path: `/definition${path === '/' ? '' : path}`,
    message,
  }))
  throw new DomainError('malformed-request', 'The tariff definition has problems', { problems })
}
