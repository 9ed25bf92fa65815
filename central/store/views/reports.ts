import type { Mode } from '../../../protocol/modes.ts'
import type { EpochMs, MilliWh } from '../../../protocol/units.ts'
import { timestamptz } from '../pg-types.ts'
import type { Sql } from './page.ts'

export const REPORT_GROUPS = ['pile', 'site', 'mode', 'window'] as const
export type ReportGroup = (typeof REPORT_GROUPS)[number]

/** A site's share of a report: what is booked in `from` (included) to `to` (excluded), cut at `edges`. */
export interface ReportScope {
  siteId: string
  from: EpochMs
  to: EpochMs
  /** Beginnings of the periods, rising; the first is not after `from`. */
  edges: EpochMs[]
}

/** What one group of a site comes to in one period and one currency. Corrections take part with their signs. */
export interface ReportRow {
  siteId: string
  /** Index of its period in the scope's `edges`. */
  edge: number
  pileId: string | null
  mode: Mode | null
  /** Kind of the tariff window; null also for what belongs to none: service fees, other fees, time without energy. */
  window: string | null
  currency: string
  /** Sessions that took part. One that touches two windows takes part in both: `booked` counts it once. */
  sessions: number
  booked: number
  corrections: number
  chargingSeconds: number
  parkingSeconds: number
  energyMilliWh: MilliWh
  energyFeeMinor: number
  serviceFeeMinor: number
  otherFeeMinor: number
  vatMinor: number
  /** By window only: how the VAT of a site's period, which the row without a window holds, is to be shared. */
  vatWeight?: number
  totalMinor: number
  /** Of the total: not on a bill yet, because the request goes on. */
  unbilledMinor: number
}

/** First and last booking of every site asked for, in the window; sites without any are left out. */
export async function bookedSpans(
  sql: Sql,
  { siteId }: { siteId: string | null },
): Promise<{ siteId: string; timeZone: string; first: EpochMs; last: EpochMs }[]> {
  const { rows } = await sql.query<{ siteId: string; timeZone: string; first: EpochMs; last: EpochMs }>(
    `select s.id as "siteId", s.time_zone as "timeZone", f.created_at as first, l.created_at as last from sites s
     cross join lateral (select created_at from billing_details where site_id = s.id order by created_at limit 1) f
     cross join lateral (select created_at from billing_details where site_id = s.id order by created_at desc limit 1) l
     where $1::text is null or s.id = $1 order by s.id`,
    [siteId],
  )
  return rows
}

/**
 * The details of the scopes, each with the index of its period. The edges come as instants: when a day of a zone begins
 * is the same rule as for tariffs, and is not asked of the database.
 */
const BOOKED = /* sql */ `
with scope as materialized (
  select site_id, from_at, to_at, edges::timestamptz[] as edges
  from unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::text[]) as s (site_id, from_at, to_at, edges)),
booked as (
  select d.*, width_bucket(d.created_at, s.edges) - 1 as edge
  from scope s join billing_details d on d.site_id = s.site_id and d.created_at >= s.from_at and d.created_at < s.to_at)`

const FIGURES = /* sql */ `
  count(*) filter (where d.kind = 'charge' and d.session_id is not null) as sessions,
  count(*) filter (where d.kind = 'charge' and d.session_id is not null) as booked,
  count(*) filter (where d.kind = 'correction') as corrections,
  sum(d.charging_seconds) as "chargingSeconds", sum(d.parking_seconds) as "parkingSeconds",
  sum(d.energy_milli_wh)::bigint as "energyMilliWh", sum(d.energy_fee_minor)::bigint as "energyFeeMinor",
  sum(d.service_fee_minor)::bigint as "serviceFeeMinor", sum(d.other_fee_minor)::bigint as "otherFeeMinor",
  sum(d.vat_minor)::bigint as "vatMinor", sum(d.total_minor)::bigint as "totalMinor",
  coalesce(sum(d.total_minor) filter (where d.bill_id is null), 0)::bigint as "unbilledMinor"`

const grouped = (pileId: string, mode: string): string => /* sql */ `${BOOKED}
select d.site_id as "siteId", d.edge, ${pileId} as "pileId", ${mode} as mode, null as window, d.currency, ${FIGURES}
from booked d left join charging_piles p on p.id = d.pile_id
group by 1, 2, 3, 4, d.currency limit $5`

/**
 * Each window's share, of energy and its fee and of what else the tariff's element of that name priced; and beside them,
 * in a row without a window, what a detail has more than its windows: so that the rows of a period add up to its details
 * whatever their windows say. VAT was
 * rounded per detail: it stands as booked in the row without a window, and `vatWeight` says whose it is.
 */
const BY_WINDOW = /* sql */ `${BOOKED},
share as (
  select d.site_id, d.edge, d.currency, w.kind, count(*) filter (where d.kind = 'charge' and d.session_id is not null) as sessions,
    (sum(w.seconds) filter (where d.kind = 'charge'))::bigint as seconds, sum(w.energy)::bigint as energy, sum(w.energy_fee)::bigint as energy_fee,
    sum(w.service_fee)::bigint as service_fee, sum(w.other_fee)::bigint as other_fee, sum(w.vat) as vat
  from booked d cross join lateral (
    select w.kind, w.seconds, w.energy, w.energy_fee, coalesce(l.service_fee, 0) as service_fee, coalesce(l.other_fee, 0) as other_fee,
      coalesce(l.vat, 0) as vat
    from (
      select kind, sum(("to" - "from") / 1000) as seconds, sum("energyMilliWh") as energy, sum("feeMinor") as energy_fee
      from jsonb_to_recordset(d.windows) as piece (kind text, "from" bigint, "to" bigint, "energyMilliWh" bigint, "feeMinor" bigint)
      group by kind) w
    left join (
      select kind, sum("amountMinor") filter (where dimension = 'SERVICE') as service_fee,
        sum("amountMinor") filter (where dimension not in ('ENERGY', 'SERVICE')) as other_fee, sum("amountMinor" * vat / (100 + vat)) as vat
      from jsonb_to_recordset(d.lines) as line (kind text, dimension text, vat float8, "amountMinor" bigint)
      group by kind) l using (kind)) w
  group by d.site_id, d.edge, d.currency, w.kind),
whole as (
  select d.site_id, d.edge, d.currency, ${FIGURES},
    count(*) filter (where d.kind = 'charge' and d.session_id is not null and d.windows = '[]') as windowless,
    coalesce(sum((select sum("amountMinor" * vat / (100 + vat)) from jsonb_to_recordset(d.lines) as line (vat float8, "amountMinor" bigint))), 0) as vat
  from booked d group by d.site_id, d.edge, d.currency)
select site_id as "siteId", edge, null as "pileId", null as mode, kind as window, currency, sessions, 0::bigint as booked, 0::bigint as corrections,
  coalesce(seconds, 0) as "chargingSeconds", 0::bigint as "parkingSeconds", energy as "energyMilliWh", energy_fee as "energyFeeMinor",
  service_fee as "serviceFeeMinor", other_fee as "otherFeeMinor", 0::bigint as "vatMinor", vat as "vatWeight",
  energy_fee + service_fee + other_fee as "totalMinor", 0::bigint as "unbilledMinor"
from share
union all
select w.site_id, w.edge, null, null, null, w.currency, w.windowless, w.booked, w.corrections,
  w."chargingSeconds" - coalesce(s.seconds, 0), w."parkingSeconds", w."energyMilliWh" - coalesce(s.energy, 0),
  w."energyFeeMinor" - coalesce(s.energy_fee, 0), w."serviceFeeMinor" - coalesce(s.service_fee, 0), w."otherFeeMinor" - coalesce(s.other_fee, 0),
  w."vatMinor", w.vat - coalesce(s.vat, 0), w."totalMinor" - coalesce(s.energy_fee + s.service_fee + s.other_fee, 0), w."unbilledMinor"
from whole w left join (
  select site_id, edge, currency, sum(seconds)::bigint as seconds, sum(energy)::bigint as energy, sum(energy_fee)::bigint as energy_fee,
    sum(service_fee)::bigint as service_fee, sum(other_fee)::bigint as other_fee, sum(vat) as vat
  from share group by site_id, edge, currency) s using (site_id, edge, currency)
limit $5`

const STATEMENTS: Record<ReportGroup, string> = {
  pile: grouped('d.pile_id', 'p.mode'),
  site: grouped('null', 'null'),
  // a fee for a place that was held and not used names no pile: the request's own mode
  mode: grouped('null', 'coalesce(p.mode, (select r.mode from charging_requests r where r.id = d.request_id))'),
  window: BY_WINDOW,
}

/** The rows of a report, at most `limit`, in no order. */
export async function pileReport(
  sql: Sql,
  { by, scopes, limit }: { by: ReportGroup; scopes: readonly ReportScope[]; limit: number },
): Promise<ReportRow[]> {
  const { rows } = await sql.query<ReportRow>(STATEMENTS[by], [
    scopes.map(({ siteId }) => siteId),
    scopes.map(({ from }) => timestamptz(from)),
    scopes.map(({ to }) => timestamptz(to)),
    scopes.map(({ edges }) => `{${edges.map(timestamptz).join(',')}}`),
    limit,
  ])
  return rows
}
