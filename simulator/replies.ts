import { z } from 'zod'

/** What drivers and checks read from the REST API; whatever else is in an answer is not looked at. */

const money = z.object({ amount: z.int(), currency: z.string() })

export const loginReply = z.object({ token: z.string() })
export const profileReply = z.object({
  id: z.string(),
  idTags: z.array(z.union([z.string(), z.object({ tag: z.string() }).transform(({ tag }) => tag)])).default([]),
})
export const problemReply = z.object({ code: z.string().default(''), detail: z.string().default('') })
export const requestReply = z.object({
  id: z.string(),
  number: z.string(),
  status: z.enum(['waiting', 'called', 'charging', 'interrupted', 'completed', 'cancelled', 'no-show']),
  pileId: z.string().nullable(),
})
export const boardReply = z.object({
  piles: z.array(z.object({ id: z.string(), cars: z.array(z.object({ number: z.string() })) })),
})
export const pilesReply = z.object({
  items: z.array(z.object({ id: z.string(), mode: z.string(), state: z.string(), queued: z.number().default(0) })),
})
export const billReply = z.object({
  id: z.string(),
  requestId: z.string().nullish(),
  total: money,
  energyWh: z.number(),
  details: z.array(
    z.object({ sessionId: z.string().nullable(), pileId: z.string().nullable(), energyWh: z.number(), total: money }),
  ),
})
export const billsReply = z.object({
  items: z.array(billReply.partial({ details: true })),
  next: z.string().nullish(),
})
export const taskReply = z.object({ sessionId: z.string() })
