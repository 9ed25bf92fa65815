import type { Habits } from '../queue/yard.ts'

/** How one car came to charge, in ticks of one scale. */
export interface Changeover {
  requestedAt: number
  /** Called to the pile where it charged. */
  calledAt: number
  /** From here on it could have begun: the pile was free for it. */
  turnAt: number
  startedAt: number
  /** The session before it at the same pile; null where there was none. */
  before: { startedAt: number; endedAt: number; energy: number; asked: number | null } | null
}

/** What a car that was called at the moment when its pile became free may have waited there, in ticks. */
const AT_ONCE = 1000
/** Fewer say nothing. */
const LEAST = 2

/**
 * What people usually take at a site, each the median of what was seen; null while too little has been seen. A session
 * counts until the asked energy was delivered: what a charger adds until its next sample is part of the clearing, so that
 * the times of a chain of cars add up.
 */
export function habitsOf(seen: readonly Changeover[]): Habits | null {
  const clearing: number[] = []
  const nextStart: number[] = []
  const calledStart: number[] = []
  for (const { requestedAt, calledAt, turnAt, startedAt, before } of seen) {
    const waitedThere = turnAt - calledAt > AT_ONCE
    const took = waitedThere ? nextStart : calledStart
    took.push(Math.max(0, startedAt - turnAt))
    // else nobody was waiting for the pile to be free
    if (before !== null && requestedAt < before.endedAt) clearing.push(Math.max(0, turnAt - deliveredAt(before)))
  }
  if (nextStart.length + calledStart.length < LEAST) return null
  return {
    clearing: median(clearing) ?? 0,
    nextStart: median(nextStart) ?? median(calledStart)!,
    calledStart: median(calledStart) ?? median(nextStart)!,
  }
}

/** When a session had delivered what was asked for, at constant power. */
function deliveredAt({ startedAt, endedAt, energy, asked }: NonNullable<Changeover['before']>): number {
  if (asked === null || energy <= asked) return endedAt
  return startedAt + ((endedAt - startedAt) * asked) / energy
}

/** Of an even number the mean of the two in the middle; undefined of none. */
export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  if (sorted.length % 2 === 1) return sorted[middle]
  return sorted.length === 0 ? undefined : (sorted[middle - 1]! + sorted[middle]!) / 2
}
