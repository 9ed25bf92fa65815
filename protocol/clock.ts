import type { EpochMs } from './units.ts'

/**
 * The time that charging is about: time stamps, tariff windows, estimates, graces, schedules.
 * Sockets, tokens, rate limits and logs stay on real time.
 */
export interface Clock {
  /** Instant of charging time. */
  now(): EpochMs
  /** Charging milliseconds that pass in one real millisecond; 1 outside of demonstrations and tests. */
  readonly speed: number
  /** Real instant at which charging time and real time were the same. */
  readonly start: EpochMs
}

export const systemClock: Clock = { now: () => Date.now(), speed: 1, start: 0 }

/** virtual = start + (real - start) x speed. The simulator shares `start` and `speed`, so that energy and windows agree. */
export function scaledClock(speed: number, start: EpochMs = Date.now()): Clock {
  if (speed === 1) return systemClock
  return { now: () => Math.round(start + (Date.now() - start) * speed), speed, start }
}

export interface ManualClock extends Clock {
  set(at: EpochMs): void
  advance(ms: number): void
}

/** A clock that moves only when told to, for replay and tests. */
export function manualClock(at: EpochMs): ManualClock {
  let now = at
  return {
    now: () => now,
    speed: 1,
    start: at,
    set: next => {
      now = next
    },
    advance: ms => {
      now += ms
    },
  }
}
