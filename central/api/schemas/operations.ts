import { z } from 'zod'
import { langQuery } from '../language.ts'
import { identity, instant, mode, time } from './common.ts'

const instantOrDate = z.union([instant(), z.iso.date()]).optional()

export const operationsQuery = z.object({
  site: identity.optional().describe('Without it the oldest site'),
  from: instantOrDate.describe('Included: an instant (RFC 3339) or a local date; without it 31 days before `to`'),
  to: instantOrDate.describe('Excluded; without it now'),
  format: z.enum(['json', 'csv']).default('json'),
  lang: langQuery,
})

const seconds = z.number().int()
const group = {
  requests: z.number().int().describe('Numbers given'),
  waits: z
    .object({ count: z.number().int(), meanSeconds: seconds, p95Seconds: seconds, longestSeconds: seconds })
    .describe('From the request to the start of the first session, of those who came to charge'),
  refused: z.number().int(),
  refusedFor: z.record(z.string(), z.number().int()),
}
const priority = z.number().int()

export const operations = z.object({
  siteId: z.string(),
  from: time,
  to: time,
  overall: z.object(group),
  byMode: z.object({ fast: z.object(group), trickle: z.object(group) }),
  byClass: z.array(z.object({ priority, ...group })).describe('Highest priority class first'),
  byModeAndClass: z.array(z.object({ mode, priority, ...group })),
  walkUps: z.number().int(),
  noShows: z.object({ lostPlaces: z.number().int(), requests: z.number().int() }),
  estimates: z
    .object({
      count: z.number().int(),
      medianSeconds: seconds.nullable(),
      p95Seconds: seconds.nullable(),
      biasSeconds: seconds.nullable().describe('Mean; positive where charging began later than was said'),
      within: z.number().nullable().describe('Share within a tenth of the true wait or two minutes'),
    })
    .describe(
      'Error of the start of charging that was promised at the request; without drivers who did not come when called, or changed their mode',
    ),
  totalCompletionSeconds: seconds.describe('Sum over all cars of the time from the first request until they were done'),
  lowerBoundSeconds: seconds
    .nullable()
    .describe('The least that sum could be, had all been there from the first request on, at nominal power'),
  piles: z.array(
    z.object({
      pileId: z.string(),
      mode,
      powerW: z.number().int(),
      sessions: z.number().int(),
      energyWh: z.number().int().describe('Of sessions that began in the period'),
      chargingSeconds: seconds,
      utilisation: z.number().min(0).max(1).describe('Share of the period with a session'),
    }),
  ),
})
