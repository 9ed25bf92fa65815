import { MINUTES_PER_DAY } from '../../../protocol/tariff.ts'
import type { EpochMs } from '../../../protocol/units.ts'
import type { Limits } from './elements.ts'
import { offsetAt } from './zone.ts'

const MINUTE_MS = 60_000
const DAY_MS = MINUTES_PER_DAY * MINUTE_MS

/** What clock and calendar on the wall show. */
export interface LocalTime {
  /** Days since 1970-01-01. */
  day: number
  /** 0 is Monday. */
  weekday: number
  /** 0-1439. */
  minute: number
}

/** A stretch of time in which no restriction by clock or calendar changes its answer. */
export interface CalendarPiece {
  local: LocalTime
  /** First instant after it; Infinity where none follows. */
  until: EpochMs
}

const EPOCH: LocalTime = { day: 0, weekday: 3, minute: 0 }

/**
 * A calendar that knows at which minutes, and whether at midnight, some restrictions change: asked at an instant it tells
 * the local time and how long it holds as far as they are concerned.
 */
export function calendarAt(limits: readonly Limits[], timeZone: string): (at: EpochMs) => CalendarPiece {
  const edges = edgesOf(limits)
  if (edges.length === 0) return () => ({ local: EPOCH, until: Number.POSITIVE_INFINITY })
  return at => {
    const { until, offsetMs } = offsetAt(timeZone, at)
    const wall = at + offsetMs
    const day = Math.floor(wall / DAY_MS)
    const ofDay = wall - day * DAY_MS
    const next = edges.find(edge => edge > ofDay)!
    return {
      local: { day, weekday: weekdayOf(day), minute: Math.floor(ofDay / MINUTE_MS) },
      until: Math.min(at + next - ofDay, until),
    }
  }
}

/** 1970-01-01 was a Thursday. */
export const weekdayOf = (day: number): number => (((day + 3) % 7) + 7) % 7

/** ms of the day at which something changes, the end of the day the last; none when nothing is by clock or calendar. */
function edgesOf(limits: readonly Limits[]): number[] {
  const minutes = new Set<number>()
  for (const { minutes: window, days, weekdays } of limits) {
    if (window !== null) minutes.add(window.from).add(window.to)
    if (window !== null || days.min !== null || days.max !== null || weekdays !== null) minutes.add(MINUTES_PER_DAY)
  }
  return [...minutes].sort((a, b) => a - b).map(minute => minute * MINUTE_MS)
}
