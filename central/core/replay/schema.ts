import { z } from 'zod'
import { MODES, type Mode } from '../../../protocol/modes.ts'
import { DEFAULT_POLICY, policySchema } from '../queue/policy.ts'
import { tariffInFile } from './tariff-in-file.ts'
import { isTimeZone } from './wall-clock.ts'

/** A day without a date is one on which no zone that is in use changes its clocks. */
const DEFAULT_DATE = '2026-06-01'

export const TIME = /^(\d{1,4}):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,3}))?)?$/
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/
const isInstant = (text: string): boolean => INSTANT.test(text) && Number.isFinite(Date.parse(text))
const time = z
  .string()
  .refine(
    text => TIME.test(text) || isInstant(text),
    'a time is HH:MM or HH:MM:SS; hours above 23 are on the days after',
  )

const wholeWatts = (kW: number): boolean => Math.round(kW * 1000) / 1000 === kW
export const pilePower = z
  .number()
  .positive()
  .max(100_000)
  .refine(wholeWatts, 'kW must be whole watts: at most three decimals')
export const pileCount = z.int().min(0).max(10_000)
export const queueLength = z.int().min(1).max(1_000_000)
export const waitingCapacity = z.int().min(0).max(1_000_000)
const modePiles = z.strictObject({ count: pileCount, kW: pilePower })

const mode = z.enum(['F', 'T', ...MODES], { error: 'a mode is "F" or "T"' }).transform((word): Mode => {
  return word === 'F' || word === 'fast' ? 'fast' : 'trickle'
})

export const siteSchema = z
  .strictObject({
    timeZone: z
      .string()
      .refine(isTimeZone, 'no such time zone (IANA name, such as Asia/Shanghai)')
      .default('Asia/Shanghai'),
    fast: modePiles.default({ count: 0, kW: 7 }),
    trickle: modePiles.default({ count: 0, kW: 3.5 }),
    /** Piles of their own beside the counted ones. */
    piles: z
      .array(
        z.strictObject({
          id: z.string().min(1).max(64),
          mode,
          kW: pilePower,
          queueLength: queueLength.optional(),
          tariff: tariffInFile.optional(),
        }),
      )
      .max(10_000)
      .default([]),
    queueLength,
    waitingCapacity,
  })
  .superRefine(({ fast, trickle, piles }, context) => {
    const counted = (id: string): boolean => {
      const [, letter, number] = /^([FT])([1-9]\d*)$/.exec(id) ?? []
      return letter !== undefined && Number(number) <= (letter === 'F' ? fast : trickle).count
    }
    const seen = new Set<string>()
    for (const [index, { id }] of piles.entries()) {
      if (seen.has(id) || counted(id))
        context.addIssue({
          code: 'custom',
          message: `there are two piles ${JSON.stringify(id)}`,
          path: ['piles', index, 'id'],
        })
      seen.add(id)
    }
  })

const vehicle = z.string().min(1).max(200)
const kWh = z.number().max(1_000_000)

/** A timeline file. Without pile ids (the site is wrong itself) any pile name passes. */
export const fileSchema = (pileIds: ReadonlySet<string> | null) => {
  const pile = z.string().refine(id => pileIds === null || pileIds.has(id), {
    error: issue => `the site has no pile ${JSON.stringify(issue.input)}`,
  })
  return z.strictObject({
    site: siteSchema,
    policy: policySchema.default(DEFAULT_POLICY),
    tariff: tariffInFile.optional(),
    date: z.iso.date('a date is YYYY-MM-DD').default(DEFAULT_DATE),
    events: z.array(
      z.discriminatedUnion('type', [
        z.strictObject({
          at: time,
          type: z.literal('request'),
          vehicle,
          mode,
          kWh,
          priority: z.int().min(-1000).max(1000).optional(),
          takesKWh: kWh.min(0).optional(),
          present: z.boolean().optional(),
        }),
        z.strictObject({ at: time, type: z.literal('change'), vehicle, mode: mode.optional(), kWh: kWh.optional() }),
        z.strictObject({ at: time, type: z.literal('cancel'), vehicle }),
        z.strictObject({ at: time, type: z.enum(['fault', 'repair', 'off', 'on', 'offline', 'online']), pile }),
      ]),
    ),
    snapshotsAt: z.array(time).default([]),
  })
}
