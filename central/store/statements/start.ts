import type { Verdict } from '../../../protocol/charger/report.ts'
import { foldCase } from '../../../protocol/ids.ts'
import type { EpochMs, MilliWh } from '../../../protocol/units.ts'
import { trustedTime } from '../../core/session/trusted-time.ts'
import type { Tag, VerdictInput, VerdictReason } from '../../core/session/verdict.ts'
import { rows } from './rows.ts'
import type { Connection, Statement } from './statement.ts'
import { HOLDER, type Holder, OPEN_SESSIONS, TAG } from './tag-facts.ts'

export interface StartEffect {
  chargePointId: string
  connectorId: number
  idTag: string
  /** Equal for every repetition of the same start. */
  startKey: string
  registerMilliWh: MilliWh | null
  at: EpochMs | null
  receivedAt: EpochMs
  reservationId: number | null
  /** The request that an HTTP pile's task names. */
  requestId: string | null
}

export interface StartResult {
  /** Positive int32, never used for another session. */
  transactionId: number
  verdict: Verdict
  why: VerdictReason | 'repeated' | 'quarantined'
  /** The session existed already. */
  repeated: boolean
  siteId: string | null
  pileId: string | null
  /** The request of the car called to this pile, charging or first in its queue. */
  holderRequestId: string | null
}

export type Decide = (input: VerdictInput) => { verdict: Verdict; why: VerdictReason }

interface Facts {
  n: number
  siteId: string | null
  pileId: string | null
  acceptUnknownTags: boolean
  sessionId: number | null
  sessionVerdict: Verdict['status'] | null
  sessionPileId: string | null
  tag: Tag | null
  userId: string | null
  openElsewhere: number
  holder: Holder | null
}

const asked = rows<StartEffect>({
  charge_point_id: ['text', e => e.chargePointId],
  connector_id: ['integer', e => e.connectorId],
  tag: ['text', e => foldCase(e.idTag)],
  start_key: ['text', e => e.startKey],
})

/** Two starts of one tag at two nodes take turns, or both would find no open session. Sorted: nobody waits in a circle. */
const LOCK = /* sql */ `
select count(pg_advisory_xact_lock(hash)) from (
  select distinct hashtextextended(tag, 16) as hash from ${asked.from} order by 1
) tags`

const FACTS = /* sql */ `
select n, c.site_id as "siteId", p.id as "pileId", coalesce(c.accept_unknown_tags, false) as "acceptUnknownTags",
       s.id as "sessionId", s.verdict as "sessionVerdict", s.pile_id as "sessionPileId",
       ${TAG} as tag, t.user_id as "userId", h.holder,
       (${OPEN_SESSIONS} and not (s.charge_point_id = input.charge_point_id and s.connector_id = input.connector_id)) as "openElsewhere"
from ${asked.from}
left join charge_points c on c.id = input.charge_point_id
-- a start must name a connector; one that says 0 can only mean the first
left join charging_piles p on p.charge_point_id = c.id and p.connector_id = greatest(input.connector_id, 1)
left join charging_sessions s on s.charge_point_id = c.id and s.start_key = input.start_key
left join id_tags t on lower(t.tag) = input.tag
left join lateral (${HOLDER}) h on true
order by n`

interface NewSession {
  effect: StartEffect
  facts: Facts
  status: Verdict['status']
}

const made = rows<NewSession>({
  site_id: ['text', s => s.facts.siteId],
  charge_point_id: ['text', s => s.effect.chargePointId],
  connector_id: ['integer', s => s.effect.connectorId],
  pile_id: ['text', s => s.facts.pileId],
  asked_request_id: ['uuid', s => s.effect.requestId],
  user_id: ['uuid', s => s.facts.userId],
  id_tag: ['text', s => s.effect.idTag],
  start_key: ['text', s => s.effect.startKey],
  verdict: ['text', s => s.status],
  meter_start: ['bigint', s => s.effect.registerMilliWh],
  started_at: ['timestamptz', s => trustedTime(s.effect.at, s.effect.receivedAt)],
  reported_at: ['timestamptz', s => s.effect.at],
  received_at: ['timestamptz', s => s.effect.receivedAt],
  reservation_id: ['integer', s => s.effect.reservationId],
  folded_tag: ['text', s => foldCase(s.effect.idTag)],
  unknown: ['boolean', s => s.facts.tag === null],
})

/** One statement for the starts of the group: sessions, reservations that they use up, tags that nobody has entered. */
const INSERT = /* sql */ `
with input as materialized (select * from ${made.from}),
sessions as (
  insert into charging_sessions (site_id, charge_point_id, connector_id, pile_id, asked_request_id, user_id, id_tag, start_key, verdict,
    meter_start_milli_wh, last_register_milli_wh, started_at, started_reported_at, started_received_at, reservation_id)
  select site_id, charge_point_id, connector_id, pile_id, asked_request_id, user_id, id_tag, start_key, verdict,
    meter_start, meter_start, started_at, reported_at, received_at, reservation_id
  from input order by n
  on conflict (charge_point_id, start_key) do nothing
  returning id, charge_point_id, start_key
),
used as (
  update reservations r set status = 'used' from input
  where r.status = 'active' and r.charge_point_id = input.charge_point_id
    and (r.id = input.reservation_id or (lower(r.id_tag) = input.folded_tag and r.connector_id in (0, input.connector_id)))
),
strangers as (
  insert into unknown_id_tags (tag, charge_point_id, first_seen_at, last_seen_at, count)
  select id_tag, max(charge_point_id), min(received_at), max(received_at), count(*) from input where unknown group by id_tag
  on conflict (tag) do update set charge_point_id = excluded.charge_point_id, count = unknown_id_tags.count + excluded.count,
    last_seen_at = greatest(unknown_id_tags.last_seen_at, excluded.last_seen_at)
)
select input.n, sessions.id from input left join sessions using (charge_point_id, start_key)`

const RELOCATE = /* sql */ `update charging_sessions s set pile_id = p.id from charging_piles p
where s.id = any($1::integer[]) and s.pile_id is null and p.charge_point_id = s.charge_point_id and p.connector_id = s.connector_id`

export function createStart(decide: Decide): Statement<StartEffect, StartResult> {
  const facts = async (connection: Connection, effects: readonly StartEffect[]): Promise<Facts[]> => {
    const values = asked.values(effects)
    const [, found] = await Promise.all([
      connection.query({ name: 'start-lock', text: LOCK, values }),
      connection.query<Facts>({ name: 'start-facts', text: FACTS, values }),
    ])
    return found.rows
  }

  /** Both queries are sent at once; where a session has appeared since, the facts are asked again. */
  const run = async (connection: Connection, effects: readonly StartEffect[]): Promise<StartResult[]> => {
    const results: StartResult[] = []
    const fresh: (NewSession & { index: number; why: VerdictReason; verdict: Verdict })[] = []
    const accepted = new Map<string, number>()
    for (const [index, found] of (await facts(connection, effects)).entries()) {
      const effect = effects[index]!
      if (found.siteId === null) throw new Error(`start from the unknown charge point ${effect.chargePointId}`)
      if (found.sessionId !== null) {
        results[index] = repeated(found)
        continue
      }
      const tag = foldCase(effect.idTag)
      const { verdict, why } = decide({
        tag: found.tag,
        acceptUnknownTags: found.acceptUnknownTags,
        openSessionsElsewhere: found.openElsewhere + (accepted.get(tag) ?? 0),
        holder: found.holder,
        asker: { idTag: effect.idTag, userId: found.userId },
        now: effect.receivedAt,
      })
      if (verdict.status === 'accepted') accepted.set(tag, (accepted.get(tag) ?? 0) + 1)
      fresh.push({ index, effect, facts: found, status: verdict.status, verdict, why })
    }
    const homeless = results.flatMap(result => (result?.repeated ? [result.transactionId] : []))
    const [inserted] = await Promise.all([
      fresh.length === 0
        ? null
        : connection.query<{ n: number; id: number | null }>({
            name: 'start',
            text: INSERT,
            values: made.values(fresh),
          }),
      homeless.length === 0 ? null : connection.query({ name: 'start-relocate', text: RELOCATE, values: [homeless] }),
    ])
    const late: number[] = []
    for (const { n, id } of inserted?.rows ?? []) {
      const { index, facts, verdict, why } = fresh[n]!
      if (id === null) late.push(index)
      else results[index] = { transactionId: id, verdict, why, repeated: false, ...where(facts) }
    }
    if (late.length > 0) {
      const again = await run(
        connection,
        late.map(index => effects[index]!),
      )
      for (const [position, index] of late.entries()) results[index] = again[position]!
    }
    return results
  }

  return {
    run,
    async quarantined(connection) {
      const { rows } = await connection.query<{ id: number }>({
        text: "select nextval('transaction_ids')::integer as id",
      })
      // Never Invalid for a fault of ours: chargers remember that against the tag (quirk 62).
      const verdict: Verdict = { status: 'blocked' }
      return {
        transactionId: rows[0]!.id,
        verdict,
        why: 'quarantined',
        repeated: true,
        siteId: null,
        pileId: null,
        holderRequestId: null,
      }
    },
  }
}

const where = (facts: Facts): Pick<StartResult, 'siteId' | 'pileId' | 'holderRequestId'> => ({
  siteId: facts.siteId,
  pileId: facts.sessionPileId ?? facts.pileId,
  holderRequestId: facts.holder?.requestId ?? null,
})

/** The same start again: same number, same verdict. */
function repeated(facts: Facts): StartResult {
  const { tag } = facts
  const verdict: Verdict = {
    status: facts.sessionVerdict!,
    ...(tag?.expiresAt == null ? {} : { expiresAt: tag.expiresAt }),
    ...(tag?.parentTag == null ? {} : { parentTag: tag.parentTag }),
  }
  return { transactionId: facts.sessionId!, verdict, why: 'repeated', repeated: true, ...where(facts) }
}
