import { z } from 'zod'
import { named, time } from './common.ts'

const place = z.object({ place: z.enum(['waiting', 'pile', 'fault-queue']), pileId: z.string().nullable() })

export const decision = named(
  'Decision',
  z.object({
    id: z.string(),
    requestId: z.string(),
    siteId: z.string(),
    number: z.string(),
    at: time,
    cause: z.string().describe('What set it in motion: call, fault-queue, breakdown, redeal, no-show, walk-up'),
    rule: z.string().nullable().describe('How the pile was chosen; null where nothing was to choose'),
    from: place,
    to: place,
    reason: z.string().describe('For the driver, in the language of Accept-Language'),
    explanation: z.string().optional().describe('For the staff'),
    candidates: z
      .array(
        z.object({
          pileId: z.string(),
          completionSeconds: z.number().int(),
          doneAt: time,
          full: z.boolean(),
          closes: z.boolean(),
        }),
      )
      .optional()
      .describe('For the staff: every pile that was looked at'),
    together: z
      .object({ cars: z.number().int(), totalSeconds: z.number().int() })
      .nullable()
      .optional()
      .describe('For the staff: of cars that were placed together'),
  }),
)
