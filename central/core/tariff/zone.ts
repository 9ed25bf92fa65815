import type { EpochMs } from '../../../protocol/units.ts'

/** A stretch of time in which a zone's clocks keep one offset: local = instant + offsetMs for from <= instant < until. */
export interface Offset {
  from: EpochMs
  until: EpochMs
  offsetMs: number
}

const lastUsed = new Map<string, Offset>()

/**
 * The offset of an IANA time zone at an instant, and how long it holds. The last answer of each zone is remembered, since
 * looking it up costs a thousand times more than using it and nearly all questions fall into the same half year.
 * Throws a RangeError for an unknown zone.
 */
export function offsetAt(timeZone: string, at: EpochMs): Offset {
  const known = lastUsed.get(timeZone)
  if (known !== undefined && at >= known.from && at < known.until) return known
  const instant = Temporal.Instant.fromEpochMilliseconds(at)
  const here = instant.toZonedDateTimeISO(timeZone)
  // a transition at this very instant belongs to what follows it, and 'previous' looks strictly before
  const previous = instant.add({ milliseconds: 1 }).toZonedDateTimeISO(timeZone).getTimeZoneTransition('previous')
  const next = here.getTimeZoneTransition('next')
  const offset = {
    from: previous?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    until: next?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    offsetMs: Math.round(here.offsetNanoseconds / 1_000_000),
  }
  lastUsed.set(timeZone, offset)
  return offset
}
