import type { Pool } from 'pg'
import type { Clock } from '../../protocol/clock.ts'
import { newId } from '../../protocol/ids.ts'
import { MODES, type Mode, queueNumber } from '../../protocol/modes.ts'
import type { EpochMs } from '../../protocol/units.ts'
import { defaultTariff } from '../core/tariff/tariff.ts'

export const DEFAULT_SITE = 'default'

/** Rules that a new site does not leave to their defaults: whoever has waited two hours outranks every class. */
export const NEW_SITE_POLICY = { maxWait: 120 }

export interface FirstSite {
  fastChargingPileNum: number
  trickleChargingPileNum: number
  /** kW */
  fastChargingPower: number
  trickleChargingPower: number
  maxQueueLength: number
  queueLength: number
  timeZone: string
}

/**
 * First start: the default site with its tariff and piles F1, F2, T1, ... each bound to connector 1 of the charge point
 * of the same identity, whatever it will speak (domain.md section 1). Later starts change nothing; two at once make one.
 */
export async function ensureDefaultSite({
  pool,
  clock,
  first,
}: {
  pool: Pool
  clock: Clock
  first: FirstSite
}): Promise<boolean> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    const tariff = defaultTariff()
    const now = clock.now()
    const { rowCount } = await client.query(
      `insert into sites (id, name, time_zone, currency, waiting_capacity, policy) select $1, 'Default site', $2, $3, $4, $5
       where not exists (select 1 from sites) on conflict do nothing`,
      [DEFAULT_SITE, first.timeZone, tariff.currency, first.maxQueueLength, NEW_SITE_POLICY],
    )
    const made = rowCount === 1
    if (made) {
      const tariffId = newId()
      await client.query(
        `insert into tariffs (id, site_id, name, created_at) values ($1, $2, 'Time of use', to_timestamp($3::double precision / 1000))`,
        [tariffId, DEFAULT_SITE, now],
      )
      await client.query(
        `insert into tariff_versions (id, tariff_id, version, valid_from, definition, created_at) values ($1, $2, 1, '2000-01-01T00:00:00Z', $3, to_timestamp($4::double precision / 1000))`,
        [newId(), tariffId, JSON.stringify(tariff), now],
      )
      for (const mode of MODES) await makePiles(mode)
    }
    await client.query('commit')
    return made
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }

  async function makePiles(mode: Mode): Promise<void> {
    const [count, kW] =
      mode === 'fast'
        ? [first.fastChargingPileNum, first.fastChargingPower]
        : [first.trickleChargingPileNum, first.trickleChargingPower]
    for (let n = 1; n <= count; n++) {
      const id = queueNumber(mode, n)
      await client.query(
        `insert into charge_points (id, site_id, created_at) values ($1, $2, to_timestamp($3::double precision / 1000))`,
        [id, DEFAULT_SITE, clock.now()],
      )
      await client.query(
        `insert into charging_piles (id, site_id, charge_point_id, connector_id, mode, power_w, queue_length, created_at)
         values ($1, $2, $1, 1, $3, $4, $5, to_timestamp($6::double precision / 1000))`,
        [id, DEFAULT_SITE, mode, Math.round(kW * 1000), first.queueLength, clock.now()],
      )
    }
  }
}

/** After a restart nobody is connected yet: what an earlier process of this node wrote of its links is past. */
export async function forgetLinks(pool: Pool, node: string, now: EpochMs): Promise<void> {
  await pool.query(
    `update charge_points set connected = false, link_id = null, link_since = to_timestamp($2::double precision / 1000)
     where link_node = $1 and connected`,
    [node, now],
  )
}
