import { MINUTES_PER_DAY } from '../../../protocol/tariff.ts'
import { compare, type Ratio, ratio, toDecimal } from '../billing/ratio.ts'
import { weekdayOf } from './calendar.ts'
import type { Box, Range } from './coverage.ts'
import type { Bounds, Limits } from './elements.ts'

/** Days of the years 0 to 9999, and more. */
const DAYS: Range = [-1_000_000, 4_000_000]
const WEEK: Range = [0, 7]
const MINUTES: Range = [0, MINUTES_PER_DAY]
const NAMES = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

/**
 * All moments that restrictions can tell apart, as whole numbers on seven axes: minute of the day, weekday, date, and the
 * cells between the bounds on energy, power, current and time that occur in a tariff.
 */
export interface Space {
  whole: Box
  /** The moments at which an element's restrictions match; several boxes for a window over midnight or scattered days. */
  boxesOf: (limits: Limits) => Box[]
  /** Whether a part has a date of one of its weekdays. */
  real: (part: Box) => boolean
  /** Words for a part of it: `from 23:00 to 24:00 on Sunday`. */
  words: (part: Box) => string
}

export function spaceOf(all: readonly Limits[]): Space {
  const measured = [
    axisOf(
      all.map(limits => limits.energyWh),
      { below: 'below', unit: 'kWh', scale: 1000 },
    ),
    axisOf(
      all.map(limits => limits.powerW),
      { below: 'below', unit: 'kW', scale: 1000 },
    ),
    axisOf(
      all.map(limits => limits.currentA),
      { below: 'below', unit: 'A', scale: 1, unknown: true },
    ),
    axisOf(
      all.map(limits => ratios(limits.elapsedMs)),
      { below: 'within', unit: 's', scale: 1000 },
    ),
  ]
  return {
    whole: [MINUTES, WEEK, DAYS, ...measured.map(axis => axis.whole)],
    boxesOf: limits => {
      const bounds = [limits.energyWh, limits.powerW, limits.currentA, ratios(limits.elapsedMs)]
      const days: Range = [limits.days.min ?? DAYS[0], limits.days.max ?? DAYS[1]]
      const ranges = [days, ...bounds.map((bound, index) => measured[index]!.rangeOf(bound))]
      return minutesOf(limits).flatMap(minutes => weekdaysOf(limits).map(week => [minutes, week, ...ranges]))
    },
    real: ([, week, days]) => hasDay(week!, days!),
    words: part => {
      const [minutes, week, days, ...rest] = part as [Range, Range, Range, ...Range[]]
      const said = [minuteWords(minutes), weekWords(week), dayWords(days)]
      return [...said, ...rest.map((range, index) => measured[index]!.words(range))]
        .filter(word => word !== '')
        .join(' ')
    },
  }
}

/** Ranges of the day in which a window of the day lies: two over midnight. */
export function minutesOf({ minutes }: Pick<Limits, 'minutes'>): Range[] {
  if (minutes === null) return [MINUTES]
  const { from, to } = minutes
  if (from < to) return [[from, to]]
  return (
    [
      [from, MINUTES_PER_DAY],
      [0, to],
    ] satisfies Range[]
  ).filter(([start, end]) => start < end)
}

function weekdaysOf({ weekdays }: Limits): Range[] {
  if (weekdays === null) return [WEEK]
  const days = weekdays.flatMap((on, day) => (on ? [day] : []))
  const runs: [number, number][] = []
  for (const day of days) {
    const last = runs.at(-1)
    if (last?.[1] === day) last[1] = day + 1
    else runs.push([day, day + 1])
  }
  return runs
}

function hasDay([firstWeekday, endWeekday]: Range, [from, to]: Range): boolean {
  for (let day = from; day < Math.min(to, from + 7); day++) {
    const weekday = weekdayOf(day)
    if (weekday >= firstWeekday && weekday < endWeekday) return true
  }
  return false
}

interface Axis {
  whole: Range
  rangeOf: (bounds: Bounds<Ratio>) => Range
  words: (range: Range) => string
}

interface Meaning {
  below: string
  unit: string
  scale: number
  /** The value may not be known: one more cell that only an element without bounds has. */
  unknown?: boolean
}

/** Cell 0 is below the first bound, the last is from the last bound on. */
function axisOf(bounds: readonly Bounds<Ratio>[], { below, unit, scale, unknown = false }: Meaning): Axis {
  const given = bounds.flatMap(({ min, max }) => [min, max]).filter(edge => edge !== null && edge.n > 0n)
  const edges = (given as Ratio[]).sort(compare).filter((edge, i, all) => i === 0 || compare(edge, all[i - 1]!) !== 0)
  const known = edges.length + 1
  const whole: Range = [0, unknown ? known + 1 : known]
  const cellFrom = (edge: Ratio): number => edges.findIndex(known => compare(known, edge) === 0) + 1
  const show = (cell: number): string => {
    const text = toDecimal({ n: edges[cell - 1]!.n, d: edges[cell - 1]!.d * BigInt(scale) }, 3)
    return `${text.replace(/\.?0+$/, '')} ${unit}`
  }
  return {
    whole,
    rangeOf: ({ min, max }) => {
      if (min === null && max === null) return whole
      return [min === null ? 0 : cellFrom(min), max === null ? known : cellFrom(max)]
    },
    words: ([from, to]) => {
      if (from === 0 && to === whole[1]) return ''
      if (from === known) return `where the current is not known`
      if (to >= known) return `from ${show(from)} on`
      return from === 0 ? `${below} ${show(to)}` : `from ${show(from)} to ${show(to)}`
    },
  }
}

const ratios = ({ min, max }: Bounds<number>): Bounds<Ratio> => ({
  min: min === null ? null : ratio(min),
  max: max === null ? null : ratio(max),
})

/** `07:30`; the end of the day is 24:00. */
export const clock = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

export const minuteWords = ([from, to]: Range): string =>
  from === 0 && to === MINUTES_PER_DAY ? '' : `from ${clock(from)} to ${clock(to)}`

function weekWords([from, to]: Range): string {
  if (from === 0 && to === 7) return ''
  return to - from === 1 ? `on ${NAMES[from]}` : `from ${NAMES[from]} to ${NAMES[to - 1]}`
}

function dayWords([from, to]: Range): string {
  const start = from === DAYS[0] ? '' : `from ${date(from)} on`
  const end = to === DAYS[1] ? '' : `before ${date(to)}`
  return [start, end].filter(word => word !== '').join(', ')
}

const date = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10)
