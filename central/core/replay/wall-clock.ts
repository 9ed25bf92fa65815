import type { EpochMs } from '../../../protocol/units.ts'
import { offsetAt } from '../tariff/zone.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/** Joins the times that a timeline speaks in (local, from the midnight of its first day) with instants. */
export interface WallClock {
  timeZone: string
  /** The midnight in which the first day begins: 0 of all times in ms. */
  originMs: EpochMs
  /** Ms from the origin when the clock on the wall shows this many seconds of the first day (25:30 is on the second). */
  msAt(seconds: number): number
  /** `HH:MM:SS`, with `+1` on the day after; to the nearest second. */
  textAt(ms: number): string
  /** The instant as a timeline spells it, to the millisecond: hours above 23 are on the days after. */
  spell(ms: number): string
}

/** Is there a zone of this IANA name? */
export function isTimeZone(name: string): boolean {
  try {
    return Temporal.PlainDate.from('2026-06-01').toZonedDateTime(name) !== null
  } catch {
    return false
  }
}

/** Throws a RangeError for a date or zone that does not exist. */
export function createWallClock(date: string, timeZone: string): WallClock {
  const day = Temporal.PlainDate.from(date)
  const originMs = day.toZonedDateTime(timeZone).epochMilliseconds
  const midnight = Date.parse(`${date}T00:00:00Z`)
  const known = new Map<number, number>()

  const msAt = (seconds: number): number => {
    let ms = known.get(seconds)
    if (ms === undefined) {
      const local = day.toPlainDateTime().add({ seconds })
      ms = Math.max(0, local.toZonedDateTime(timeZone).epochMilliseconds - originMs)
      known.set(seconds, ms)
    }
    return ms
  }

  return {
    timeZone,
    originMs,
    msAt,
    textAt(ms) {
      const at = originMs + Math.round(ms / 1000) * 1000
      const local = at + offsetAt(timeZone, at).offsetMs - midnight
      const days = Math.floor(local / DAY_MS)
      const text = new Date(local - days * DAY_MS).toISOString().slice(11, 19)
      return days === 0 ? text : `${text}+${days}`
    },
    spell(ms) {
      const at = originMs + ms
      const sinceMidnight = at + offsetAt(timeZone, at).offsetMs - midnight
      const hours = Math.floor(sinceMidnight / HOUR_MS)
      const rest = new Date(sinceMidnight - hours * HOUR_MS)
        .toISOString()
        .slice(14, 23)
        .replace(/(:00)?\.000$/, '')
      // an hour that comes twice is meant the first time
      const seconds = Math.floor(sinceMidnight / 1000)
      if (msAt(seconds) + (sinceMidnight % 1000) !== ms) return new Date(at).toISOString()
      return `${String(hours).padStart(2, '0')}:${rest}`
    },
  }
}
