import type { RefusedTrip } from '../dispatch/fairness.ts'
import { callInPlace } from '../queue/call.ts'
import { removeCar } from '../queue/waiting.ts'
import { carOf, type Yard } from '../queue/yard.ts'
import { createEvents, type Rejected } from './happen.ts'
import { createLedger, type Detail, type Journey } from './ledger.ts'
import type { Timeline, TimelineEvent } from './parse.ts'
import { type Snapshot, takeSnapshot } from './snapshot.ts'
import { chooseTicks, type Ticks } from './ticks.ts'

/** What came of a timeline: exact, times in ticks. */
export interface Replayed {
  ticks: Ticks
  rejected: Rejected[]
  snapshots: Snapshot[]
  details: Detail[]
  /** Of the last event or end of a session. */
  end: number
  /** Every request that got a number. */
  journeys: readonly Journey[]
  /** Requests that the site turned away: waiting area full, or no pile of the mode. */
  refusals: RefusedTrip[]
}

/**
 * Runs a timeline on a virtual clock with constant pile power, through the yard and the billing code of the live system.
 * On one instant: sessions end, cars are called, then event by event each with the calls it causes, then the snapshot.
 *
 * `progress` hears, as things happen, how many of the timeline's events and snapshots are done.
 */
export function simulate(timeline: Timeline, progress?: (done: number, of: number) => void): Replayed {
  const ticks = chooseTicks(timeline)
  const yard = createYard(timeline, ticks)
  const ledger = createLedger(timeline, ticks)
  const refusals: RefusedTrip[] = []
  const apply = createEvents({ yard, ledger, ticks, refusals })
  const rejected: Rejected[] = []
  const snapshots: Snapshot[] = []
  let end = 0

  const startSessions = (now: number): void => {
    for (const pile of yard.piles) {
      const first = pile.cars[0]
      if (first === undefined || ledger.running.has(first)) continue
      const car = carOf(yard, first)
      car.charging = true
      ledger.begin(car, pile, now)
    }
  }

  const finishAt = (now: number): void => {
    yard.now = now
    ledger.advance(now)
    for (const session of [...ledger.running.values()]) {
      if (session.endsAt !== now) continue
      ledger.end(session, now, 'full')
      removeCar(yard, session.car)
    }
    callInPlace(yard, [])
    startSessions(now)
    end = now
  }

  const runUntil = (last: number): void => {
    for (;;) {
      let next = Number.POSITIVE_INFINITY
      for (const { endsAt } of ledger.running.values()) next = Math.min(next, endsAt)
      if (next === Number.POSITIVE_INFINITY || next > last) return
      finishAt(next)
    }
  }

  const happen = (event: TimelineEvent, now: number): void => {
    yard.now = now
    ledger.advance(now)
    const refusal = apply(event, now)
    if (refusal !== null) rejected.push(refusal)
    startSessions(now)
    end = now
  }

  const agenda = [
    ...timeline.events.map(event => ({ at: event.at, act: (now: number) => happen(event, now) })),
    ...timeline.snapshotsAt.map((at, index) => ({
      at,
      act: (now: number) => {
        snapshots[index] = takeSnapshot(at.text, yard, ledger, ticks, now)
      },
    })),
  ].sort((a, b) => a.at.ms - b.at.ms)
  for (const [index, { at, act }] of agenda.entries()) {
    const now = at.ms * ticks.perMs
    runUntil(now)
    act(now)
    progress?.(index + 1, agenda.length)
  }
  runUntil(Number.POSITIVE_INFINITY)
  return { ticks, rejected, snapshots, details: ledger.details(), end, journeys: ledger.journeys, refusals }
}

function createYard({ policy, waitingCapacity, piles }: Timeline, ticks: Ticks): Yard {
  return {
    policy,
    now: 0,
    minute: 60_000 * ticks.perMs,
    waitingCapacity,
    nextNumber: { fast: 1, trickle: 1 },
    piles: piles.map(({ tariff: _, ...pile }) => ({ ...pile, plannable: true, broken: false, cars: [] })),
    cars: new Map(),
    waiting: [],
    callingOrder: { fast: [], trickle: [] },
    faultQueue: { fast: [], trickle: [] },
  }
}
