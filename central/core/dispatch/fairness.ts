import { MODES, type Mode } from '../../../protocol/modes.ts'
import { lowerBound, type PowerPlace } from './lower-bound.ts'

/** One request that got a number, from asking to leaving. Times on one scale of ticks (live: epoch ms). */
export interface Trip {
  /** The one it has at last. */
  mode: Mode
  priority: number
  requestedAt: number
  /** When its first session began; null when it came to none. */
  startedAt: number | null
  /** When its last session ended; null when it came to none, or still charges. */
  finishedAt: number | null
  /** Charged over all its sessions. */
  energyWh: number
}

/** One request that got no number. */
export interface RefusedTrip {
  mode: Mode
  priority: number
  reason: string
}

export interface FairnessInput {
  trips: readonly Trip[]
  refusals: readonly RefusedTrip[]
  /** Of the whole site, working or not. */
  piles: readonly PowerPlace[]
  /** Ticks of a minute: 60,000 where times are epoch ms. */
  minute: number
  /** The modes of cars are not kept (dispatch `batch`): the lower bound may mix them too. */
  anyMode?: boolean
}

/** How long those waited who came to charge, from request to first session, in minutes; all 0 for nobody. */
export interface Waits {
  count: number
  mean: number
  /** Nearest rank: the least wait that 95 of 100 do not exceed. */
  p95: number
  longest: number
}

export interface FairnessGroup {
  /** Numbers given. */
  requests: number
  waits: Waits
  refused: number
  refusedFor: Record<string, number>
}

/** Who waited how long, who was turned away, and how far from the best possible the day was. Minutes, not rounded. */
export interface Fairness {
  overall: FairnessGroup
  byMode: Record<Mode, FairnessGroup>
  /** Highest class first. */
  byClass: ({ priority: number } & FairnessGroup)[]
  /** Fast first, then by class. */
  byModeAndClass: ({ mode: Mode; priority: number } & FairnessGroup)[]
  /** Sum over all cars that charged and are done of the time from the day's first request until they were done. */
  totalCompletion: number
  /** What that sum could have been at best, had they all been there from the first request on; null if no pile could. */
  lowerBound: number | null
}

/**
 * The fairness of a stretch of time, replayed or recorded: the same figures from the same code (metrics of replay,
 * `GET /reports/operations`).
 */
export function fairness({ trips, refusals, piles, minute, anyMode = false }: FairnessInput): Fairness {
  const group = (fits: (about: { mode: Mode; priority: number }) => boolean): FairnessGroup =>
    groupOf(trips.filter(fits), refusals.filter(fits), minute)
  const classes = [...new Set([...trips, ...refusals].map(({ priority }) => priority))].sort((a, b) => b - a)
  const [fast, trickle] = MODES.map(mode => group(about => about.mode === mode)) as [FairnessGroup, FairnessGroup]
  const done = trips.filter(({ finishedAt, energyWh }) => finishedAt !== null && energyWh > 0)
  const first = trips.reduce((least, { requestedAt }) => Math.min(least, requestedAt), Number.POSITIVE_INFINITY)
  return {
    overall: group(() => true),
    byMode: { fast, trickle },
    byClass: classes.map(priority => ({ priority, ...group(about => about.priority === priority) })),
    byModeAndClass: MODES.flatMap(mode =>
      classes
        .map(priority => ({ mode, priority, ...group(about => about.mode === mode && about.priority === priority) }))
        .filter(({ requests, refused }) => requests + refused > 0),
    ),
    totalCompletion: done.reduce((sum, { finishedAt }) => sum + (finishedAt! - first), 0) / minute,
    lowerBound: lowerBound(done, piles, anyMode),
  }
}

function groupOf(trips: readonly Trip[], refusals: readonly RefusedTrip[], minute: number): FairnessGroup {
  // a charger's clock may say that it began before it was asked: nobody waited less than not at all
  const waits = trips.flatMap(({ requestedAt, startedAt }) =>
    startedAt === null ? [] : [Math.max(0, startedAt - requestedAt)],
  )
  const refusedFor: Record<string, number> = {}
  for (const { reason } of refusals) refusedFor[reason] = (refusedFor[reason] ?? 0) + 1
  return { requests: trips.length, waits: waitsOf(waits, minute), refused: refusals.length, refusedFor }
}

function waitsOf(ticks: number[], minute: number): Waits {
  const sorted = ticks.sort((a, b) => a - b)
  const count = sorted.length
  if (count === 0) return { count, mean: 0, p95: 0, longest: 0 }
  return {
    count,
    mean: sorted.reduce((sum, wait) => sum + wait, 0) / count / minute,
    p95: sorted[Math.ceil(0.95 * count) - 1]! / minute,
    longest: sorted[count - 1]! / minute,
  }
}
