import type { Pool } from 'pg'
import type { Clock } from '../../../protocol/clock.ts'
import { foldCase } from '../../../protocol/ids.ts'

const MOST_CONNECTORS = 64

/** Charge points and piles that come into being by connecting. `powerW` decides the mode of an adopted pile. */
export function createAdoption({
  pool,
  clock,
  siteId,
  powerW,
  fastPowerW,
  queueLength,
}: {
  pool: Pool
  clock: Clock
  siteId: string
  powerW: number
  fastPowerW: number
  queueLength: number
}) {
  const mode = powerW >= fastPowerW ? 'fast' : 'trickle'

  async function adopt(identity: string): Promise<string> {
    await pool.query(
      `with made as (
         insert into charge_points (id, site_id, created_at) values ($1, $2, to_timestamp($3::double precision / 1000)) on conflict do nothing returning id)
       insert into charging_piles (id, site_id, charge_point_id, connector_id, mode, power_w, queue_length, created_at)
       select id, $2, id, 1, $4, $5, $6, to_timestamp($3::double precision / 1000) from made on conflict do nothing`,
      [identity, siteId, clock.now(), mode, powerW, queueLength],
    )
    return identity
  }

  /** `<identity>` for connector 1, `<identity>-<n>` for the others (domain.md section 1). */
  async function adoptConnector(chargePointId: string, connectorId: number): Promise<boolean> {
    if (connectorId < 1 || connectorId > MOST_CONNECTORS) return false
    const { rowCount } = await pool.query(
      `insert into charging_piles (id, site_id, charge_point_id, connector_id, mode, power_w, queue_length, created_at)
       select case when $2::integer = 1 then c.id else c.id || '-' || $2 end, c.site_id, c.id, $2, coalesce(p.mode, $4), coalesce(p.power_w, $5),
              coalesce(p.queue_length, $6), to_timestamp($3::double precision / 1000)
       from charge_points c left join charging_piles p on p.charge_point_id = c.id and p.connector_id = 1
       where lower(c.id) = $1 on conflict do nothing`,
      [foldCase(chargePointId), connectorId, clock.now(), mode, powerW, queueLength],
    )
    return (rowCount ?? 0) > 0
  }

  return { adopt, adoptConnector }
}
