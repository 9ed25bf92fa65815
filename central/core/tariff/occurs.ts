import { calendarAt } from './calendar.ts'
import type { Limits } from './elements.ts'
import { matchesCalendar } from './match.ts'

const DAY_MS = 86_400_000
/** From this many days on every weekday occurs, and the clocks are not changed on all of them. */
const LONG = 8

/**
 * Whether clock and calendar of a zone ever show what restrictions by time, weekday and date ask for: not when none of a
 * few dates is such a weekday, and not in an hour that is skipped. Throws a RangeError for an unknown zone.
 */
export function occurs(limits: Limits, timeZone: string): boolean {
  const { min, max } = limits.days
  const calendar = calendarAt([limits], timeZone)
  if (min === null || max === null || max - min >= LONG) return true
  // a day more on both sides: zones are up to 14 hours off UTC
  for (let at = (min - 1) * DAY_MS; at < (max + 1) * DAY_MS; ) {
    const piece = calendar(at)
    if (matchesCalendar(limits, piece.local)) return true
    at = piece.until
  }
  return false
}
