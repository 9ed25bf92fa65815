import { DomainError } from '../../../protocol/errors.ts'
import type { Mode } from '../../../protocol/modes.ts'
import { type EpochMs, MILLI_WH_PER_WH, MS_PER_HOUR } from '../../../protocol/units.ts'
import { type Settlement, settleSession } from '../../core/session/settle.ts'
import { parseTariff } from '../../core/tariff/tariff.ts'
import type { Database } from '../../store/orm.ts'
import { tariffInForce } from '../../store/site/tariff.ts'

export interface Estimate {
  startAt: EpochMs
  finishAt: EpochMs
  /** Nominal power of the mode's strongest pile. */
  powerW: number
  settled: Settlement
}

/**
 * What a charge would cost: energy at the nominal power of a pile of the mode, without parking and reservation, priced by
 * the very code that bills, with the tariff in force for the user at its start. Throws `not-found` (site),
 * `no-pile-of-mode` and `state-forbids` (no tariff).
 */
export async function estimateCost(
  { database }: { database: Database },
  input: { siteId: string; mode: Mode; energyWh: number; startAt: EpochMs; userId?: string | null },
): Promise<Estimate> {
  const { siteId, mode, energyWh, startAt, userId = null } = input
  const { rows } = await database.pool.query<{ timeZone: string; powerW: number | null }>(
    `select s.time_zone as "timeZone", max(p.power_w) as "powerW" from sites s
     left join charging_piles p on p.site_id = s.id and p.mode = $2 where s.id = $1 group by s.id`,
    [siteId, mode],
  )
  const site = rows[0]
  if (!site) throw new DomainError('not-found', 'There is no such site')
  if (site.powerW === null) throw new DomainError('no-pile-of-mode')
  const version = await tariffInForce(database.pool, { siteId, mode, pileId: null, userId, at: startAt })
  const tariff = parseTariff(version?.definition)
  if (!tariff.ok) throw new DomainError('state-forbids', 'The site has no tariff')
  const finishAt = startAt + Math.round((energyWh * MS_PER_HOUR) / site.powerW)
  const settled = settleSession({
    session: {
      startedAt: startAt,
      endedAt: finishAt,
      startRegisterMilliWh: 0,
      stopRegisterMilliWh: energyWh * MILLI_WH_PER_WH,
    },
    readings: [],
    tariff: tariff.value,
    timeZone: site.timeZone,
    pilePowerW: site.powerW,
  })
  return { startAt, finishAt, powerW: site.powerW, settled }
}
