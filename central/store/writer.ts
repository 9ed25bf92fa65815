import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from 'pg'
import { DomainError } from '../../protocol/errors.ts'
import { verdict } from '../core/session/verdict.ts'
import { failureOf } from './failure.ts'
import { answers, commitGroup, type Entry, type GroupError, quarantine } from './group.ts'
import { createLine } from './line.ts'
import type { Log } from './log.ts'
import { type Appended, createStatements, type Effects, type Results } from './statements/index.ts'
import type { Decide } from './statements/start.ts'

/**
 * Writes the effects of all chargers in groups (design: never acknowledge what is not durable). While a transaction is
 * in flight new effects collect; the next group takes them all. An idle system commits at once.
 */
export interface Writer extends AsyncDisposable {
  /**
   * Resolves after the effect is committed. An effect that the database will never take is set aside and its result
   * says `quarantined`. Rejects with `database-away` when it could not be made durable in bounded time: do not
   * acknowledge then.
   */
  submit<K extends keyof Effects>(kind: K, effect: Effects[K]): Promise<Results[K] & { quarantined?: true }>
  /** Goes with the next group, within a second when there is none; never later than an effect submitted after it. */
  append<K extends keyof Appended>(kind: K, row: Appended[K]): void
  /** Resolves when nothing is waiting or in flight. */
  drain(): Promise<void>
  stats(): WriterStats
}

export interface WriterStats {
  connected: boolean
  /** It takes no more effects and never will again. */
  closed: boolean
  waiting: number
  inFlight: number
  groups: number
  committed: number
  largestGroup: number
  retried: number
  quarantined: number
  expired: number
  /** Frames that were not kept because the database was away for too long. */
  droppedFrames: number
}

export interface WriterOptions {
  /** Opens the writer's own connection, see `connectWriter`. */
  connect: () => Promise<Client>
  log: Log
  /** Effects that may wait while the database is away. */
  maxWaiting?: number
  /** How long each of them may, in ms of real time. */
  maxWaitMs?: number
  /** The verdict on a tag; pure. */
  decide?: Decide
}

const TICK_MS = 250
/** How long an orderly end waits for the database, and for one that is away. */
const CLOSE_MS = 3000
const CLOSE_AWAY_MS = 500

export function createWriter(options: WriterOptions): Writer {
  const { connect, log, maxWaiting = 10_000, maxWaitMs = 30_000, decide = verdict } = options
  const statements = createStatements(decide)
  const counts = { groups: 0, committed: 0, largestGroup: 0, retried: 0, quarantined: 0 }
  const line = createLine()
  let inFlight: { size: number; since: number } | null = null
  let client: Client | null = null
  let running: Promise<void> | null = null
  let accepting = true
  let giveUp = false

  const kick = (): void => {
    if (running !== null || giveUp) return
    running = work().finally(() => {
      running = null
      if (!line.idle) kick()
    })
  }

  /** One group after the other until nothing waits. */
  async function work(): Promise<void> {
    // What arrives in the same turn of the event loop goes into the first group.
    await null
    for (let failures = 0; !line.idle && !giveUp; ) {
      const connection = await connected(failures)
      if (connection === null) {
        failures++
        continue
      }
      const group = line.take()
      inFlight = { size: group.length, since: Date.now() }
      const left = await write(connection, group)
      inFlight = null
      line.putBack(left)
      failures = left.length === 0 ? 0 : failures + 1
    }
  }

  /** The living connection, or a new one; null when there is none to be had now. Waits longer after each failure. */
  async function connected(failures: number): Promise<Client | null> {
    if (failures > 0) await sleep(Math.min(20 * 2 ** failures, 1000))
    if (client !== null) return client
    try {
      const opened = await connect()
      const lost = (error?: Error): void => {
        if (client !== opened) return
        client = null
        log.warn({ error: error?.message }, 'the writer lost its database connection')
      }
      opened.on('error', lost).on('end', () => lost())
      client = opened
    } catch (error) {
      if (failures % 10 === 0)
        log.warn({ error: (error as Error).message, waiting: line.length }, 'the database is away')
    }
    return client
  }

  /** Commits the entries, by halves where one of them is bad; gives back those that must be tried again. */
  async function write(connection: Client, entries: Entry[]): Promise<Entry[]> {
    try {
      const results = await commitGroup(connection, statements, entries)
      counts.groups++
      counts.committed += entries.length
      counts.largestGroup = Math.max(counts.largestGroup, entries.length)
      for (const [index, { resolve }] of entries.entries()) resolve(results[index])
      return []
    } catch (error) {
      const { cause, doubtful, connected } = error as GroupError
      const failure = failureOf(cause, connected)
      if (failure === 'bad' && entries.length > 1) {
        const middle = entries.length >> 1
        const left = await write(connection, entries.slice(0, middle))
        // Nothing overtakes what must be tried again.
        return left.length > 0 ? left.concat(entries.slice(middle)) : write(connection, entries.slice(middle))
      }
      if (failure === 'bad') return setAside(connection, entries[0]!, cause)
      if (failure === 'away') forget(connection)
      if (doubtful) for (const each of entries) each.doubtful = true
      counts.retried += entries.length
      log.warn(
        { error: (cause as Error).message, entries: entries.length, failure },
        'a group of effects will be written again',
      )
      return entries
    }
  }

  async function setAside(connection: Client, bad: Entry, cause: unknown): Promise<Entry[]> {
    try {
      bad.resolve(await quarantine(connection, statements, bad, cause))
      counts.quarantined++
      log.error(
        { kind: bad.kind, chargePoint: bad.effect.chargePointId, error: (cause as Error).message },
        'effect quarantined',
      )
      return []
    } catch (error) {
      const failure = failureOf(error, await answers(connection, 'select'))
      if (failure === 'away') forget(connection)
      if (failure !== 'bad') return [bad]
      log.error(
        { kind: bad.kind, effect: bad.effect, error: (error as Error).message },
        'an effect could not even be quarantined',
      )
      bad.reject(new DomainError('internal', 'the effect could not be stored', { cause: error }))
      return []
    }
  }

  /** Ends a connection at once: its end() would wait for answers that may never come. */
  function forget(connection: Client): void {
    if (client === connection) client = null
    connection.connection.stream.destroy()
  }

  /** Housekeeping, never in the way of an effect: flushes what nobody waits for, bounds every wait. */
  const tick = setInterval(() => {
    if (!line.idle) kick()
    line.expire(Date.now() - maxWaitMs)
    // A connection that neither answers nor breaks (a cable is out) holds the group for ever.
    if (inFlight !== null && client !== null && Date.now() - inFlight.since > maxWaitMs) forget(client)
  }, TICK_MS)
  tick.unref()

  const drain = async (): Promise<void> => {
    while (running !== null || (!line.idle && !giveUp)) {
      kick()
      await running
    }
  }

  return {
    submit: (kind, effect) =>
      new Promise((resolve, reject) => {
        if (!accepting || line.length >= maxWaiting)
          return reject(new DomainError('database-away', 'no more effects are taken'))
        line.push(kind, effect, { resolve: resolve as Entry['resolve'], reject })
        kick()
      }),
    append: line.append,
    drain,
    stats: () => ({
      connected: client !== null,
      closed: !accepting,
      waiting: line.length,
      inFlight: inFlight?.size ?? 0,
      expired: line.expired,
      droppedFrames: line.droppedFrames,
      ...counts,
    }),

    async [Symbol.asyncDispose]() {
      accepting = false
      await Promise.race([drain(), sleep(client === null ? CLOSE_AWAY_MS : CLOSE_MS, undefined, { ref: false })])
      giveUp = true
      clearInterval(tick)
      if (client !== null) forget(client)
      await running
      line.expire(Number.POSITIVE_INFINITY)
    },
  }
}
