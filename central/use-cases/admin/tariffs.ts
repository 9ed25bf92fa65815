import type { EntityManager } from '@mikro-orm/postgresql'
import { DomainError } from '../../../protocol/errors.ts'
import { newId } from '../../../protocol/ids.ts'
import type { Mode } from '../../../protocol/modes.ts'
import { type EpochMs, rfc3339 } from '../../../protocol/units.ts'
import { tariffProblems } from '../../core/tariff/problems.ts'
import { parseTariff, type TariffDefinition } from '../../core/tariff/tariff.ts'
import { gapsOf, overlapping, uncoveredBy, type Validity } from '../../core/tariff/timeline.ts'
import { Tariff, TariffVersion } from '../../store/entities/tariff.ts'
import type { TariffScope } from '../../store/site/tariff.ts'
import type { Actor } from '../verbs.ts'
import type { AdminDeps } from './deps.ts'

export interface NewVersion {
  definition: unknown
  /** Now when absent. */
  validFrom?: EpochMs | undefined
  /** Open when absent. */
  validTo?: EpochMs | null | undefined
}

export interface NewTariff extends NewVersion {
  name: string
  siteId?: string | undefined
  mode?: Mode | undefined
  pileId?: string | undefined
  userGroup?: string | undefined
}

/**
 * Adds a tariff with its first version. Tariffs for exactly the same (site, mode, pile, group) share one time line: what
 * begins later ends what is in force. Throws `malformed-request` (definition, scope), `not-found` (site, pile),
 * `tariff-overlap` and `tariff-gap`. Returns its id.
 */
export async function createTariff({ database, clock }: AdminDeps, actor: Actor, input: NewTariff): Promise<string> {
  const scope = scopeOf(input)
  return await database.orm.em.fork().transactional(async em => {
    const place = await placeOf(em, scope)
    const definition = definitionOf(input.definition, place)
    const now = clock.now()
    const validity = await validityOf(em, { ...scope, ...place }, scope, input, now)
    const id = newId()
    em.create(Tariff, { id, ...scope, name: input.name, createdAt: now })
    em.create(TariffVersion, {
      id: newId(),
      tariffId: id,
      version: 1,
      validFrom: validity.from,
      validTo: validity.to,
      definition,
      createdBy: actor.id,
      createdAt: now,
    })
    return id
  })
}

/**
 * Adds a version, in force from `validFrom` until the next one begins, or `validTo`. Sessions keep the version they
 * started with. Throws as `createTariff` does.
 */
export async function addTariffVersion(
  { database, clock }: AdminDeps,
  actor: Actor,
  tariffId: string,
  input: NewVersion,
): Promise<{ id: string; version: number }> {
  return await database.orm.em.fork().transactional(async em => {
    // versions are numbered one after the other
    const locked = await em.execute<object[]>('select id from tariffs where id = ? for update', [tariffId])
    if (locked.length === 0) throw new DomainError('not-found')
    const tariff = await em.findOneOrFail(Tariff, { id: tariffId })
    const scope = scopeOf(tariff)
    const place = await placeOf(em, scope)
    const definition = definitionOf(input.definition, place)
    const [last] = await em.find(TariffVersion, { tariffId }, { orderBy: { version: 'desc' }, limit: 1 })
    const now = clock.now()
    const validity = await validityOf(em, { ...scope, ...place }, scope, input, now)
    const made = em.create(TariffVersion, {
      id: newId(),
      tariffId,
      version: (last?.version ?? 0) + 1,
      validFrom: validity.from,
      validTo: validity.to,
      definition,
      createdBy: actor.id,
      createdAt: now,
    })
    return { id: made.id, version: made.version }
  })
}

const scopeOf = (input: { [M in keyof TariffScope]?: TariffScope[M] | undefined }): TariffScope => ({
  siteId: input.siteId ?? null,
  mode: input.mode ?? null,
  pileId: input.pileId ?? null,
  userGroup: input.userGroup ?? null,
})

/** Where a tariff applies: of its pile, where it names one. */
interface Place {
  siteId: string | null
  mode: Mode | null
  timeZone: string
  /** Null where it applies everywhere. */
  currency: string | null
}

async function placeOf(em: EntityManager, { siteId, pileId, mode }: TariffScope): Promise<Place> {
  const [pile] =
    pileId === null
      ? []
      : await em.execute<{ site: string; mode: Mode }[]>(
          'select site_id as site, mode from charging_piles where id = ?',
          [pileId],
        )
  if (pileId !== null && pile === undefined) throw new DomainError('not-found', 'There is no such pile')
  if (pile !== undefined && siteId !== null && pile.site !== siteId) throw misfit('/pileId', 'a pile of another site')
  if (pile !== undefined && mode !== null && pile.mode !== mode) throw misfit('/mode', `the pile is ${pile.mode}`)
  const site = siteId ?? pile?.site ?? null
  const [zone] = await em.execute<{ timeZone: string; currency: string }[]>(
    'select time_zone as "timeZone", currency from sites where ?::text is null or id = ?::text order by created_at, id limit 1',
    [site, site],
  )
  if (zone === undefined && site !== null) throw new DomainError('not-found', 'There is no such site')
  return {
    siteId: site,
    mode: mode ?? pile?.mode ?? null,
    timeZone: zone?.timeZone ?? 'UTC',
    currency: site === null ? null : (zone?.currency ?? null),
  }
}

/** The validity of a new version, when neither what is there nor what would be missing forbids it. */
async function validityOf(
  em: EntityManager,
  place: TariffScope,
  scope: TariffScope,
  { validFrom, validTo = null }: NewVersion,
  now: EpochMs,
): Promise<Validity> {
  // two new tariffs for the same would not see each other
  await em.execute("select pg_advisory_xact_lock(hashtextextended('tariffs', 16))")
  const tariffs = await timelines(em, place)
  const own = tariffs.filter(one => isSame(one.scope, scope)).flatMap(one => one.versions)
  let from = validFrom ?? now
  // "now" has a place of its own, however fast one follows another
  if (validFrom === undefined) while (own.some(version => version.from === from)) from++
  const added = { from, to: validTo }
  if (validTo !== null && validTo <= from) throw misfit('/validTo', 'not after validFrom')
  const other = overlapping(added, own)
  if (other !== undefined) {
    const text = `version ${other.version} of "${other.name}" is in force from ${rfc3339(other.from)}${other.to === null ? '' : ` to ${rfc3339(other.to)}`}`
    throw new DomainError('tariff-overlap', text, { problems: [{ path: '/validFrom', message: text }] })
  }
  const fallbacks = tariffs.filter(one => !isSame(one.scope, scope)).map(one => one.versions)
  const [gap] = uncoveredBy(gapsOf([...own, added]), fallbacks)
  if (gap !== undefined) {
    const text = `no tariff would be in force from ${rfc3339(gap.from)}${gap.to === null ? ' on' : ` to ${rfc3339(gap.to)}`}`
    throw new DomainError('tariff-gap', text, { problems: [{ path: '/validTo', message: text }] })
  }
  return added
}

interface Timeline {
  scope: TariffScope
  versions: (Validity & { name: string; version: number })[]
}

/** The tariffs that apply wherever one of this scope does, with their versions; one line for each scope. */
async function timelines(em: EntityManager, place: TariffScope): Promise<Timeline[]> {
  const rows = await em.execute<(TariffScope & Validity & { name: string; version: number })[]>(
    `select t.site_id as "siteId", t.mode, t.pile_id as "pileId", t.user_group as "userGroup", t.name, v.version, v.valid_from as "from", v.valid_to as "to"
     from tariffs t join tariff_versions v on v.tariff_id = t.id
     where (t.site_id is null or t.site_id = ?) and (t.mode is null or t.mode = ?) and (t.pile_id is null or t.pile_id = ?)
       and (t.user_group is null or t.user_group = ?)`,
    [place.siteId, place.mode, place.pileId, place.userGroup],
  )
  const lines: Timeline[] = []
  for (const { from, to, name, version, ...scope } of rows) {
    const line = lines.find(one => isSame(one.scope, scope))
    if (line === undefined) lines.push({ scope, versions: [{ from, to, name, version }] })
    else line.versions.push({ from, to, name, version })
  }
  return lines
}

const isSame = (a: TariffScope, b: TariffScope): boolean =>
  a.siteId === b.siteId && a.mode === b.mode && a.pileId === b.pileId && a.userGroup === b.userGroup

const misfit = (path: string, message: string): DomainError =>
  new DomainError('malformed-request', message, { problems: [{ path, message }] })

function definitionOf(input: unknown, { timeZone, currency }: Place): TariffDefinition {
  const parsed = parseTariff(input)
  const problems = parsed.ok ? [...tariffProblems(parsed.value, { timeZone })] : parsed.problems
  if (parsed.ok && currency !== null && parsed.value.currency !== currency)
    problems.push({ path: '/currency', message: `the site's currency is ${currency}` })
  if (parsed.ok && problems.length === 0) return parsed.value
  throw new DomainError('malformed-request', 'The tariff definition has problems', {
    problems: problems.map(({ path, message }) => ({ path: `/definition${path === '/' ? '' : path}`, message })),
  })
}
