import type { Pool } from 'pg'
import type { Logger } from 'pino'
import type { Clock } from '../../../protocol/clock.ts'
import type { SiteEvent } from '../../../protocol/events.ts'
import { type Result, refuse } from '../../../protocol/result.ts'
import type { EpochMs } from '../../../protocol/units.ts'
import { advance, type SiteAction } from './advance.ts'
import type { SiteRules } from './work.ts'

/** Real ms between looks at what is due. */
const TICK_MS = 100
/** A run that failed (database away) is tried again after this, real time. */
const RETRY_MS = 500
/** Real ms between two looks at a site because of readings. */
const REFRESH_MS = 2_000
/** Runs of one action, at most, when the database undoes it in favour of the chargers' own writes. */
const ATTEMPTS = 5

export interface SiteRunnerPorts {
  pool: Pool
  clock: Clock
  log: Logger
  rules: SiteRules
  deliver: (commandId: string) => void
  emit: (event: SiteEvent) => void
}

interface SiteTurn {
  /** The end of the queue of runs of this site in this process. */
  tail: Promise<unknown>
  /** A run without an action is waiting: further touches need no more. */
  waiting: boolean
  due: EpochMs
  /** Cars are there that do not charge yet: what they are promised moves with every reading. */
  expectant: boolean
  /** Real time from which on a reading may cause a run again. */
  refreshFrom: number
}

/**
 * Runs each site's dispatcher, one run at a time: here by a queue, across nodes by the lock on the site's row. Touches
 * while a run is waiting cost nothing.
 */
export function createSiteRunner({ pool, clock, log, rules, deliver, emit }: SiteRunnerPorts) {
  const sites = new Map<string, SiteTurn>()
  /** What this process has told of piles and sites: only what differs is told again. */
  const told = new Map<string, string>()
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let failing = false

  const turnOf = (siteId: string): SiteTurn => {
    const found = sites.get(siteId)
    if (found !== undefined) return found
    const made: SiteTurn = {
      tail: Promise.resolve(),
      waiting: false,
      due: Number.POSITIVE_INFINITY,
      expectant: false,
      refreshFrom: 0,
    }
    sites.set(siteId, made)
    return made
  }

  function enqueue<T>(siteId: string, work: () => Promise<T>): Promise<T> {
    const turn = turnOf(siteId)
    const run = turn.tail.then(work, work)
    turn.tail = run.catch(() => undefined)
    return run
  }

  /** A run that the database undid in favour of another (deadlock) left nothing behind: the same again. */
  async function runOnce<T>(siteId: string, action?: SiteAction<T>): Promise<T | undefined> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await attemptRun(siteId, action)
      } catch (error) {
        if (attempt === ATTEMPTS || !wasUndone(error)) throw error
      }
    }
  }

  async function attemptRun<T>(siteId: string, action?: SiteAction<T>): Promise<T | undefined> {
    const client = await pool.connect()
    let broken = false
    try {
      await client.query('begin')
      const done = await advance(client, siteId, clock.now(), rules, told, action)
      await client.query('commit')
      if (done === undefined) return undefined
      const turn = turnOf(siteId)
      turn.due = done.work.due
      turn.expectant = [...done.work.yard.cars.values()].some(({ charging }) => !charging)
      for (const id of done.work.commands) deliver(id)
      for (const [subject, fact] of done.work.telling) told.set(subject, fact)
      for (const event of done.work.events) emit(event)
      failing = false
      return done.result
    } catch (error) {
      await client.query('rollback').catch(() => {
        broken = true
      })
      throw error
    } finally {
      client.release(broken)
    }
  }

  /** Facts of this site have changed: look at it soon. */
  function touch(siteId: string): void {
    const turn = turnOf(siteId)
    if (stopped || turn.waiting) return
    turn.waiting = true
    enqueue(siteId, async () => {
      turn.waiting = false
      await runOnce(siteId)
    }).catch(error => {
      if (stopped) return
      if (!failing) log.error({ err: error, site: siteId }, 'dispatch failed and is tried again')
      failing = true
      setTimeout(() => touch(siteId), RETRY_MS).unref()
    })
  }

  /** A reading has come: the estimates of those who wait are looked at again, every two seconds at the most. */
  function refresh(siteId: string): void {
    const turn = sites.get(siteId)
    if (turn === undefined || !turn.expectant || turn.waiting) return
    const now = Date.now()
    if (now < turn.refreshFrom) return
    turn.refreshFrom = now + REFRESH_MS
    touch(siteId)
  }

  return {
    touch,
    refresh,

    /** When a site is to be looked at next although nothing happens. */
    nextDue: (): EpochMs => Math.min(...[...sites.values()].map(({ due }) => due)),

    /** Resolves when no run is under way or waiting. */
    async idle(): Promise<void> {
      for (;;) {
        const tails = [...sites.values()].map(({ tail }) => tail)
        await Promise.all(tails)
        if ([...sites.values()].every(({ tail }, index) => tail === tails[index])) return
      }
    },

    /** Does something at a site, in its turn, in one transaction with everything that follows from it. */
    act: <T, R extends Result<T>>(
      siteId: string,
      action: SiteAction<R>,
    ): Promise<R | { ok: false; reason: 'not-found' }> =>
      enqueue(siteId, async () => (await runOnce(siteId, action)) ?? refuse('not-found', `there is no site ${siteId}`)),

    /** Looks at every site at once, then at each when something is due there. */
    async start(): Promise<void> {
      const { rows } = await pool.query<{ id: string }>('select id from sites')
      for (const { id } of rows) touch(id)
      timer = setInterval(() => {
        const now = clock.now()
        for (const [siteId, turn] of sites) if (turn.due <= now) touch(siteId)
      }, TICK_MS)
    },

    /** Tells all of every site again: somebody has come to listen who knows nothing. */
    retell(): void {
      told.clear()
      for (const siteId of sites.keys()) touch(siteId)
    },

    async stop(): Promise<void> {
      stopped = true
      clearInterval(timer)
      await Promise.all([...sites.values()].map(turn => turn.tail))
    },
  }
}

/** SQLSTATE class 40: transaction rollback. */
const wasUndone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('40')

export type SiteRunner = ReturnType<typeof createSiteRunner>
