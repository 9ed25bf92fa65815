import { DomainError } from '../../../protocol/errors.ts'
import type { EpochMs, MilliWh } from '../../../protocol/units.ts'
import { apportion } from '../../core/billing/apportion.ts'
import { ratio } from '../../core/billing/ratio.ts'
import { type Period, periodsBetween, startOfDay } from '../../core/billing/report-periods.ts'
import type { Sql } from '../../store/views/page.ts'
import {
  bookedSpans,
  pileReport,
  type ReportGroup,
  type ReportRow,
  type ReportScope,
} from '../../store/views/reports.ts'

/** An instant, or a local date of each site. */
export type Bound = EpochMs | string

export interface ReportedRow extends Omit<ReportRow, 'scope' | 'edge' | 'vatWeight'> {
  siteId: string
  period: string
  /** The part of the period that was asked for. */
  from: EpochMs
  to: EpochMs
}

/** A report's figures of one currency. */
export interface ReportTotal {
  currency: string
  sessions: number
  corrections: number
  chargingSeconds: number
  parkingSeconds: number
  energyMilliWh: MilliWh
  energyFeeMinor: number
  serviceFeeMinor: number
  otherFeeMinor: number
  vatMinor: number
  totalMinor: number
  unbilledMinor: number
}

/** More than a spreadsheet's reader looks at; a bigger one is asked for in parts. */
export const REPORT_ROWS = 20_000

/**
 * What was booked, by period and group, oldest period first, and its totals by currency.
 *
 * Every detail and every correction counts once, in the period in which it was written to the books (`createdAt`): when
 * its session was settled, seconds after the end, or the correction made. So a period that is over never changes, and
 * the sums over all periods are those of all details, which are the bills, their corrections and what is not billed yet.
 * Throws `malformed-request` where it would be of more than `REPORT_ROWS` rows.
 */
export async function reportPiles(
  sql: Sql,
  input: { period: Period; by: ReportGroup; siteId: string | null; from: Bound | null; to: Bound | null },
): Promise<{ rows: ReportedRow[]; totals: ReportTotal[] }> {
  const scopes: ReportScope[] = []
  const cuts: { siteId: string; names: string[]; edges: EpochMs[]; from: EpochMs; to: EpochMs }[] = []
  for (const { siteId, timeZone, first, last } of await bookedSpans(sql, input)) {
    const asked = { from: instantOf(input.from, timeZone), to: instantOf(input.to, timeZone) }
    const from = Math.max(first, asked.from ?? first)
    const to = Math.min(last + 1, asked.to ?? last + 1)
    if (from >= to) continue
    const { names, edges } = periodsBetween(input.period, timeZone, from, to)
    cuts.push({ siteId, names, edges, from: asked.from ?? edges[0]!, to: asked.to ?? edges.at(-1)! })
    scopes.push({ siteId, from, to, edges })
  }
  const found = await pileReport(sql, { by: input.by, scopes, limit: REPORT_ROWS + 1 })
  if (found.length > REPORT_ROWS) {
    throw new DomainError('malformed-request', `The report would be of more than ${REPORT_ROWS} rows`, {
      problems: [{ path: '/from', message: 'Ask for a shorter time, longer periods, or one site' }],
    })
  }
  if (input.by === 'window') shareVat(found)
  const rows = found.map(({ scope, edge, vatWeight: _, ...row }) => {
    const { siteId, names, edges, from, to } = cuts[scope]!
    return {
      ...row,
      siteId,
      period: names[edge]!,
      from: Math.max(edges[edge]!, from),
      to: Math.min(edges[edge + 1]!, to),
    }
  })
  return { rows: rows.filter(hasFigures).sort(byTimeAndGroup), totals: totalsOf(rows) }
}

const instantOf = (bound: Bound | null, timeZone: string): EpochMs | null =>
  typeof bound === 'string' ? startOfDay(bound, timeZone) : bound

/** Shares the VAT of a site's period among its windows, in whole units that add up to it. */
function shareVat(rows: ReportRow[]): void {
  const groups = Map.groupBy(rows, row => JSON.stringify([row.scope, row.edge, row.currency]))
  for (const group of groups.values()) {
    const total = BigInt(group.reduce((sum, row) => sum + row.vatMinor, 0))
    const weights = group.map(row => BigInt(Math.round((row.vatWeight ?? 0) * WEIGHT_SCALE)))
    const whole = weights.reduce((sum, weight) => sum + weight, 0n)
    if (total === 0n || whole === 0n) continue
    const shares = apportion(
      total,
      weights.map(weight => ratio(total * weight, whole)),
    )
    for (const [index, row] of group.entries()) row.vatMinor = Number(shares[index])
  }
}

/** Weights only share: six digits of them are plenty. */
const WEIGHT_SCALE = 1_000_000

/** What is left beside the windows of a period is a row only where there is something. */
const hasFigures = (row: ReportedRow): boolean =>
  row.sessions > 0 ||
  row.corrections > 0 ||
  row.chargingSeconds !== 0 ||
  row.parkingSeconds !== 0 ||
  row.energyMilliWh !== 0 ||
  row.energyFeeMinor !== 0 ||
  row.serviceFeeMinor !== 0 ||
  row.otherFeeMinor !== 0 ||
  row.vatMinor !== 0

const natural = new Intl.Collator('en', { numeric: true }).compare

const byTimeAndGroup = (a: ReportedRow, b: ReportedRow): number =>
  a.from - b.from ||
  natural(a.siteId, b.siteId) ||
  natural(a.pileId ?? '\uffff', b.pileId ?? '\uffff') ||
  natural(a.mode ?? '', b.mode ?? '') ||
  natural(a.window ?? '\uffff', b.window ?? '\uffff') ||
  natural(a.currency, b.currency)

function totalsOf(rows: readonly ReportedRow[]): ReportTotal[] {
  const totals = new Map<string, ReportTotal>()
  for (const row of rows) {
    const total = totals.get(row.currency) ?? nothing(row.currency)
    totals.set(row.currency, total)
    total.sessions += row.booked
    total.corrections += row.corrections
    total.chargingSeconds += row.chargingSeconds
    total.parkingSeconds += row.parkingSeconds
    total.energyMilliWh += row.energyMilliWh
    total.energyFeeMinor += row.energyFeeMinor
    total.serviceFeeMinor += row.serviceFeeMinor
    total.otherFeeMinor += row.otherFeeMinor
    total.vatMinor += row.vatMinor
    total.totalMinor += row.totalMinor
    total.unbilledMinor += row.unbilledMinor
  }
  return [...totals.values()].sort((a, b) => natural(a.currency, b.currency))
}

const nothing = (currency: string): ReportTotal => ({
  currency,
  sessions: 0,
  corrections: 0,
  chargingSeconds: 0,
  parkingSeconds: 0,
  energyMilliWh: 0,
  energyFeeMinor: 0,
  serviceFeeMinor: 0,
  otherFeeMinor: 0,
  vatMinor: 0,
  totalMinor: 0,
  unbilledMinor: 0,
})
