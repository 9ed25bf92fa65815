import type { Clock } from '../protocol/clock.ts'
import type { EpochMs } from '../protocol/units.ts'

export interface Cancel {
  cancel(): void
}

/**
 * Waiting in charging time. Every wait has a floor in real time, so that a high speed makes no storm of messages; all
 * that was waiting ends with `stop`.
 */
export interface VirtualTime {
  readonly speed: number
  now(): EpochMs
  /** Runs `act` once after `ms` of charging time, but at least `minRealMs` (default 1) of real time. */
  after(ms: number, act: () => void, minRealMs?: number): Cancel
  /** Rejects with `Stopped` when the simulation ends first. */
  sleep(ms: number, minRealMs?: number): Promise<void>
  stop(): void
}

/** The simulation ended while somebody was waiting: no fault. */
export class Stopped extends Error {
  constructor() {
    super('the simulation has ended')
    this.name = 'Stopped'
  }
}

/** Longest delay of a Node timer. */
const TIMER_MAX_MS = 2 ** 31 - 1

export function createVirtualTime(clock: Clock): VirtualTime {
  const timers = new Set<NodeJS.Timeout>()
  const sleepers = new Set<() => void>()
  let stopped = false

  const after: VirtualTime['after'] = (ms, act, minRealMs = 1) => {
    const delay = Math.min(TIMER_MAX_MS, Math.max(minRealMs, ms / clock.speed))
    if (stopped) return { cancel() {} }
    const timer = setTimeout(() => {
      timers.delete(timer)
      act()
    }, delay)
    timers.add(timer)
    return {
      cancel() {
        clearTimeout(timer)
        timers.delete(timer)
      },
    }
  }

  return {
    speed: clock.speed,
    now: () => clock.now(),
    after,
    sleep: (ms, minRealMs) =>
      new Promise((resolve, reject) => {
        const giveUp = (): void => reject(new Stopped())
        if (stopped) return giveUp()
        sleepers.add(giveUp)
        after(
          ms,
          () => {
            sleepers.delete(giveUp)
            resolve()
          },
          minRealMs,
        )
      }),
    stop() {
      stopped = true
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
      for (const giveUp of sleepers) giveUp()
      sleepers.clear()
    },
  }
}

/** Resolves with `promise`, or after `ms` of real time without it. */
export async function withinMs(ms: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  await Promise.race([promise, new Promise(resolve => (timer = setTimeout(resolve, ms)))])
  clearTimeout(timer)
}
