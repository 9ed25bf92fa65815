import { MS_PER_HOUR } from '../../../protocol/units.ts'
import { type Ratio, ratio } from '../billing/ratio.ts'
import { longestRunMs, type Timeline } from './parse.ts'

/** Finer than this no tick becomes; then finishes are rounded to ticks. */
const MOST_TICKS_PER_MS = 10_000

/**
 * The units of a replay. Ties decide who charges where, so nothing may be rounded: ticks are such fractions of a
 * millisecond that every session ends on one.
 */
export interface Ticks {
  perMs: number
  /** W x tick of an energy in kWh, exact to 1/1000 Wh. */
  energy(kWh: number): number
  toWh(energy: number): Ratio
}

/**
 * Energies in units of 1/q Wh on piles of P watts end after multiples of (P / gcd(P, 3,600,000 / q)) parts of a
 * millisecond: the tick is the least common multiple of all. It is coarser, and finishes are rounded to it, when it would
 * be finer than 1/10,000 ms or the longest possible run or greatest energy would pass the exact integers.
 */
export function chooseTicks(timeline: Timeline): Ticks {
  const energies = timeline.events.flatMap(event => ('kWh' in event && event.kWh !== undefined ? [event.kWh] : []))
  const unitsPerKWh = [1_000, 10_000, 100_000].find(units => energies.every(kWh => isWhole(kWh, units))) ?? 1_000_000
  const wattMsPerUnit = (1000 * MS_PER_HOUR) / unitsPerKWh
  const exact = timeline.piles
    .map(({ powerW }) => powerW / gcd(powerW, wattMsPerUnit))
    .reduce((a, b) => (a / gcd(a, b)) * b, 1)
  const greatest = energies.reduce((a, b) => Math.max(a, b), 1) * 1000 * MS_PER_HOUR
  const room = Math.floor(Number.MAX_SAFE_INTEGER / Math.max(greatest, longestRunMs(timeline)))
  const perMs = Math.min(exact, MOST_TICKS_PER_MS, room)
  return {
    perMs,
    energy: kWh => Math.round(kWh * unitsPerKWh) * wattMsPerUnit * perMs,
    toWh: energy => ratio(energy, MS_PER_HOUR * perMs),
  }
}

const isWhole = (kWh: number, units: number): boolean => Math.round(kWh * units) / units === kWh

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))
