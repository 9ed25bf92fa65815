import { z } from 'zod'
import { REVIEW_VERDICTS } from '../../use-cases/verbs.ts'
import { bill } from './bills.ts'
import { money, named, text, time } from './common.ts'

/** More than any session delivers. */
const energyWh = z.number().int().min(0).max(10_000_000)

export const verdictBody = z
  .strictObject({
    verdict: z.enum(REVIEW_VERDICTS).describe('bill: as the registers say; amend: energyWh; void: nothing is billed'),
    energyWh: energyWh.optional().describe('What was delivered, with amend'),
    note: text(500, 1),
  })
  .refine(body => (body.verdict === 'amend') === (body.energyWh !== undefined), {
    message: 'energyWh goes with amend, and only with it',
    path: ['energyWh'],
  })

const suspect = z.object({
  at: time,
  source: z.enum(['start', 'reading', 'stop']),
  meterWh: z.number(),
  stepWh: z.number().describe('From the register before'),
  why: z.enum(['falls', 'jumps']),
})

export const held = named(
  'HeldSession',
  z.object({
    sessionId: z.string(),
    siteId: z.string(),
    chargePointId: z.string(),
    pileId: z.string().nullable(),
    pilePowerW: z.number().int().nullable(),
    requestId: z.string().nullable(),
    userId: z.string().nullable(),
    username: z.string().nullable(),
    startedAt: time,
    endedAt: time,
    stopReason: z.string().nullable(),
    reviewReason: z.string(),
    reason: z.string().describe('In words'),
    meterStartWh: z.number().int().nullable(),
    meterStopWh: z.number().int().nullable(),
    energyWh: z.number().int().describe('As the registers say'),
    total: money.describe('What that costs'),
    readings: z.number().int(),
    suspects: z.array(suspect).describe('Registers that fall, or jump by more than the pile can give; at most 20'),
  }),
)

export const verdictGiven = z.object({
  sessionId: z.string(),
  verdict: z.enum(REVIEW_VERDICTS),
  waits: z.boolean().describe('The bill comes when the cable is pulled: the tariff prices parking'),
  bill: bill.nullable(),
})

/** Far from 2^53, with all sums of them. */
const MOST_MINOR = 1_000_000_000_000

export const correctionBody = z
  .strictObject({
    detailId: z.uuid().optional().describe('Needed where the bill has several details'),
    amount: z
      .strictObject({
        amount: z
          .number()
          .int()
          .min(-MOST_MINOR)
          .max(MOST_MINOR)
          .refine(amount => amount !== 0, 'Must not be 0'),
        currency: z.string().regex(/^[A-Z]{3}$/, 'Must be three capital letters (ISO 4217)'),
      })
      .optional()
      .describe('Negative is a credit'),
    energyWh: energyWh.optional().describe('What the session delivered; priced by its own tariff'),
    reason: text(500, 1),
  })
  .refine(body => (body.amount === undefined) !== (body.energyWh === undefined), {
    message: 'Either amount or energyWh',
    path: ['amount'],
  })
