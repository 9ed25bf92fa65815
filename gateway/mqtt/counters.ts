import type { Central } from '../../protocol/charger/link.ts'
import type { Log } from './ports.ts'

export type DropReason = 'too-large' | 'not-json' | 'wrong-shape' | 'retained' | 'unknown-topic' | 'not-admitted'

export interface Counters {
  received: number
  published: number
  /** Thrown away for good, by reason. */
  dropped: Record<DropReason, number>
  /** Connections turned away. */
  refused: number
  /** Publications and subscriptions outside of a client's rights. */
  forbidden: number
  /** Messages whose effect could not be kept, so that they were not acknowledged. */
  failed: number
}

const QUIET_MS = 1000
const REMEMBERED = 10_000

/** Counts everything; tells the operator of trouble at most once a second for each identity and reason. */
export function createCounters({ central, log }: { central: Pick<Central, 'refused'>; log: Log }) {
  const counters: Counters = {
    received: 0,
    published: 0,
    dropped: { 'too-large': 0, 'not-json': 0, 'wrong-shape': 0, retained: 0, 'unknown-topic': 0, 'not-admitted': 0 },
    refused: 0,
    forbidden: 0,
    failed: 0,
  }
  const lastTold = new Map<string, number>()

  function tell(identity: string, address: string, reason: string, fields: object): void {
    const key = `${identity}\n${reason}`
    const now = performance.now()
    const last = lastTold.get(key)
    if (last !== undefined && now - last < QUIET_MS) return
    if (lastTold.size >= REMEMBERED) lastTold.clear()
    lastTold.set(key, now)
    log.warn({ identity, address, reason, ...fields }, 'mqtt message or client refused')
    central.refused(identity, address, reason)
  }

  return {
    counters,
    dropped(identity: string, address: string, reason: DropReason, fields: { topic: string; detail?: string }): void {
      counters.dropped[reason]++
      tell(identity, address, `mqtt-${reason}`, fields)
    },
    refused(identity: string, address: string, reason: string): void {
      counters.refused++
      tell(identity, address, reason, {})
    },
    forbidden(identity: string, address: string, topic: string): void {
      counters.forbidden++
      tell(identity, address, 'mqtt-forbidden-topic', { topic })
    },
  }
}

export type Trouble = ReturnType<typeof createCounters>
