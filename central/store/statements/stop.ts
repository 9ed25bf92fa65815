import type { Reading, Verdict } from '../../../protocol/charger/report.ts'
import { foldCase } from '../../../protocol/ids.ts'
import type { EpochMs, MilliWh } from '../../../protocol/units.ts'
import { trustedTime } from '../../core/session/trusted-time.ts'
import type { Tag } from '../../core/session/verdict.ts'
import { afterReadings, afterRegister, type LiveFigures } from './live-figures.ts'
import { STORE_READINGS, type StoredReading, storedReadings } from './meter-values.ts'
import { rows } from './rows.ts'
import { FIND_SESSIONS, type Found, type Reference, reference } from './session-of.ts'
import type { Decide } from './start.ts'
import type { Statement } from './statement.ts'
import { ANOMALIES, type Anomaly, anomalies } from './stop-anomalies.ts'
import { TAG } from './tag-facts.ts'

export interface StopEffect extends Reference {
  registerMilliWh?: MilliWh
  at?: EpochMs
  receivedAt: EpochMs
  reason: string
  idTag?: string
  /** Said by the HTTP pile at the end; it amends the start. */
  startedAt?: EpochMs
  readings: readonly Reading[]
}

export interface StopResult {
  /** Ended by this stop; a repetition; a different repetition; a stop that fits no session. */
  outcome: 'ended' | 'repeated' | 'anomaly' | 'orphan'
  transactionId: number | null
  siteId: string | null
  pileId: string | null
  /** On the tag of the stop, where it has one. */
  verdict?: Verdict
}

interface End {
  sessionId: number
  effect: StopEffect
  figures: LiveFigures
  startedAt: EpochMs
  startedReportedAt: EpochMs | null
}

const ends = rows<End>({
  session_id: ['integer', e => e.sessionId],
  started_at: ['timestamptz', e => e.startedAt],
  started_reported_at: ['timestamptz', e => e.startedReportedAt],
  meter_stop: ['bigint', e => e.effect.registerMilliWh],
  ended_at: ['timestamptz', e => Math.max(e.startedAt, trustedTime(e.effect.at, e.effect.receivedAt))],
  reported_at: ['timestamptz', e => e.effect.at],
  received_at: ['timestamptz', e => e.effect.receivedAt],
  reason: ['text', e => e.effect.reason],
  energy: ['bigint', e => e.figures.energyMilliWh],
  register: ['bigint', e => e.figures.lastRegisterMilliWh],
  soc: ['real', e => e.figures.socPercent],
  reading_at: ['timestamptz', e => e.figures.lastReadingAt],
})

const END = /* sql */ `
with input as materialized (select * from ${ends.from}),
ended as (
  update charging_sessions s set
    started_at = input.started_at, started_reported_at = coalesce(input.started_reported_at, s.started_reported_at),
    meter_stop_milli_wh = input.meter_stop, ended_at = input.ended_at, ended_reported_at = input.reported_at,
    ended_received_at = input.received_at, stop_reason = input.reason, provisional = false, settled_at = null, power_w = 0,
    energy_milli_wh = input.energy, last_register_milli_wh = input.register, soc_percent = input.soc, last_reading_at = input.reading_at
  from input where s.id = input.session_id
  returning s.pile_id
)
update charging_piles p set power_now_w = 0 from ended where p.id = ended.pile_id and p.power_now_w is not null`

const tags = rows<StopEffect>({
  charge_point_id: ['text', e => e.chargePointId],
  tag: ['text', e => foldCase(e.idTag ?? '')],
})

interface TagFacts {
  n: number
  tag: Tag | null
  userId: string | null
  acceptUnknownTags: boolean
}

const TAGS = /* sql */ `
select n, ${TAG} as tag, t.user_id as "userId", coalesce(c.accept_unknown_tags, false) as "acceptUnknownTags"
from ${tags.from} left join charge_points c on c.id = input.charge_point_id left join id_tags t on lower(t.tag) = input.tag`

/** How much earlier than its session's start a stop may say it was before it cannot be that session's. */
const SLACK_MS = 10 * 60_000

/** The first valid stop of a session wins; a provisional end gives way to the charger's own (quirks 50, 53). */
export function createStop(decide: Decide): Statement<StopEffect, StopResult> {
  return {
    async run(connection, effects) {
      const tagged = effects.flatMap((effect, index) => (effect.idTag === undefined ? [] : [index]))
      const [found, known] = await Promise.all([
        connection.query<Found>({ name: 'find-sessions', text: FIND_SESSIONS, values: reference.values(effects) }),
        tagged.length === 0
          ? null
          : connection.query<TagFacts>({
              name: 'stop-tags',
              text: TAGS,
              values: tags.values(tagged.map(index => effects[index]!)),
            }),
      ])
      const stored: StoredReading[] = []
      const ended: End[] = []
      const odd: Anomaly[] = []
      const results: StopResult[] = []
      for (const session of found.rows) {
        const effect = effects[session.n]!
        const outcome = judge(session, effect)
        const sessionId = outcome === 'orphan' ? null : session.sessionId
        if (outcome === 'ended') ended.push(endOf(session, effect))
        if (outcome === 'anomaly' || outcome === 'orphan') odd.push({ outcome, sessionId, effect })
        if (outcome === 'ended' || outcome === 'orphan') {
          const connectorId = session.connectorId ?? 0
          for (const reading of effect.readings) {
            stored.push({
              chargePointId: effect.chargePointId,
              connectorId,
              sessionId,
              receivedAt: effect.receivedAt,
              reading,
            })
          }
        }
        const pileId = outcome === 'orphan' ? null : (session.sessionPileId ?? session.pileId)
        results[session.n] = { outcome, transactionId: sessionId, siteId: session.siteId, pileId }
      }
      for (const { n, tag, userId, acceptUnknownTags } of known?.rows ?? []) {
        const index = tagged[n]!
        const { idTag = '', receivedAt } = effects[index]!
        // At the end of a session only the tag itself counts: nothing is held and nothing else is open.
        const facts = {
          tag,
          acceptUnknownTags,
          openSessionsElsewhere: 0,
          holder: null,
          asker: { idTag, userId },
          now: receivedAt,
        }
        results[index] = { ...results[index]!, verdict: decide(facts).verdict }
      }
      await Promise.all([
        ended.length > 0 && connection.query({ name: 'stop', text: END, values: ends.values(ended) }),
        odd.length > 0 && connection.query({ name: 'stop-anomalies', text: ANOMALIES, values: anomalies.values(odd) }),
        stored.length > 0 &&
          connection.query({ name: 'store-readings', text: STORE_READINGS, values: storedReadings.values(stored) }),
      ])
      return results
    },
    quarantined: async () => ({ outcome: 'orphan', transactionId: null, siteId: null, pileId: null }),
    doubtful: result => (result.outcome === 'repeated' ? { ...result, outcome: 'ended' } : result),
  }
}

function judge(session: Found, effect: StopEffect): StopResult['outcome'] {
  if (session.sessionId === null) return 'orphan'
  if (session.endedAt === null) {
    const tooEarly = trustedTime(effect.at, effect.receivedAt) + SLACK_MS < session.startedAt
    return session.inferred && tooEarly ? 'orphan' : 'ended'
  }
  // a provisional end gives way also after it was billed: settling it again makes a correction
  if (session.provisional) return 'ended'
  const silent = effect.registerMilliWh === undefined && effect.at === undefined
  const equal =
    (effect.registerMilliWh ?? null) === session.meterStopMilliWh && (effect.at ?? null) === session.endedReportedAt
  return silent || equal ? 'repeated' : 'anomaly'
}

function endOf(session: Found, effect: StopEffect): End {
  const figures = afterReadings(session, effect.readings, effect.receivedAt)
  const { registerMilliWh, startedAt } = effect
  return {
    sessionId: session.sessionId!,
    effect,
    figures: registerMilliWh === undefined ? figures : afterRegister(figures, registerMilliWh),
    startedAt: startedAt === undefined ? session.startedAt : trustedTime(startedAt, effect.receivedAt),
    startedReportedAt: startedAt ?? null,
  }
}
