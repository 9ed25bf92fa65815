import type { ClientBase } from 'pg'
import type { EpochMs } from '../../../protocol/units.ts'

/**
 * The request, ended meanwhile, for which a charger was told to start here and has not begun yet: a cancel outran the
 * start. Only what was said since `since` counts, and only for the same driver.
 */
export async function outrunStart(
  db: ClientBase,
  about: { pileId: string; idTag: string; userId: string | null; since: EpochMs },
): Promise<string | undefined> {
  const { rows } = await db.query<{ requestId: string }>({
    name: 'outrun-start',
    text: /* sql */ `
select r.id as "requestId"
from commands c join charging_requests r on r.id = c.request_id
where c.pile_id = $1 and c.verb = 'start' and c.observed_at is null and c.status in ('queued', 'sent', 'accepted', 'timed-out', 'unknown')
  and r.status <> 'active' and (lower(r.id_tag) = lower($2) or r.user_id = $3) and c.created_at >= to_timestamp($4::double precision / 1000)
order by c.created_at desc limit 1`,
    values: [about.pileId, about.idTag, about.userId, about.since],
  })
  return rows[0]?.requestId
}
