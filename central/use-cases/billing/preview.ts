import type { Pool } from 'pg'
import type { Problem } from '../../../protocol/charger/command.ts'
import { DomainError } from '../../../protocol/errors.ts'
import type { Mode } from '../../../protocol/modes.ts'
import type { EpochMs, MilliWh } from '../../../protocol/units.ts'
import { tariffProblems } from '../../core/tariff/problems.ts'
import { parseTariff, type TariffDefinition } from '../../core/tariff/tariff.ts'
import { momentsOf, ratingRows, registersOf } from '../../store/site/rating.ts'
import { defaultSiteId } from '../../store/views/queue.ts'
import { pricesParking, rateSession } from '../site/rate-session.ts'

/** Longest period, and most sessions in it, that one preview goes through. */
export const LONGEST_MS = 31 * 24 * 3_600_000
export const MOST_SESSIONS = 10_000
/** Sessions whose readings are in memory at once. */
const AT_ONCE = 200

export interface PreviewInput {
  siteId?: string | undefined
  from: EpochMs
  to: EpochMs
  mode?: Mode | undefined
  pileId?: string | undefined
  /** A definition of its own, or a version of a tariff (its newest when none is named). */
  definition?: unknown
  tariffId?: string | undefined
  version?: number | undefined
}

export interface PreviewedSession {
  sessionId: number
  pileId: string | null
  startedAt: EpochMs
  energyMilliWh: MilliWh
  oldMinor: number
  newMinor: number
}

export interface Preview {
  siteId: string
  currency: string
  sessions: PreviewedSession[]
  /** Why the definition would not be taken as a tariff, though it can be tried. */
  problems: Problem[]
}

/**
 * What the billed sessions of a past period would have cost by another tariff, by the very code that bills: the same
 * registers, verdicts, parking and calls. Corrections by an operator's amount are left out on both sides. Only reads.
 * Throws `not-found` (site, tariff) and `malformed-request` (definition, period).
 */
export async function previewTariff({ pool }: { pool: Pool }, input: PreviewInput): Promise<Preview> {
  const { from, to } = input
  if (to <= from) throw misfit('/to', 'not after from')
  if (to - from > LONGEST_MS) throw misfit('/to', 'the period is longer than 31 days')
  const siteId = input.siteId ?? (await defaultSiteId(pool))
  const sites = await pool.query<{ currency: string; timeZone: string }>(
    'select currency, time_zone as "timeZone" from sites where id = $1',
    [siteId],
  )
  const site = sites.rows[0]
  if (siteId === undefined || site === undefined) throw new DomainError('not-found', 'There is no such site')
  const tariff = await tariffOfInput(pool, input)
  const { currency } = tariff
  if (currency !== site.currency) throw misfit('/definition/currency', `the site's currency is ${site.currency}`)
  const billed = await billedSessions(pool, siteId, input)
  if (billed.size > MOST_SESSIONS)
    throw misfit('/to', `more than ${MOST_SESSIONS} sessions were billed: choose a shorter period`)
  const ids = [...billed.keys()]
  const sessions: PreviewedSession[] = []
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    const some = ids.slice(start, start + AT_ONCE)
    const readings = await registersOf(pool, some)
    const moments = pricesParking(tariff) ? await momentsOf(pool, some) : undefined
    for (const row of await ratingRows(pool, some)) {
      const { id, pileId, startedAt } = row
      const rated = rateSession(row, readings.get(id) ?? [], moments?.get(id) ?? [], row.endedAt ?? startedAt, tariff)
      sessions.push({
        sessionId: id,
        pileId,
        startedAt,
        energyMilliWh: rated.energyMilliWh,
        oldMinor: billed.get(id) ?? 0,
        newMinor: rated.totalMinor,
      })
    }
  }
  return { siteId, currency, sessions, problems: tariffProblems(tariff, { timeZone: site.timeZone }) }
}

async function tariffOfInput(pool: Pool, { definition, tariffId, version }: PreviewInput): Promise<TariffDefinition> {
  const stored =
    tariffId === undefined
      ? undefined
      : await pool.query<{ definition: unknown }>(
          'select definition from tariff_versions where tariff_id = $1 and ($2::integer is null or version = $2) order by version desc limit 1',
          [tariffId, version ?? null],
        )
  if (stored !== undefined && stored.rows[0] === undefined)
    throw new DomainError('not-found', 'There is no such tariff or version')
  const parsed = parseTariff(stored === undefined ? definition : stored.rows[0]?.definition)
  if (parsed.ok) return parsed.value
  const problems = parsed.problems.map(({ path, message }) => ({
    path: `/definition${path === '/' ? '' : path}`,
    message,
  }))
  throw new DomainError('malformed-request', 'The tariff definition has problems', { problems })
}

/** What each session came to by its registers, corrections included; one more than the most shows that there are more. */
async function billedSessions(pool: Pool, siteId: string, input: PreviewInput): Promise<Map<number, number>> {
  const { from, to, mode, pileId } = input
  const { rows } = await pool.query<{ id: number; total: number }>(
    `select s.id, sum(d.total_minor)::bigint as total
     from charging_sessions s join billing_details d on d.session_id = s.id and d.origin = 'rated'
     left join charging_piles p on p.id = s.pile_id
     where s.site_id = $1 and s.started_at >= $2 and s.started_at < $3 and s.settled_at is not null
       and ($4::text is null or p.mode = $4) and ($5::text is null or s.pile_id = $5)
     group by s.id order by s.id limit ${MOST_SESSIONS + 1}`,
    [siteId, new Date(from), new Date(to), mode ?? null, pileId ?? null],
  )
  return new Map(rows.map(({ id, total }) => [id, total]))
}

const misfit = (path: string, message: string): DomainError =>
  new DomainError('malformed-request', message, { problems: [{ path, message }] })
