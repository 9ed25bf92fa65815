import type { Cancel, VirtualTime } from './time.ts'

export interface Outgoing {
  /** OCPP action, MQTT topic or HTTP route. */
  action: string
  /** Asked for at each attempt, so that a stop carries the transaction id its start was answered with. */
  payload(): object
  /** Kept until it is answered, over retries and reconnects, in order: Start-, StopTransaction and their MeterValues. */
  durable: boolean
  onAnswer?(answer: Record<string, unknown>): void
  /** A volatile message that will not be answered any more, or a durable one that was answered with errors only. */
  onGone?(error: unknown): void
}

/** A pile's own queue: store and forward, one call at a time (OCPP 1.6 section 3.7, OCPP-J section 4.1.1). */
export interface Outbox {
  push(message: Outgoing): void
  /** Sending may go on: `first` goes before everything else, and what waited for a retry is due at once. */
  resume(first?: readonly Outgoing[]): void
  /** The link is down: volatile messages are dropped, durable ones stay. */
  pause(): void
  /** Durable messages without an answer. */
  pending(): number
  /** Resolves when nothing is left to say. */
  whenEmpty(): Promise<void>
}

export interface OutboxOptions {
  call(action: string, payload: object): Promise<Record<string, unknown>>
  time: VirtualTime
  /** Charging seconds before the first retry of a durable message; the n-th waits n times as long (TransactionMessageRetryInterval). */
  retrySeconds(): number
  /** Attempts that were answered with CALLERROR before a durable message is given up (TransactionMessageAttempts). */
  attempts(): number
  /** CALLERROR, not a time-out or a lost link: those are retried for ever. */
  isRefusal(error: unknown): boolean
}

const RETRY_MIN_REAL_MS = 500
const RETRY_MAX_FACTOR = 10

interface Entry extends Outgoing {
  tries: number
  refusals: number
}

const entryOf = (message: Outgoing): Entry => ({ ...message, tries: 0, refusals: 0 })

export function createOutbox(options: OutboxOptions): Outbox {
  const { time } = options
  let entries: Entry[] = []
  let running = false
  let open = false
  let resting: Cancel | null = null
  const emptied = new Set<() => void>()

  const pending = (): number => entries.filter(entry => entry.durable).length

  function remove(entry: Entry): void {
    entries = entries.filter(other => other !== entry)
    if (entries.length > 0) return
    for (const tell of emptied) tell()
    emptied.clear()
  }

  function rest(tries: number): void {
    const seconds = options.retrySeconds() * Math.min(tries, RETRY_MAX_FACTOR)
    resting = time.after(
      seconds * 1000,
      () => {
        resting = null
        void run()
      },
      RETRY_MIN_REAL_MS,
    )
  }

  async function attempt(entry: Entry): Promise<void> {
    try {
      const answer = await options.call(entry.action, entry.payload())
      remove(entry)
      entry.onAnswer?.(answer)
    } catch (error) {
      if (options.isRefusal(error)) entry.refusals++
      if (!entry.durable || entry.refusals >= options.attempts()) {
        remove(entry)
        entry.onGone?.(error)
      } else if (open) rest(++entry.tries)
    }
  }

  /** While a durable message waits for its retry, those behind it wait too; status and heartbeats pass. */
  const next = (): Entry | undefined => (resting ? entries.find(entry => !entry.durable) : entries[0])

  async function run(): Promise<void> {
    if (running) return
    running = true
    for (let entry = next(); open && entry; entry = next()) await attempt(entry)
    running = false
  }

  return {
    push(message) {
      if (!open && !message.durable) {
        message.onGone?.(new Error('no link'))
        return
      }
      entries.push(entryOf(message))
      void run()
    },
    resume(first = []) {
      open = true
      entries.unshift(...first.map(entryOf))
      resting?.cancel()
      resting = null
      void run()
    },
    pause() {
      open = false
      resting?.cancel()
      resting = null
      const dropped = entries.filter(entry => !entry.durable)
      entries = entries.filter(entry => entry.durable)
      for (const entry of dropped) entry.onGone?.(new Error('the link was lost'))
    },
    pending,
    whenEmpty: () => (entries.length === 0 ? Promise.resolve() : new Promise(resolve => emptied.add(resolve))),
  }
}
