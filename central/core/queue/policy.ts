import { z } from 'zod'

/** A site's rules of dispatch (domain.md sections 4-6), each with the default that a new site has. */
export const policySchema = z.strictObject({
  /** Which piles compete for a car: those with a free place, or all; then a full best one blocks the car's mode. */
  pileChoice: z.enum(['vacant', 'any']).default('vacant'),
  /** What is not called while a fault queue has cars: its own mode, or the whole site. */
  faultPause: z.enum(['mode', 'site']).default('mode'),
  /** Who fills freed places after a fault: the fault queue first, or it and everybody not yet charging, by number. */
  faultPolicy: z.enum(['priority', 'time-order']).default('priority'),
  /** After a repair all cars of the mode that are not charging yet are dealt again. */
  redealOnRepair: z.boolean().default(true),
  /** The energy may be changed while charging; at or below what is delivered ends the session. */
  editWhileCharging: z.boolean().default(false),
  /**
   * Who is called and where to: `normal` one by one to the pile with the least completion time; `single` as many as fit at
   * once, at the least sum of completion times; `batch` nobody until arrivals fill all places, then all of them at the
   * least sum, whatever their mode and number.
   */
  dispatch: z.enum(['normal', 'single', 'batch']).default('normal'),
  /** Minutes after which a waiting car outranks every priority class; null is never. */
  maxWait: z.number().positive().max(100_000).nullable().default(null),
})

export type Policy = z.infer<typeof policySchema>

export const DEFAULT_POLICY: Policy = policySchema.parse({})
