import type { ClientBase, Pool } from 'pg'
import type { Mode } from '../../../protocol/modes.ts'
import type { EpochMs } from '../../../protocol/units.ts'

export interface TariffVersionRow {
  id: string
  definition: unknown
}

/**
 * The version in force at an instant, the most specific tariff first: pile, mode, site, everywhere. A session older than
 * every version (an offline session replayed after an installation) gets the oldest.
 */
export async function tariffInForce(
  db: ClientBase | Pool,
  about: { siteId: string; mode: Mode; pileId: string | null; at: EpochMs },
): Promise<TariffVersionRow | undefined> {
  const { rows } = await db.query<TariffVersionRow>({
    name: 'tariff-in-force',
    text: /* sql */ `
select v.id, v.definition
from tariffs t join tariff_versions v on v.tariff_id = t.id
where (t.site_id is null or t.site_id = $1) and (t.mode is null or t.mode = $2) and (t.pile_id is null or t.pile_id = $3) and t.user_group is null
order by v.valid_from <= to_timestamp($4::double precision / 1000) desc, t.pile_id is not null desc, t.mode is not null desc, t.site_id is not null desc,
  case when v.valid_from <= to_timestamp($4::double precision / 1000) then v.valid_from end desc, v.valid_from, v.version desc
limit 1`,
    values: [about.siteId, about.mode, about.pileId, about.at],
  })
  return rows[0]
}

export async function tariffVersion(db: ClientBase | Pool, id: string): Promise<TariffVersionRow | undefined> {
  const { rows } = await db.query<TariffVersionRow>({
    name: 'tariff-version',
    text: 'select id, definition from tariff_versions where id = $1',
    values: [id],
  })
  return rows[0]
}
