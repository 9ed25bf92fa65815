import { z } from 'zod'
import { MODES, type Mode, modeLetter } from '../../../protocol/modes.ts'
import { type Policy, policySchema } from '../queue/policy.ts'
import type { FileProblem, Timeline, TimelinePile } from './parse.ts'
import { problemsOf, tooLong } from './parse.ts'
import { pileCount, pilePower, queueLength, waitingCapacity } from './schema.ts'
import { elementProblems, tariffInFile } from './tariff-in-file.ts'

const modePiles = z.strictObject({ count: pileCount, kW: pilePower.optional() }).optional()

/** Only what is told: no default of a policy replaces what the timeline says. */
const somePolicy = z.unknown().transform((value, context): Partial<Policy> => {
  const parsed = policySchema.safeParse(value)
  if (parsed.success)
    return Object.fromEntries(
      Object.entries(parsed.data).filter(([key]) => key in (value as object)),
    ) as Partial<Policy>
  for (const issue of parsed.error.issues) context.issues.push({ ...issue, input: value } as never)
  return z.NEVER
})

const rulesSchema = z.strictObject({
  policy: somePolicy.default({}),
  site: z
    .strictObject({
      fast: modePiles,
      trickle: modePiles,
      queueLength: queueLength.optional(),
      waitingCapacity: waitingCapacity.optional(),
    })
    .default({}),
  tariff: tariffInFile.optional(),
})

/** What is to be other than a timeline has it: rules, how many piles of which power, prices. What is left out stays. */
export type Rules = z.infer<typeof rulesSchema>

/** Reads `{policy, site, tariff}`, each optional, or the members of a policy alone. */
export function parseRules(input: unknown): { ok: true; rules: Rules } | { ok: false; problems: FileProblem[] } {
  const whole = typeof input !== 'object' || input === null || Object.keys(input).some(key => key in rulesSchema.shape)
  const parsed = rulesSchema.safeParse(whole ? input : { policy: input })
  if (parsed.success) return { ok: true, rules: parsed.data }
  const problems = parsed.error.issues.flatMap(problemsOf)
  return { ok: false, problems: whole ? problems : problems.map(each => ({ ...each, path: each.path.slice(1) })) }
}

/**
 * A timeline under other rules. Of the piles of a mode the first stay as they are, more are like the last, and with a
 * power of their own all have that one; what happens to piles that are no more is left out.
 */
export function underRules(
  timeline: Timeline,
  { policy, site, tariff }: Rules,
): { ok: true; timeline: Timeline; leftOut: number } | { ok: false; problems: FileProblem[] } {
  const piles = MODES.flatMap(mode => pilesOf(timeline, mode, site))
  const known = new Set(piles.map(({ id }) => id))
  const events = timeline.events.filter(event => !('pile' in event) || known.has(event.pile))
  const changed: Timeline = {
    ...timeline,
    piles: tariff === undefined ? piles : piles.map(({ tariff: _, ...pile }) => pile),
    waitingCapacity: site.waitingCapacity ?? timeline.waitingCapacity,
    policy: { ...timeline.policy, ...policy },
    tariff: tariff ?? timeline.tariff,
    events,
  }
  const problems = [...elementProblems(tariff, timeline.clock.timeZone, ['tariff']), ...tooLong(changed)]
  if (problems.length > 0) return { ok: false, problems }
  return { ok: true, timeline: changed, leftOut: timeline.events.length - events.length }
}

/** Places of a new pile of a mode that had none. */
const FIRST_QUEUE_LENGTH = 2
const FIRST_POWER_W: Record<Mode, number> = { fast: 7_000, trickle: 3_500 }

function pilesOf({ piles }: Timeline, mode: Mode, site: Rules['site']): TimelinePile[] {
  const present = piles.filter(pile => pile.mode === mode)
  const { count = present.length, kW } = site[mode] ?? {}
  const last = present.at(-1) ?? {
    powerW: FIRST_POWER_W[mode],
    queueLength: piles[0]?.queueLength ?? FIRST_QUEUE_LENGTH,
  }
  const taken = new Set(piles.map(({ id }) => id))
  const fresh = newIds(mode, taken)
  const all = Array.from({ length: count }, (_, index): TimelinePile => {
    return present[index] ?? { mode, powerW: last.powerW, queueLength: last.queueLength, id: fresh.next().value }
  })
  return all.map(pile => ({
    ...pile,
    ...(kW === undefined ? {} : { powerW: Math.round(kW * 1000) }),
    queueLength: site.queueLength ?? pile.queueLength,
  }))
}

function* newIds(mode: Mode, taken: ReadonlySet<string>): Generator<string, never> {
  for (let number = 1; ; number++) {
    const id = `${modeLetter(mode)}${number}`
    if (!taken.has(id)) yield id
  }
}
