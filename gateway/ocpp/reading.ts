import { createPace } from './bounds.ts'
import type { OcppOptions } from './options.ts'

export interface Reading {
  /** A message came: reads on, later, or ends the connection. */
  message(): void
  /** It was one that OCPP knows. */
  good(): void
  /** It was not: too many in a row end the connection. */
  bad(): void
  /** The queue of messages is full, or has room again. */
  full(isFull: boolean): void
  readonly isPaused: boolean
  stop(): void
}

export interface ReadingPorts {
  pause(): void
  resume(): void
  waiting(): number
  close(code: number, reason: string): void
}

/** How much of one charge point is read: no faster than it may speak and than its messages are handled; broken ones counted. */
export function createReading(
  ports: ReadingPorts,
  limits: Pick<OcppOptions, 'messagesPerSecond' | 'floodMs' | 'badMessagesInARow'>,
): Reading {
  const pace = createPace(limits, performance.now())
  const reasons = new Set<'full' | 'pace'>()
  let timer: NodeJS.Timeout | undefined
  let badInARow = 0

  function pause(why: 'full' | 'pace'): void {
    if (reasons.size === 0) ports.pause()
    reasons.add(why)
  }

  function unpause(why: 'full' | 'pace'): void {
    if (reasons.delete(why) && reasons.size === 0) ports.resume()
  }

  return {
    message() {
      const verdict = pace(performance.now(), ports.waiting())
      if (verdict.kind === 'flood') ports.close(1008, 'too many messages')
      if (verdict.kind !== 'wait') return
      pause('pace')
      clearTimeout(timer)
      timer = setTimeout(() => unpause('pace'), verdict.ms)
    },
    good() {
      badInARow = 0
    },
    bad() {
      badInARow += 1
      if (badInARow > limits.badMessagesInARow) ports.close(1002, 'too many bad messages in a row')
    },
    full: isFull => (isFull ? pause('full') : unpause('full')),
    get isPaused() {
      return reasons.size > 0
    },
    stop: () => clearTimeout(timer),
  }
}
