import { type CalendarPiece, calendarAt } from '../tariff/calendar.ts'
import type { Component, Priced } from '../tariff/elements.ts'
import type { Moment } from '../tariff/match.ts'
import type { Interval, Segment } from './rate.ts'
import { add, compare, div, fromDecimal, isZero, mul, type Ratio, ratio, sub, ZERO } from './ratio.ts'

/** `after` is time behind the end of charging in which the car was not parked: it costs nothing. */
export type Doing = 'charging' | 'parking' | 'after'

/** A stretch in which no restriction changes its answer. In ticks, which an energy threshold may split. */
export interface Period {
  from: Ratio
  to: Ratio
  doing: Doing
  energyWh: Ratio
  /** At its beginning. */
  moment: Moment
}

export interface Course {
  timeZone: string
  originMs: number
  ticksPerMs: number
  /** Ticks in which the car charged, or had the pile reserved. */
  charging: Interval
  /** In order of time, without overlap. */
  segments: readonly Segment[]
  /** In order of time, without overlap. */
  parking: readonly Interval[]
}

const MS_PER_HOUR = 3_600_000

/**
 * Cuts a session wherever a restriction of any component may change its answer: at edges of clock and calendar in local
 * time, at durations, at thresholds of energy (which flows evenly within a segment), and where power or current change.
 */
export function periodsOf(priced: Priced, course: Course): Period[] {
  const { timeZone, originMs, ticksPerMs, charging, segments, parking } = course
  const components = Object.values(priced).flat()
  const calendar = calendarAt(
    components.map(component => component.limits),
    timeZone,
  )
  const thresholds = energyEdges(components)
  const durations = durationEdges(components).map(ms => charging.from + ms * ticksPerMs)
  // what nobody asks for is not worked out: rationals are what rating costs
  const asksPower = components.some(({ limits }) => limits.powerW.min !== null || limits.powerW.max !== null)
  const end = Math.max(charging.to, segments.at(-1)?.to ?? charging.to, parking.at(-1)?.to ?? charging.to)
  const periods: Period[] = []
  let deliveredWh = ZERO
  /** Energy that came in no time came at the power before it. */
  let powerBefore: Ratio | null = null

  const emit = (at: number, to: number, doing: Doing, piece: CalendarPiece, segment: Segment | null): void => {
    const energyWh = segment === null ? ZERO : shareOf(segment, at, to)
    const powerW = segment === null || !asksPower ? ZERO : (powerOf(segment, ticksPerMs) ?? powerBefore)
    const currentA = segment === null ? ZERO : currentOf(segment)
    if (to > at) powerBefore = powerW
    const ends = ratio(to)
    let from = ratio(at)
    const push = (until: Ratio, part: Ratio): void => {
      const elapsedMs = durations.length === 0 ? ZERO : mul(sub(from, ratio(charging.from)), ratio(1, ticksPerMs))
      const moment = { local: piece.local, energyWh: deliveredWh, powerW, currentA, elapsedMs }
      periods.push({ from, to: until, doing, energyWh: part, moment })
      from = until
    }
    if (thresholds.length === 0) {
      push(ends, energyWh)
      return
    }
    const lasts = ratio(to - at)
    for (const part of atThresholds(thresholds, deliveredWh, energyWh)) {
      push(part.last ? ends : add(from, mul(lasts, div(part.energyWh, energyWh))), part.energyWh)
      deliveredWh = add(deliveredWh, part.energyWh)
    }
  }

  let nextSegment = 0
  let nextParking = 0
  let nextDuration = 0
  /** What is so at a tick, after all that ends there; energy that flowed in no time comes first. */
  const arriveAt = (at: number) => {
    const piece = calendar(originMs + Math.floor(at / ticksPerMs))
    while (parking[nextParking] !== undefined && parking[nextParking]!.to <= at) nextParking++
    while (durations[nextDuration] !== undefined && durations[nextDuration]! <= at) nextDuration++
    const parked = parking[nextParking]
    const isParked = parked !== undefined && parked.from <= at
    const doing: Doing = isParked ? 'parking' : at < charging.to ? 'charging' : 'after'
    for (; segments[nextSegment]?.from === at && segments[nextSegment]!.to === at; nextSegment++) {
      emit(at, at, doing, piece, segments[nextSegment]!)
    }
    return { piece, doing, parked }
  }

  let at = charging.from
  let { piece, doing, parked } = arriveAt(at)
  while (at < end) {
    const segment = segments[nextSegment]
    const flowing = segment !== undefined && segment.from <= at
    const to = Math.min(
      end,
      (piece.until - originMs) * ticksPerMs,
      at < charging.to ? charging.to : end,
      edgeAfter(at, segment) ?? end,
      edgeAfter(at, parked) ?? end,
      durations[nextDuration] ?? end,
    )
    if (doing !== 'after' || flowing) emit(at, to, doing, piece, flowing ? segment : null)
    if (flowing && to === segment.to) nextSegment++
    at = to
    ;({ piece, doing, parked } = arriveAt(at))
  }
  if (periods.length === 0) emit(at, at, doing, piece, null)
  return periods
}

const edgeAfter = (at: number, interval: Interval | undefined): number | undefined =>
  interval === undefined ? undefined : interval.from > at ? interval.from : interval.to

function shareOf({ from, to, energyWh }: Segment, start: number, end: number): Ratio {
  return end - start === to - from ? energyWh : mul(energyWh, ratio(end - start, to - from))
}

/** As measured, else from energy and time; null for energy that flowed in no time. */
function powerOf({ from, to, energyWh, powerW }: Segment, ticksPerMs: number): Ratio | null {
  if (powerW !== undefined && powerW !== null) return fromDecimal(String(powerW))
  return from === to ? null : mul(energyWh, ratio(MS_PER_HOUR * ticksPerMs, to - from))
}

/** As measured; where nothing flows it is zero, else not known. */
function currentOf({ energyWh, currentA }: Segment): Ratio | null {
  if (currentA !== undefined && currentA !== null) return fromDecimal(String(currentA))
  return isZero(energyWh) ? ZERO : null
}

function* atThresholds(
  thresholds: readonly Ratio[],
  before: Ratio,
  energyWh: Ratio,
): Generator<{ energyWh: Ratio; last: boolean }> {
  const after = add(before, energyWh)
  let from = before
  for (const threshold of thresholds) {
    if (compare(threshold, from) <= 0 || compare(threshold, after) >= 0) continue
    yield { energyWh: sub(threshold, from), last: false }
    from = threshold
  }
  yield { energyWh: sub(after, from), last: true }
}

function energyEdges(components: readonly Component[]): Ratio[] {
  const edges = components.flatMap(({ limits }) => [limits.energyWh.min, limits.energyWh.max])
  const sorted = edges.filter(edge => edge !== null).sort(compare)
  return sorted.filter((edge, index) => index === 0 || compare(edge, sorted[index - 1]!) !== 0)
}

function durationEdges(components: readonly Component[]): number[] {
  const edges = components.flatMap(({ limits }) => [limits.elapsedMs.min, limits.elapsedMs.max])
  return [...new Set(edges.filter(edge => edge !== null))].sort((a, b) => a - b)
}
