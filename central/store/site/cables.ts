import type { ClientBase } from 'pg'

/**
 * A free connector holds no cable, and one that was free meanwhile holds another. One that was said to be free before the stop came was so at the end already; where
 * nobody says (HTTP piles, chargers without a status) it stays unknown.
 */
const SQL = /* sql */ `
update charging_sessions s set unplugged_at =
  case when p.status_received_at > s.ended_received_at then greatest(s.ended_at, p.status_received_at) else s.ended_at end
from charging_piles p
join charge_points c on c.id = p.charge_point_id
cross join lateral (select id from charging_sessions where pile_id = p.id order by started_at desc, id desc limit 1) last
where p.site_id = $1 and c.protocol <> 'http' and s.id = last.id and s.ended_at is not null and s.unplugged_at is null
  and (p.status in ('Available', 'Reserved') or (p.status = 'Preparing' and p.fresh_plug and p.status_received_at > s.ended_received_at))`

/** Keeps when the cable of the last session of each pile of a site was pulled. */
export async function keepUnplugged(db: ClientBase, siteId: string): Promise<void> {
  await db.query({ name: 'unplugged', text: SQL, values: [siteId] })
}
