import { z } from 'zod'
import { PERIODS } from '../../core/billing/report-periods.ts'
import { REPORT_GROUPS } from '../../store/views/reports.ts'
import { langQuery } from '../language.ts'
import { identity, instant, money, time } from './common.ts'

/** An instant, or a local date of each site: the beginning of that day there. */
const instantOrDate = () => z.union([instant(), z.iso.date()]).optional()

export const pilesReportQuery = z.object({
  period: z.enum(PERIODS).default('day'),
  from: instantOrDate().describe('Included: an instant (RFC 3339), or a date, which begins at midnight of each site'),
  to: instantOrDate().describe('Excluded: an instant or a date, as `from`'),
  site: identity.optional(),
  by: z.enum(REPORT_GROUPS).default('pile'),
  format: z.enum(['json', 'csv']).default('json'),
  lang: langQuery,
})

const figures = {
  currency: z.string(),
  sessions: z.number().int().describe('Sessions billed; one that touches two windows counts in both rows'),
  corrections: z.number().int(),
  chargingSeconds: z.number().int(),
  parkingSeconds: z.number().int(),
  energyWh: z.number().int().describe('Rounded so that the rows add up to the totals'),
  energyMilliWh: z.number().int().describe('Exact'),
  energyFee: money,
  serviceFee: money,
  otherFee: money,
  vat: money.describe('Contained in the total'),
  total: money,
}

const row = z.object({
  period: z.string().describe('2026-06-01, 2026-W23 (ISO 8601) or 2026-06, in local time of the site'),
  from: time,
  to: time,
  siteId: z.string(),
  pileId: z.string().nullable(),
  mode: z.string().nullable(),
  window: z.string().nullable().describe('null: what belongs to no window'),
  ...figures,
})

export const pilesReport = z.object({
  period: z.enum(PERIODS),
  by: z.enum(REPORT_GROUPS),
  items: z.array(row),
  totals: z
    .array(
      z.object({ ...figures, unbilled: money.describe('Of the total: of requests that go on, not on a bill yet') }),
    )
    .describe('One per currency: amounts of two currencies are never added'),
})
