import type { PileMeterEvent, SiteEvent } from '../../protocol/events.ts'
import { rfc3339 } from '../../protocol/units.ts'
import type { Speak } from './ports.ts'

/** Real time between two meter messages of a pile. */
const METER_PERIOD_MS = 1000

const timeOrNull = (at: number | null): string | null => (at === null ? null : rfc3339(at))

/** What everyone may read: each event of central as one message on its topic. */
export function createFeed({ speak }: { speak: Speak }) {
  const meters = new Map<string, { spokenAt: number; latest: PileMeterEvent | null; timer: NodeJS.Timeout | null }>()

  function speakMeter(event: PileMeterEvent): void {
    void speak(
      'pileMeter',
      { id: event.pileId },
      {
        power_w: event.powerW,
        energy_wh: event.energyWh,
        voltage_v: event.voltageV,
        current_a: event.currentA,
        soc_pct: event.socPercent,
        ts: rfc3339(event.at),
      },
    )
  }

  /** The first at once, then the newest once a second: the last reading always arrives. */
  function meter(event: PileMeterEvent): void {
    const now = performance.now()
    let state = meters.get(event.pileId)
    if (state === undefined) {
      state = { spokenAt: Number.NEGATIVE_INFINITY, latest: null, timer: null }
      meters.set(event.pileId, state)
    }
    if (state.timer !== null) {
      state.latest = event
      return
    }
    const wait = state.spokenAt + METER_PERIOD_MS - now
    if (wait <= 0) {
      state.spokenAt = now
      speakMeter(event)
      return
    }
    const entry = state
    entry.latest = event
    entry.timer = setTimeout(() => {
      entry.timer = null
      entry.spokenAt = performance.now()
      if (entry.latest !== null) speakMeter(entry.latest)
      entry.latest = null
    }, wait)
    entry.timer.unref()
  }

  function feed(event: SiteEvent): void {
    const ts = rfc3339(event.at)
    switch (event.type) {
      case 'pile-state':
        void speak(
          'pileState',
          { id: event.pileId },
          {
            state: event.state,
            detail: event.detail,
            error_code: event.errorCode,
            since: rfc3339(event.since),
            session_id: event.sessionId,
            availability: event.inService ? 'operative' : 'inoperative',
            ts,
          },
        )
        return
      case 'pile-meter':
        meter(event)
        return
      case 'pile-session': {
        const { session } = event
        void speak(
          'pileSession',
          { id: event.pileId },
          session && {
            session_id: session.sessionId,
            number: session.number,
            started_at: rfc3339(session.startedAt),
            energy_wh: session.energyWh,
            cost_minor: session.costMinor,
            currency: session.currency,
            eta: timeOrNull(session.etaAt),
            ts,
          },
        )
        return
      }
      case 'site-queue':
        void speak(
          'siteQueue',
          { id: event.siteId },
          {
            capacity: event.capacity,
            waiting: event.waiting.map(({ number, mode, position, expectedStartAt }) => ({
              number,
              mode,
              position,
              expected_start: timeOrNull(expectedStartAt),
            })),
            ts,
          },
        )
        return
      case 'site-power':
        void speak('sitePower', { id: event.siteId }, { power_w: event.powerW, limit_w: event.limitW, ts })
        return
      case 'session':
        void speak(
          'sessionEvent',
          { id: event.sessionId },
          {
            session_id: event.sessionId,
            pile_id: event.pileId,
            event: event.event,
            energy_wh: event.energyWh,
            reason: event.reason,
            ts,
          },
        )
        return
      case 'bill':
        void speak(
          'bill',
          { id: event.billId },
          {
            bill_id: event.billId,
            number: event.number,
            total_minor: event.total.amount,
            currency: event.total.currency,
            lines: event.lines.map(line => ({
              session_id: line.sessionId,
              pile_id: line.pileId,
              energy_wh: line.energyWh,
              total_minor: line.total.amount,
            })),
            ts,
          },
        )
        return
      case 'notice':
        void speak(
          'event',
          {},
          {
            event: event.notice,
            site_id: event.siteId,
            pile_id: event.pileId,
            request_id: event.requestId,
            text: event.text,
            data: event.data,
            ts,
          },
        )
        return
      default:
        event satisfies never
    }
  }

  return {
    feed,
    close(): void {
      for (const { timer } of meters.values()) if (timer !== null) clearTimeout(timer)
      meters.clear()
    },
  }
}
