import { EventEmitter } from 'node:events'
import { scaledClock } from '../protocol/clock.ts'
import { foldCase } from '../protocol/ids.ts'
import { MS_PER_HOUR } from '../protocol/units.ts'
import { billsOf } from './bills.ts'
import { type BilledDetail, type CheckResult, checkLedger } from './checks.ts'
import { type Visit, visitSite } from './driver.ts'
import type { SimulationEvent } from './events.ts'
import { allJoined, createFleet } from './fleet.ts'
import type { SimulationOptions } from './options.ts'
import type { PileSnapshot } from './pile-types.ts'
import { planFaults, planVisits } from './plan.ts'
import { createRandom } from './random.ts'
import { type Account, signIn } from './rest.ts'
import { createVirtualTime, Stopped } from './time.ts'
import { createWorld } from './world.ts'

export type { SimulationEvent } from './events.ts'
export { choosePiles, type PileChoice, type SimulationOptions } from './options.ts'

export interface SimulationReport extends CheckResult {
  visits: Record<Visit['outcome'], number>
  /** Stopped before its hours were over. */
  stopped: boolean
}

export interface Simulation {
  /** Resolves with what held and what did not; rejects when the product cannot be used at all. */
  done: Promise<SimulationReport>
  /** Everybody unplugs, what is unsaid is said (bounded), links close. */
  stop(): Promise<void>
  /** Emits `event` with a `SimulationEvent`. */
  events: EventEmitter<{ event: [SimulationEvent] }>
  snapshot(): PileSnapshot[]
  now(): number
}

/** Questions to the REST API by all drivers together, per real second. */
const MAX_REQUESTS_PER_SECOND = 100
const POLL_MIN_REAL_MS = 50
const CLOSE_GRACE_MS = 2000
/** Real ms for bills to be written after the last stop was answered. */
const SETTLE_MS = 20_000

/** Drivers do not wait longer than this for all piles to be connected, real ms. */
const JOIN_PATIENCE_MS = 15_000
/**
 * A gateway sends no command for some real seconds after a boot (ocpp.md): long in charging time above this speed, so
 * that the first drivers would lose their places before their charge is started.
 */
const SETTLE_ABOVE_SPEED = 120
const GATEWAY_SETTLE_MS = 2500

/** Chargers, cars and drivers for one site; they reach the product only over the wire. */
export async function startSimulation(options: SimulationOptions): Promise<Simulation> {
  const clock = scaledClock(options.clock.speed, options.clock.start)
  // Machines go on for a moment after the people have stopped, to say what is unsaid.
  const time = createVirtualTime(clock)
  const machineTime = createVirtualTime(clock)
  const random = createRandom(options.seed)
  const ending = new AbortController()
  const machinesEnding = new AbortController()
  const events: Simulation['events'] = new EventEmitter()
  const emit = (event: SimulationEvent): void => {
    options.onEvent?.(event)
    events.emit('event', event)
  }

  const piles = createFleet({ options, time: machineTime, random, emit, signal: machinesEnding.signal })
  const world = createWorld(piles)
  const joined = allJoined(piles, events)
  for (const pile of piles) pile.open()
  let began = Number.POSITIVE_INFINITY

  const visits: Visit[] = []
  const accounts = new Map<string, Account>()
  const plan = {
    piles,
    arrivalsPerHour: options.arrivalsPerHour,
    faultsPerHour: options.faultsPerHour ?? 0,
    energyWh: options.energyWh ?? { low: 2000, high: 20_000 },
  }
  const lastsMs = options.hours * MS_PER_HOUR
  let active = 0
  const pollMinRealMs = (): number => Math.max(POLL_MIN_REAL_MS, (active * 1000) / MAX_REQUESTS_PER_SECOND)

  async function accountOf(name: string, batteryCapacityWh: number): Promise<Account> {
    const known = accounts.get(name)
    if (known) return known
    const account = await signIn({
      url: options.url,
      time,
      signal: ending.signal,
      username: name,
      password: `drives-${name}-home`,
      register: { vehicle: { plate: name.toUpperCase().slice(-10), batteryCapacityWh } },
    })
    accounts.set(name, account)
    return account
  }

  /** A driver who could not go on is a problem; one whom the end of the simulation caught is not. */
  function failed(driver: string, visit: number, error: unknown): Visit {
    const problem = error instanceof Stopped ? null : `${driver}: ${error instanceof Error ? error.message : error}`
    if (problem) emit({ at: time.now(), type: 'problem', driver, text: problem })
    return { visit, driver, requestId: null, outcome: 'left', problem }
  }

  async function arrivals(): Promise<void> {
    const free = Array.from({ length: options.drivers }, (_, i) => `driver-${options.seed}-${i + 1}`)
    const running = new Set<Promise<void>>()
    for (const visit of planVisits(plan, random.fork('visits'))) {
      if (visit.afterMs >= lastsMs || visit.visit > (options.visits ?? Number.POSITIVE_INFINITY)) break
      await time.sleep(began + visit.afterMs - time.now())
      if (free.length === 0) await Promise.race(running)
      const name = free.shift()!
      active++
      const one = accountOf(name, visit.car.capacityWh)
        .then(account => visitSite({ name, account, world, time, pollMinRealMs, emit }, visit))
        .catch((error: unknown) => failed(name, visit.visit, error))
        .then(ended => void visits.push(ended))
        .finally(() => {
          active--
          free.push(name)
          running.delete(one)
        })
      running.add(one)
    }
    await Promise.all(running)
  }

  async function faults(): Promise<void> {
    for (const { afterMs, pileId, fault, durationMs } of planFaults(plan, random.fork('faults'))) {
      if (afterMs >= lastsMs) return
      await time.sleep(began + afterMs - time.now())
      const pile = world.pile(pileId)
      if (fault === null) pile?.dropLink(durationMs)
      else if (pile?.snapshot().errorCode === 'NoError') {
        pile.fault(fault)
        machineTime.after(durationMs, pile.recover, 200)
      }
    }
  }

  async function bills(): Promise<BilledDetail[]> {
    const all = await Promise.all([...accounts].map(([driver, { rest }]) => billsOf(driver, rest)))
    return all.flat()
  }

  const ownerOf = (idTag: string): string | undefined =>
    accounts.entries().find(([, { idTags }]) => idTags.some(tag => foldCase(tag) === foldCase(idTag)))?.[0]
  const pending = (): Map<string, number> => new Map(piles.map(pile => [pile.id, pile.pending()]))

  /** Bills follow stops a little later; asks again until everything holds or `SETTLE_MS` are over. */
  async function settle(): Promise<CheckResult> {
    const until = performance.now() + SETTLE_MS
    while (true) {
      const sessions = piles.flatMap(pile => pile.sessions)
      const result = checkLedger({ sessions, details: await bills(), visits, ownerOf, pending: pending() })
      if (result.problems.length === 0 || performance.now() > until) return result
      await time.sleep(0, 250)
    }
  }

  const count = (): SimulationReport['visits'] => {
    const counts = { completed: 0, cancelled: 0, 'no-show': 0, refused: 0, 'walk-up': 0, left: 0 }
    for (const visit of visits) counts[visit.outcome]++
    return counts
  }

  async function run(): Promise<SimulationReport> {
    try {
      await Promise.race([joined, time.sleep(0, JOIN_PATIENCE_MS)])
      if (time.speed > SETTLE_ABOVE_SPEED) await time.sleep(0, GATEWAY_SETTLE_MS)
      began = time.now()
      faults().catch(ignoreStop)
      await arrivals()
      const result = await settle()
      return { ...result, visits: count(), stopped: false }
    } catch (error) {
      if (!(error instanceof Stopped)) throw error
      const sessions = piles.flatMap(pile => pile.sessions)
      const summary = checkLedger({ sessions, details: [], visits: [], ownerOf, pending: new Map() })
      return { ...summary, problems: [], visits: count(), stopped: true }
    } finally {
      await closeAll()
    }
  }

  let closing: Promise<void> | null = null
  const closeAll = (): Promise<void> =>
    (closing ??= (async () => {
      time.stop()
      ending.abort()
      for (const pile of piles) {
        const { driver } = pile.snapshot()
        if (driver !== null) pile.unplug(driver)
      }
      await Promise.all(piles.map(pile => pile.close(CLOSE_GRACE_MS)))
      machineTime.stop()
      machinesEnding.abort()
    })())

  const done = run()
  return {
    done,
    events,
    now: () => time.now(),
    snapshot: () => piles.map(pile => pile.snapshot()),
    async stop() {
      await closeAll()
      await done.catch(() => {})
    },
  }
}

function ignoreStop(error: unknown): void {
  if (!(error instanceof Stopped)) throw error
}
