/**
 * SQL for what a verdict on a tag rests on, shared by start, stop and authorisation. `input.tag` is the folded tag, `t`
 * its row (outer joined), `p` the pile.
 */

/** The driver of the first car in a pile's queue: it is held for them. */
export interface Holder {
  requestId: string
  idTag: string | null
  userId: string | null
  parentTag: string | null
}

/** Only sessions that were accepted count against a tag: a refused one delivers nothing and may stay open for hours. */
export const OPEN_SESSIONS = /* sql */ `
select count(*)::integer from charging_sessions s where lower(s.id_tag) = input.tag and s.ended_at is null and s.verdict = 'accepted'`

/** The car that a pile is held for: the first of its queue that has not just finished there. */
export const HOLDER = /* sql */ `
select json_build_object('requestId', r.id, 'idTag', r.id_tag, 'userId', r.user_id, 'parentTag', h.parent_tag) as holder
from queue_status q
join charging_requests r on r.id = q.request_id
left join id_tags h on lower(h.tag) = lower(r.id_tag)
where q.site_id = p.site_id and q.place = 'pile' and q.pile_id = p.id
  and not exists (select from charging_sessions d where d.request_id = r.id and d.pile_id = p.id and d.ended_at is not null and d.settled_at is null)
order by q.position limit 1`

export const TAG = /* sql */ `
case when t.tag is not null then json_build_object('status', t.status, 'parentTag', t.parent_tag, 'maxSessions', t.max_sessions,
  'expiresAt', floor(extract(epoch from t.expires_at) * 1000)::bigint) end`
