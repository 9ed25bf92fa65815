import type { Pool } from 'pg'
import { foldCase } from '../../../protocol/ids.ts'
import type { EpochMs } from '../../../protocol/units.ts'
import type { Tag } from '../../core/session/verdict.ts'
import { HOLDER, type Holder, OPEN_SESSIONS, TAG } from './tag-facts.ts'

/** What an authorisation of a tag at a charge point rests on. */
export interface AuthorizeFacts {
  siteId: string
  acceptUnknownTags: boolean
  /** null is a tag nobody has entered. */
  tag: Tag | null
  userId: string | null
  /** Open sessions of the tag at other charge points. */
  openSessionsElsewhere: number
  /** The charge point's piles with the driver each is held for, by connector. */
  piles: { pileId: string; connectorId: number; holder: Holder | null }[]
}

const SQL = /* sql */ `
select c.site_id as "siteId", c.accept_unknown_tags as "acceptUnknownTags", ${TAG} as tag, t.user_id as "userId",
       (${OPEN_SESSIONS} and s.charge_point_id <> c.id) as "openSessionsElsewhere",
       coalesce((
         select json_agg(json_build_object('pileId', p.id, 'connectorId', p.connector_id, 'holder', (${HOLDER})) order by p.connector_id)
         from charging_piles p where p.charge_point_id = c.id
       ), '[]') as piles
from (select $1::text as id, $2::text as tag) as input
join charge_points c on c.id = input.id
left join id_tags t on lower(t.tag) = input.tag`

const STRANGER = /* sql */ `
insert into unknown_id_tags (tag, charge_point_id, first_seen_at, last_seen_at, count)
values ($1, $2, to_timestamp($3::double precision / 1000), to_timestamp($3::double precision / 1000), 1)
on conflict (tag) do update set charge_point_id = excluded.charge_point_id, count = unknown_id_tags.count + 1,
  last_seen_at = greatest(unknown_id_tags.last_seen_at, excluded.last_seen_at)`

/** A tag that nobody has entered was held to a charger: operators see it and may enter it. */
export async function strangerSeen(pool: Pool, chargePointId: string, idTag: string, at: EpochMs): Promise<void> {
  await pool.query({ name: 'stranger-seen', text: STRANGER, values: [idTag, chargePointId, at] })
}

/** Reads the facts; null for an unknown charge point. Throws when the database is away: that is never "invalid". */
export async function authorizeFacts(pool: Pool, chargePointId: string, idTag: string): Promise<AuthorizeFacts | null> {
  const { rows } = await pool.query<AuthorizeFacts>({
    name: 'authorize',
    text: SQL,
    values: [chargePointId, foldCase(idTag)],
  })
  return rows[0] ?? null
}
