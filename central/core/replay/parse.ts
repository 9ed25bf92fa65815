import { z } from 'zod'
import { MODES, type Mode, modeLetter } from '../../../protocol/modes.ts'
import { PRICE_SCALE } from '../../../protocol/tariff.ts'
import { MS_PER_HOUR } from '../../../protocol/units.ts'
import { DEFAULT_POLICY, type Policy, policySchema } from '../queue/policy.ts'
import { defaultTariff, type TariffDefinition } from '../tariff/tariff.ts'
import { createWallClock, type WallClock } from './wall-clock.ts'

/** A day without a date is one on which no zone that is in use changes its clocks. */
const DEFAULT_DATE = '2026-06-01'
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
}

/** An instant as the file spells it, and in ms from the local midnight of the first day. */
export interface Moment {
  text: string
  ms: number
}

export type TimelineEvent = { at: Moment } & (
  | { type: 'request'; vehicle: string; mode: Mode; kWh: number }
  | { type: 'change'; vehicle: string; mode?: Mode | undefined; kWh?: number | undefined }
  | { type: 'cancel'; vehicle: string }
  | { type: 'fault' | 'repair' | 'off' | 'on'; pile: string }
)

/** A timeline file (domain.md section 9), checked and with its defaults filled in. */
export interface Timeline {
  clock: WallClock
  piles: TimelinePile[]
  queueLength: number
  waitingCapacity: number
  policy: Policy
  tariff: TariffDefinition
  /** In order of time; what falls on one instant in the order of the file. */
  events: TimelineEvent[]
  /** In the order of the file. */
  snapshotsAt: Moment[]
}

const TIME = /^(\d{1,4}):([0-5]\d)(?::([0-5]\d))?$/
const time = z.string().regex(TIME, 'a time is HH:MM or HH:MM:SS; hours above 23 are on the days after')

const wholeWatts = (kW: number): boolean => Math.round(kW * 1000) / 1000 === kW
const modePiles = z.strictObject({
  count: z.int().min(0).max(10_000),
  kW: z.number().positive().max(100_000).refine(wholeWatts, 'kW must be whole watts: at most three decimals'),
})

const isTimeZone = (name: string): boolean => {
  try {
    return createWallClock(DEFAULT_DATE, name) !== null
  } catch {
    return false
  }
}

const siteSchema = z.strictObject({
  timeZone: z
    .string()
    .refine(isTimeZone, 'no such time zone (IANA name, such as Asia/Shanghai)')
    .default('Asia/Shanghai'),
  fast: modePiles.default({ count: 0, kW: 7 }),
  trickle: modePiles.default({ count: 0, kW: 3.5 }),
  queueLength: z.int().min(1).max(1_000_000),
  waitingCapacity: z.int().min(0).max(1_000_000),
})
type Site = z.infer<typeof siteSchema>

const isPrice = (price: number): boolean => Math.round(price * PRICE_SCALE) / PRICE_SCALE === price
const price = z.number().min(0).max(100_000).refine(isPrice, 'a price has at most four decimals')

const minuteOfDay = (last: number) =>
  z
    .union([z.int(), z.string().regex(/^\d{1,2}:[0-5]\d$/)], { error: 'a full hour or "HH:MM"' })
    .transform(value => {
      if (typeof value === 'number') return value * 60
      const [hours, minutes] = value.split(':')
      return Number(hours) * 60 + Number(minutes)
    })
    .refine(minute => minute >= 0 && minute <= last, 'not a time of the day')

const tariffSchema = z.strictObject({
  windows: z
    .array(
      z
        .strictObject({
          from: minuteOfDay(1439),
          to: minuteOfDay(1440),
          price,
          kind: z.string().min(1).max(32).default('flat'),
        })
        .refine(({ from, to }) => from !== to, {
          message: 'from and to are equal: the whole day is 0 to 24',
          path: ['to'],
        }),
    )
    .max(96)
    .default([]),
  service: price.default(0),
})

const mode = z.enum(['F', 'T', ...MODES], { error: 'a mode is "F" or "T"' }).transform((word): Mode => {
  return word === 'F' || word === 'fast' ? 'fast' : 'trickle'
})
const vehicle = z.string().min(1).max(200)
const kWh = z.number().max(1_000_000)

/** Without pile ids (the site is wrong itself) any pile name passes. */
const fileSchema = (pileIds: ReadonlySet<string> | null) => {
  const pile = z.string().refine(id => pileIds === null || pileIds.has(id), {
    error: issue => `the site has no pile ${JSON.stringify(issue.input)}`,
  })
  return z.strictObject({
    site: siteSchema,
    policy: policySchema.default(DEFAULT_POLICY),
    tariff: tariffSchema.optional(),
    date: z.iso.date('a date is YYYY-MM-DD').default(DEFAULT_DATE),
    events: z.array(
      z.discriminatedUnion('type', [
        z.strictObject({ at: time, type: z.literal('request'), vehicle, mode, kWh }),
        z.strictObject({ at: time, type: z.literal('change'), vehicle, mode: mode.optional(), kWh: kWh.optional() }),
        z.strictObject({ at: time, type: z.literal('cancel'), vehicle }),
        z.strictObject({ at: time, type: z.enum(['fault', 'repair', 'off', 'on']), pile }),
      ]),
    ),
    snapshotsAt: z.array(time).default([]),
  })
}

/** Reads what JSON.parse made of a timeline file. Every problem is named at once. */
export function parseTimeline(
  input: unknown,
): { ok: true; timeline: Timeline } | { ok: false; problems: FileProblem[] } {
  const site = siteSchema.safeParse((input as { site?: unknown } | null)?.site)
  const known = site.success ? new Set(pilesOf(site.data).map(({ id }) => id)) : null
  const parsed = fileSchema(known).safeParse(input)
  if (!parsed.success) return { ok: false, problems: parsed.error.issues.flatMap(problemsOf) }
  const { policy, tariff, date, events, snapshotsAt } = parsed.data
  const { timeZone, queueLength, waitingCapacity } = parsed.data.site
  const clock = createWallClock(date, timeZone)
  const moment = (text: string): Moment => ({ text, ms: clock.msAt(secondsOf(text)) })
  const timeline: Timeline = {
    clock,
    piles: pilesOf(parsed.data.site),
    queueLength,
    waitingCapacity,
    policy,
    tariff: tariff === undefined ? defaultTariff() : toDefinition(tariff),
    events: events.map(event => ({ ...event, at: moment(event.at) })).sort((a, b) => a.at.ms - b.at.ms),
    snapshotsAt: snapshotsAt.map(moment),
  }
  if (longestRunMs(timeline) > LONGEST_RUN_MS) {
    return {
      ok: false,
      problems: [{ path: ['events'], message: 'charging all this would take more than a thousand years' }],
    }
  }
  return { ok: true, timeline }
}

function pilesOf(site: Site): TimelinePile[] {
  return MODES.flatMap(mode =>
    Array.from({ length: site[mode].count }, (_, index) => ({
      id: `${modeLetter(mode)}${index + 1}`,
      mode,
      powerW: Math.round(site[mode].kW * 1000),
    })),
  )
}

function toDefinition({ windows, service }: z.infer<typeof tariffSchema>): TariffDefinition {
  return {
    ...defaultTariff(),
    windows: windows.map(({ from, to, price, kind }) => ({
      fromMinute: from,
      toMinute: to,
      kind,
      price: Math.round(price * PRICE_SCALE),
    })),
    service: Math.round(service * PRICE_SCALE),
  }
}

function secondsOf(text: string): number {
  const [, hours, minutes, seconds = '0'] = TIME.exec(text)!
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
}

/** No timeline lasts longer than if all energy was charged one car after the other at the weakest pile. */
export function longestRunMs({ events, piles, snapshotsAt }: Timeline): number {
  const powerW = Math.min(...piles.map(pile => pile.powerW))
  let last = 0
  let energyWh = 0
  for (const event of events) {
    last = Math.max(last, event.at.ms)
    if ('kWh' in event && event.kWh !== undefined) energyWh += Math.max(0, event.kWh) * 1000
  }
  for (const { ms } of snapshotsAt) last = Math.max(last, ms)
  return last + (energyWh / powerW) * MS_PER_HOUR
}

function problemsOf(issue: z.core.$ZodIssue): FileProblem[] {
  const path = issue.path.filter(part => typeof part !== 'symbol')
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }]
  return issue.keys.map(key => ({ path: [...path, key], message: 'unknown member' }))
}
