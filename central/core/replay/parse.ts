import type { z } from 'zod'
import { MODES, type Mode, modeLetter } from '../../../protocol/modes.ts'
import { MS_PER_HOUR } from '../../../protocol/units.ts'
import type { Policy } from '../queue/policy.ts'
import { defaultTariff, type TariffDefinition } from '../tariff/tariff.ts'
import { fileSchema, siteSchema, TIME } from './schema.ts'
import { elementProblems } from './tariff-in-file.ts'
import { createWallClock, type WallClock } from './wall-clock.ts'

/** Beyond this no counter of ticks is exact. */
const LONGEST_RUN_MS = 1000 * 366 * 24 * MS_PER_HOUR

/** Something wrong with the file: where (member names and list indexes from the root) and what. */
export interface FileProblem {
  path: (string | number)[]
  message: string
}

export interface TimelinePile {
  id: string
  mode: Mode
  powerW: number
  /** Places, the charging place included. */
  queueLength: number
  /** Instead of the timeline's. */
  tariff?: TariffDefinition | undefined
}

/** An instant as the file spells it, and in ms from the local midnight of the first day. */
export interface Moment {
  text: string
  ms: number
}

export interface RequestEvent {
  type: 'request'
  vehicle: string
  mode: Mode
  kWh: number
  /** Class: higher is called first; 0 when it is not told. */
  priority?: number | undefined
  /** The car is full, or its driver gone, before `kWh`: it charges only this much. The plan does not know. */
  takesKWh?: number | undefined
  /** It was on the site before the timeline begins: it takes part, but the metrics are about others. */
  present?: boolean | undefined
}

export type TimelineEvent = { at: Moment } & (
  | RequestEvent
  | { type: 'change'; vehicle: string; mode?: Mode | undefined; kWh?: number | undefined }
  | { type: 'cancel'; vehicle: string }
  | { type: 'fault' | 'repair' | 'off' | 'on' | 'offline' | 'online'; pile: string }
)

/** A timeline file (domain.md section 9), checked and with its defaults filled in. */
export interface Timeline {
  clock: WallClock
  piles: TimelinePile[]
  waitingCapacity: number
  policy: Policy
  tariff: TariffDefinition
  /** In order of time; what falls on one instant in the order of the file. */
  events: TimelineEvent[]
  /** In the order of the file. */
  snapshotsAt: Moment[]
}

/** Reads what JSON.parse made of a timeline file. Every problem is named at once. */
export function parseTimeline(
  input: unknown,
): { ok: true; timeline: Timeline } | { ok: false; problems: FileProblem[] } {
  const site = siteSchema.safeParse((input as { site?: unknown } | null)?.site)
  const known = site.success ? new Set(pilesOf(site.data).map(({ id }) => id)) : null
  const parsed = fileSchema(known).safeParse(input)
  if (!parsed.success) return { ok: false, problems: parsed.error.issues.flatMap(problemsOf) }
  const { policy, tariff = defaultTariff(), date, events, snapshotsAt } = parsed.data
  const { timeZone, waitingCapacity } = parsed.data.site
  const clock = createWallClock(date, timeZone)
  const moment = (text: string): Moment => ({ text, ms: msOf(text, clock) })
  const timeline: Timeline = {
    clock,
    piles: pilesOf(parsed.data.site),
    waitingCapacity,
    policy,
    tariff,
    events: events.map(event => ({ ...event, at: moment(event.at) })).sort((a, b) => a.at.ms - b.at.ms),
    snapshotsAt: snapshotsAt.map(moment),
  }
  const problems = [
    ...elementProblems(parsed.data.tariff, timeZone, ['tariff']),
    ...parsed.data.site.piles.flatMap((pile, index) =>
      elementProblems(pile.tariff, timeZone, ['site', 'piles', index, 'tariff']),
    ),
    ...tooLong(timeline),
  ]
  return problems.length === 0 ? { ok: true, timeline } : { ok: false, problems }
}

/** A timeline whose sums would be no exact integers any more. */
export const tooLong = (timeline: Timeline): FileProblem[] =>
  longestRunMs(timeline) > LONGEST_RUN_MS
    ? [{ path: ['events'], message: 'charging all this would take more than a thousand years' }]
    : []

function pilesOf({ queueLength, ...site }: z.infer<typeof siteSchema>): TimelinePile[] {
  const counted = MODES.flatMap(mode =>
    Array.from({ length: site[mode].count }, (_, index) => ({
      id: `${modeLetter(mode)}${index + 1}`,
      mode,
      powerW: Math.round(site[mode].kW * 1000),
      queueLength,
    })),
  )
  const named = site.piles.map(({ kW, queueLength: own = queueLength, ...pile }) => ({
    ...pile,
    powerW: Math.round(kW * 1000),
    queueLength: own,
  }))
  return [...counted, ...named]
}

function msOf(text: string, clock: WallClock): number {
  const found = TIME.exec(text)
  if (found === null) return Math.max(0, Date.parse(text) - clock.originMs)
  const [, hours, minutes, seconds = '0', fraction = ''] = found
  return clock.msAt(Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) + Number(fraction.padEnd(3, '0'))
}

/** No timeline lasts longer than if all energy was charged one car after the other at the weakest pile. */
export function longestRunMs({ events, piles, snapshotsAt }: Timeline): number {
  const powerW = piles.reduce((least, pile) => Math.min(least, pile.powerW), Number.POSITIVE_INFINITY)
  let last = 0
  let energyWh = 0
  for (const event of events) {
    last = Math.max(last, event.at.ms)
    if ('kWh' in event && event.kWh !== undefined) energyWh += Math.max(0, event.kWh) * 1000
  }
  for (const { ms } of snapshotsAt) last = Math.max(last, ms)
  return last + (energyWh / powerW) * MS_PER_HOUR
}

export function problemsOf(issue: z.core.$ZodIssue): FileProblem[] {
  const path = issue.path.filter(part => typeof part !== 'symbol')
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }]
  return issue.keys.map(key => ({ path: [...path, key], message: 'unknown member' }))
}
