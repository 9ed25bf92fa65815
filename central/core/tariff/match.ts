import { compare, type Ratio } from '../billing/ratio.ts'
import type { LocalTime } from './calendar.ts'
import type { Bounds, Component, Limits } from './elements.ts'

/** What restrictions ask about, at one moment of a session. */
export interface Moment {
  local: LocalTime
  /** Of the session so far. */
  energyWh: Ratio
  /** null is above every bound: energy that flowed in no time. */
  powerW: Ratio | null
  /** null is not known. */
  currentA: Ratio | null
  /** Since the session began. */
  elapsedMs: Ratio
}

/** The component that prices a dimension at a moment: the first whose restrictions all match. */
export const activeComponent = (components: readonly Component[], moment: Moment): Component | null =>
  components.find(({ limits }) => matches(limits, moment)) ?? null

/** Whether all restrictions of an element match. Lower bounds are inclusive, upper ones exclusive (OCPI 2.2.1, 11.4.6). */
export function matches(limits: Limits, { local, energyWh, powerW, currentA, elapsedMs }: Moment): boolean {
  return (
    matchesCalendar(limits, local) &&
    within(limits.energyWh, energyWh) &&
    (powerW === null ? limits.powerW.max === null : within(limits.powerW, powerW)) &&
    (currentA === null
      ? limits.currentA.min === null && limits.currentA.max === null
      : within(limits.currentA, currentA)) &&
    lasts(limits.elapsedMs, elapsedMs)
  )
}

/** Whether time of day, weekday and date match. */
export function matchesCalendar({ minutes, days, weekdays }: Limits, { day, weekday, minute }: LocalTime): boolean {
  return (
    (days.min === null || day >= days.min) &&
    (days.max === null || day < days.max) &&
    (weekdays === null || weekdays[weekday]!) &&
    (minutes === null || covers(minutes, minute))
  )
}

export const covers = ({ from, to }: { from: number; to: number }, minute: number): boolean =>
  from < to ? minute >= from && minute < to : minute >= from || minute < to

const within = ({ min, max }: Bounds<Ratio>, value: Ratio): boolean =>
  (min === null || compare(min, value) <= 0) && (max === null || compare(value, max) < 0)

const lasts = ({ min, max }: Bounds<number>, { n, d }: Ratio): boolean =>
  (min === null || n >= BigInt(min) * d) && (max === null || n < BigInt(max) * d)
