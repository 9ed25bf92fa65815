import { z } from 'zod'
import { identity, instant, mode, money, time } from './common.ts'

export const previewBody = z
  .strictObject({
    siteId: identity.optional().describe('Without it the only or oldest site'),
    from: instant(),
    to: instant().describe('At most 31 days after from; not included'),
    mode: mode.optional(),
    pileId: identity.optional(),
    definition: z.unknown().optional().describe('A tariff definition, or else'),
    tariffId: z.uuid().optional().describe('a tariff that there is, and'),
    version: z.number().int().positive().max(2_147_483_647).optional().describe('its version; the newest when absent'),
  })
  .refine(body => (body.definition === undefined) !== (body.tariffId === undefined), {
    message: 'Either definition or tariffId',
    path: ['definition'],
  })
  .refine(body => body.version === undefined || body.tariffId !== undefined, {
    message: 'A version goes with tariffId',
    path: ['version'],
  })

const change = { old: money.describe('As billed'), new: money, difference: money }

export const preview = z.object({
  siteId: z.string(),
  from: time,
  to: time,
  sessions: z.number().int().describe('Billed sessions that started in the period'),
  energyWh: z.number().int(),
  ...change,
  problems: z
    .array(z.object({ path: z.string(), message: z.string() }))
    .describe('Why it would not be taken as a tariff'),
  items: z.array(
    z.object({
      sessionId: z.string(),
      pileId: z.string().nullable(),
      startedAt: time,
      energyWh: z.number().int(),
      ...change,
    }),
  ),
})
