import type { EpochMs } from '../../../protocol/units.ts'
import { offsetAt } from '../tariff/zone.ts'

const DAY_MS = 86_400_000

/** Joins the times that a timeline speaks in (local, from the midnight of its first day) with instants. */
export interface WallClock {
  timeZone: string
  /** The midnight in which the first day begins: 0 of all times in ms. */
  originMs: EpochMs
  /** Ms from the origin when the clock on the wall shows this many seconds of the first day (25:30 is on the second). */
  msAt(seconds: number): number
  /** `HH:MM:SS`, with `+1` on the day after; to the nearest second. */
  textAt(ms: number): string
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

  return {
    timeZone,
    originMs,
    msAt(seconds) {
      let ms = known.get(seconds)
      if (ms === undefined) {
        const local = day.toPlainDateTime().add({ seconds })
        ms = Math.max(0, local.toZonedDateTime(timeZone).epochMilliseconds - originMs)
        known.set(seconds, ms)
      }
      return ms
    },
    textAt(ms) {
      const at = originMs + Math.round(ms / 1000) * 1000
      const local = at + offsetAt(timeZone, at).offsetMs - midnight
      const days = Math.floor(local / DAY_MS)
      const text = new Date(local - days * DAY_MS).toISOString().slice(11, 19)
      return days === 0 ? text : `${text}+${days}`
    },
  }
}
