import type { EpochMs } from '../../../protocol/units.ts'
import { listPage, type Page, type PageRequest, type Sql, type Window, when, wholeMs, within } from './page.ts'

export interface SiteView {
  id: string
  name: string
  timeZone: string
  currency: string
  powerLimitW: number | null
  waitingCapacity: number
  policy: Record<string, unknown>
  createdAt: EpochMs
}

export const listSites = (sql: Sql, filter: Window & { id?: string; page: PageRequest }): Promise<Page<SiteView>> =>
  listPage(sql, {
    select: `select id, name, time_zone as "timeZone", currency, power_limit_w as "powerLimitW", waiting_capacity as "waitingCapacity",
      policy, created_at as "createdAt" from sites`,
    where: [when(filter.id, 'id = ?'), ...within(filter, 'created_at')],
    keys: [
      { column: wholeMs('created_at'), type: 'instant', of: row => row.createdAt },
      { column: 'id', type: 'text', of: row => row.id },
    ],
    page: filter.page,
  })

/** All sites by id, with the time zone and currency of the oldest, for whoever asks what runs here. */
export async function sitesInShort(sql: Sql): Promise<{ sites: string[]; timeZone: string; currency: string }> {
  const { rows } = await sql.query<{ id: string; timeZone: string; currency: string }>(
    'select id, time_zone as "timeZone", currency from sites order by created_at, id',
  )
  return {
    sites: rows.map(({ id }) => id),
    timeZone: rows[0]?.timeZone ?? '',
    currency: rows[0]?.currency ?? '',
  }
}

/** The time zone of every site, by its id. */
export async function siteZones(sql: Sql): Promise<Map<string, string>> {
  const { rows } = await sql.query<{ id: string; timeZone: string }>('select id, time_zone as "timeZone" from sites')
  return new Map(rows.map(({ id, timeZone }) => [id, timeZone]))
}

export interface TariffVersionView {
  id: string
  version: number
  validFrom: string
  validTo: string | null
  /** When it gave or gives way: its own end, or the start of the next version for the same. */
  until: string | null
  definition: unknown
  createdAt: string
}

export interface TariffView {
  id: string
  siteId: string | null
  name: string
  mode: string | null
  pileId: string | null
  userGroup: string | null
  createdAt: EpochMs
  /** Newest first. */
  versions: TariffVersionView[]
}

export const listTariffs = (
  sql: Sql,
  filter: Window & { id?: string; siteId?: string | undefined; page: PageRequest },
): Promise<Page<TariffView>> =>
  listPage(sql, {
    select: `select t.id, t.site_id as "siteId", t.name, t.mode, t.pile_id as "pileId", t.user_group as "userGroup", t.created_at as "createdAt",
      coalesce((select json_agg(json_build_object('id', v.id, 'version', v.version, 'validFrom', v.valid_from, 'validTo', v.valid_to,
        'until', least(v.valid_to, (select min(n.valid_from) from tariff_versions n join tariffs o on o.id = n.tariff_id
          where o.site_id is not distinct from t.site_id and o.mode is not distinct from t.mode and o.pile_id is not distinct from t.pile_id
            and o.user_group is not distinct from t.user_group and n.valid_from > v.valid_from)),
        'definition', v.definition, 'createdAt', v.created_at) order by v.version desc) from tariff_versions v where v.tariff_id = t.id), '[]') as versions
      from tariffs t`,
    where: [
      when(filter.id, 't.id = ?'),
      when(filter.siteId, '(t.site_id is null or t.site_id = ?)'),
      ...within(filter, 't.created_at'),
    ],
    keys: [
      { column: 't.created_at', type: 'instant', of: row => row.createdAt },
      { column: 't.id', type: 'uuid', of: row => row.id },
    ],
    page: filter.page,
  })
