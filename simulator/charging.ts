import type { EpochMs, MilliWh } from '../protocol/units.ts'
import type { Car } from './car.ts'
import type { Meter } from './meter.ts'

/** The car's power is looked at anew this often (charging time). */
const STEP_MS = 5000

/**
 * Energy flowing from a pile through its meter into a car. The result depends only on the times and offers, never on how
 * often it is asked for: a late timer at high speed changes nothing.
 */
export interface Charging {
  /** Time up to which energy has been counted. Stands still once `done`. */
  readonly at: EpochMs
  /** Power that flows now, W. */
  readonly powerW: number
  /** Nothing more will flow: the target is reached (`target`), or the battery is full (`full`). */
  readonly done: 'target' | 'full' | null
  /** Counts energy up to `at`; an earlier time changes nothing. */
  advanceTo(at: EpochMs): void
  /** What the pile offers from `at` on, W. */
  offer(powerW: number): void
  /** Charging ms until target or full battery at the present power, a first estimate; Infinity when nothing flows. */
  msUntilDone(): number
}

export function createCharging(options: {
  meter: Meter
  car: Car
  offeredW: number
  at: EpochMs
  /** Register at which the pile stops by itself. */
  targetMilliWh?: MilliWh
}): Charging {
  const { meter, car, targetMilliWh = Number.POSITIVE_INFINITY } = options
  let offeredW = options.offeredW
  let at = options.at
  let powerW = car.powerW(offeredW)
  let nextStep = at + STEP_MS
  let done: Charging['done'] = null

  const fullAt = (): MilliWh => meter.registerMilliWh + car.capacityMilliWh - car.storedMilliWh
  const msUntilDone = (): number => {
    const limit = Math.min(targetMilliWh, fullAt())
    return limit <= meter.registerMilliWh ? 0 : meter.msUntil(limit, powerW)
  }

  return {
    get at() {
      return at
    },
    get powerW() {
      return done ? 0 : powerW
    },
    get done() {
      return done
    },
    msUntilDone: () => (done ? Number.POSITIVE_INFINITY : msUntilDone()),
    offer(next) {
      offeredW = next
      powerW = car.powerW(offeredW)
      nextStep = at + STEP_MS
    },
    advanceTo(until) {
      while (at < until && !done) {
        const left = msUntilDone()
        const ms = Math.min(until - at, nextStep - at, left)
        const before = meter.registerMilliWh
        meter.add(powerW, ms)
        car.store(meter.registerMilliWh - before)
        at += ms
        if (ms === left) done = targetMilliWh <= fullAt() ? 'target' : 'full'
        if (at === nextStep) {
          powerW = car.powerW(offeredW)
          nextStep += STEP_MS
        }
      }
    },
  }
}
