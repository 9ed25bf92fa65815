import type { ClientBase, Pool } from 'pg'
import type { Mode } from '../../../protocol/modes.ts'
import type { EpochMs } from '../../../protocol/units.ts'

export interface TariffVersionRow {
  id: string
  definition: unknown
}

/** Whom a tariff is for: each member that is null stands for all. */
export interface TariffScope {
  siteId: string | null
  mode: Mode | null
  pileId: string | null
  userGroup: string | null
}

/**
 * How specific a tariff is, as an SQL expression: pile above user group above mode above site, so that a tariff that
 * names more of the higher ones always wins (docs/guide/billing.md).
 */
const POINTS = `(t.pile_id is not null)::integer * 8 + (t.user_group is not null)::integer * 4 + (t.mode is not null)::integer * 2 + (t.site_id is not null)::integer`

/**
 * The version in force at an instant of the most specific tariff in force then, in the site's currency. Of tariffs for
 * the same, the version that began last counts: it ends the one before it. A session older than every version (an offline
 * session replayed after an installation) gets the oldest.
 */
export async function tariffInForce(
  db: ClientBase | Pool,
  about: { siteId: string; mode: Mode; pileId: string | null; userId?: string | null; at: EpochMs },
): Promise<TariffVersionRow | undefined> {
  const { rows } = await db.query<TariffVersionRow>({
    name: 'tariff-in-force',
    text: /* sql */ `
with versions as (
  select v.id, v.definition, v.valid_from, v.valid_to, v.version, ${POINTS} as points, to_timestamp($5::double precision / 1000) as instant,
    lead(v.valid_from) over (partition by t.site_id, t.mode, t.pile_id, t.user_group order by v.valid_from, v.version) as next_from
  from tariffs t join tariff_versions v on v.tariff_id = t.id join sites site on site.id = $1
  where (t.site_id is null or t.site_id = $1) and (t.mode is null or t.mode = $2) and (t.pile_id is null or t.pile_id = $3)
    and (t.user_group is null or t.user_group = (select user_group from users where id = $4))
    and v.definition ->> 'currency' = site.currency
)
select id, definition from versions
order by valid_from <= instant and instant < coalesce(least(valid_to, next_from), 'infinity') desc,
  case when valid_from <= instant and instant < coalesce(least(valid_to, next_from), 'infinity') then points end desc, valid_from, version desc
limit 1`,
    values: [about.siteId, about.mode, about.pileId, about.userId ?? null, about.at],
  })
  return rows[0]
}
