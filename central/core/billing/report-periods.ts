import type { EpochMs } from '../../../protocol/units.ts'

export const PERIODS = ['day', 'week', 'month'] as const
export type Period = (typeof PERIODS)[number]

/** Days, ISO weeks (from Monday) and months of a place, in its local time: a day of a clock change has 23 or 25 hours. */
const STEP = { day: { days: 1 }, week: { weeks: 1 }, month: { months: 1 } } as const satisfies Record<Period, object>

/** The first day of the period that a day is in. */
function firstDay(period: Period, day: Temporal.PlainDate): Temporal.PlainDate {
  switch (period) {
    case 'day':
      return day
    case 'week':
      return day.subtract({ days: day.dayOfWeek - 1 })
    case 'month':
      return day.with({ day: 1 })
    default:
      return period satisfies never
  }
}

const localDay = (at: EpochMs, timeZone: string): Temporal.PlainDate =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate()

/** When a local day begins: midnight, or the first instant after a clock change that skips it. */
export const startOfDay = (day: Temporal.PlainDate | string, timeZone: string): EpochMs =>
  Temporal.PlainDate.from(day).toZonedDateTime({ timeZone }).epochMilliseconds

/**
 * The beginnings of all periods that touch `from` (included) to `to` (excluded), and the end of the last one; with the
 * name of each: `2026-06-01`, `2026-W23`, `2026-06`.
 */
export function periodsBetween(
  period: Period,
  timeZone: string,
  from: EpochMs,
  to: EpochMs,
): { edges: EpochMs[]; names: string[] } {
  let day = firstDay(period, localDay(from, timeZone))
  const edges = [startOfDay(day, timeZone)]
  const names: string[] = []
  while (edges.at(-1)! < to) {
    names.push(nameOf(period, day))
    day = day.add(STEP[period])
    edges.push(startOfDay(day, timeZone))
  }
  return { edges, names }
}

function nameOf(period: Period, day: Temporal.PlainDate): string {
  if (period === 'day') return day.toString()
  if (period === 'month') return day.toPlainYearMonth().toString()
  return `${day.yearOfWeek}-W${String(day.weekOfYear).padStart(2, '0')}`
}
