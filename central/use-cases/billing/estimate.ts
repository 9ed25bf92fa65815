import { DomainError } from '../../../protocol/errors.ts'
import type { Mode } from '../../../protocol/modes.ts'
import { type EpochMs, type Money, MS_PER_HOUR } from '../../../protocol/units.ts'
import { type Rated, rateSegments } from '../../core/billing/rate.ts'
import { ratio } from '../../core/billing/ratio.ts'
import { parseTariff } from '../../core/tariff/tariff.ts'
import type { Database } from '../../store/orm.ts'
import { tariffInForce } from '../../store/site/tariff.ts'

export interface Estimate {
  startAt: EpochMs
  finishAt: EpochMs
  /** Nominal power of the mode's strongest pile. */
  powerW: number
  currency: string
  rated: Rated
  total: Money
}

/**
 * What a charge would cost: energy at the nominal power of a pile of the mode, priced by the very code that bills, with
 * the tariff in force at its start. Throws `not-found` (site), `no-pile-of-mode` and `state-forbids` (no tariff).
 */
export async function estimateCost(
  { database }: { database: Database },
  input: { siteId: string; mode: Mode; energyWh: number; startAt: EpochMs },
): Promise<Estimate> {
  const { siteId, mode, energyWh, startAt } = input
  const { rows } = await database.pool.query<{ timeZone: string; powerW: number | null }>(
    `select s.time_zone as "timeZone", max(p.power_w) as "powerW" from sites s
     left join charging_piles p on p.site_id = s.id and p.mode = $2 where s.id = $1 group by s.id`,
    [siteId, mode],
  )
  const site = rows[0]
  if (!site) throw new DomainError('not-found', 'There is no such site')
  if (site.powerW === null) throw new DomainError('no-pile-of-mode')
  const version = await tariffInForce(database.pool, { siteId, mode, pileId: null, at: startAt })
  const tariff = parseTariff(version?.definition)
  if (!tariff.ok) throw new DomainError('state-forbids', 'The site has no tariff')
  const durationMs = Math.round((energyWh * MS_PER_HOUR) / site.powerW)
  const rated = rateSegments({
    tariff: tariff.value,
    timeZone: site.timeZone,
    originMs: startAt,
    ticksPerMs: 1,
    segments: [{ from: 0, to: durationMs, energyWh: ratio(energyWh) }],
  })
  const { currency } = tariff.value
  return {
    startAt,
    finishAt: startAt + durationMs,
    powerW: site.powerW,
    currency,
    rated,
    total: { amount: rated.totalMinor, currency },
  }
}
