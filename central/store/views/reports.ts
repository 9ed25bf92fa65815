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
  /** Index of its scope, and of its period in the scope's `edges`. */
  scope: number
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
  select ordinality::int as scope, site_id, from_at, to_at, edges::timestamptz[] as edges
  from unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::text[]) with ordinality as s (site_id, from_at, to_at, edges)),
booked as not materialized (
  select s.scope, width_bucket(d.created_at, s.edges) - 1 as edge, d.number, d.pile_id collate "C" as pile_id, d.request_id,
    -- sorted to be grouped: by bytes, a language's order costs several times as much
    d.currency collate "C" as currency, d.kind, d.kind = 'charge' and d.session_id is not null as is_session, d.bill_id is null as is_unbilled,
    d.charging_seconds, d.parking_seconds, d.energy_milli_wh, d.energy_fee_minor, d.service_fee_minor, d.other_fee_minor, d.vat_minor,
    d.total_minor, d.windows, d.lines
  from scope s join billing_details d on d.site_id = s.site_id and d.created_at >= s.from_at and d.created_at < s.to_at)`

const FIGURES = /* sql */ `
  count(*) filter (where d.is_session) as booked, count(*) filter (where d.kind = 'correction') as corrections,
  sum(d.charging_seconds) as "chargingSeconds", sum(d.parking_seconds) as "parkingSeconds",
  sum(d.energy_milli_wh)::bigint as "energyMilliWh", sum(d.energy_fee_minor)::bigint as "energyFeeMinor",
  sum(d.service_fee_minor)::bigint as "serviceFeeMinor", sum(d.other_fee_minor)::bigint as "otherFeeMinor",
  sum(d.vat_minor)::bigint as "vatMinor", sum(d.total_minor)::bigint as "totalMinor",
  coalesce(sum(d.total_minor) filter (where d.is_unbilled), 0)::bigint as "unbilledMinor"`

const grouped = (pileId: string, mode: string): string => /* sql */ `${BOOKED}
select d.scope - 1 as scope, d.edge, ${pileId} as "pileId", ${mode} as mode, null as window, d.currency,
  count(*) filter (where d.is_session) as sessions, ${FIGURES}
from booked d left join charging_piles p on p.id = d.pile_id
group by 1, 2, 3, 4, d.currency limit $5`

/**
 * Each window's share, of energy and its fee and of what else the tariff's element of that name priced; and beside them,
 * in a row without a window, what the details have more than their windows: so that the rows of a period add up to its
 * details whatever the windows say. VAT was rounded per detail: it stands as booked in the row without a window, and
 * `vatWeight` says whose it is.
 */
const BY_WINDOW = /* sql */ `${BOOKED},
part as materialized (
  select d.scope, d.edge, d.currency, k.kind, sum(k.pieces) as pieces, count(*) filter (where k.pieces > 0 and d.is_session) as sessions,
    coalesce(sum(k.seconds) filter (where d.kind = 'charge'), 0)::bigint as seconds, sum(k.energy)::bigint as energy,
    sum(k.energy_fee)::bigint as energy_fee, sum(k.service_fee)::bigint as service_fee, sum(k.other_fee)::bigint as other_fee, sum(k.vat) as vat
  from booked d cross join lateral (
    -- by detail first, so that a session with two windows of a kind counts once without sorting them all
    select kind collate "C" as kind, sum(pieces) as pieces, sum(seconds) as seconds, sum(energy) as energy, sum(energy_fee) as energy_fee,
      sum(service_fee) as service_fee, sum(other_fee) as other_fee, sum(vat) as vat
    from (
      select kind, 1 as pieces, ("to" - "from") / 1000 as seconds, "energyMilliWh" as energy, "feeMinor" as energy_fee, 0 as service_fee,
        0 as other_fee, 0 as vat
      from jsonb_to_recordset(d.windows) as w (kind text, "from" bigint, "to" bigint, "energyMilliWh" bigint, "feeMinor" bigint)
      union all
      select kind, 0, 0, 0, 0, case when dimension = 'SERVICE' then "amountMinor" else 0 end,
        case when dimension in ('ENERGY', 'SERVICE') then 0 else "amountMinor" end, coalesce("amountMinor" * vat / (100 + vat), 0)
      from jsonb_to_recordset(d.lines) as l (kind text, dimension text, vat float8, "amountMinor" bigint)) p
    group by kind) k
  group by d.scope, d.edge, d.currency, k.kind),
share as (
  -- what no element prices, a limit for one, has the name of no window
  select scope, edge, currency, kind, sessions, seconds, energy, energy_fee, vat,
    case when kind = 'none' then 0 else service_fee end as service_fee, case when kind = 'none' then 0 else other_fee end as other_fee
  from part where pieces > 0),
shared as (
  select scope, edge, currency, sum(seconds)::bigint as seconds, sum(energy)::bigint as energy, sum(energy_fee)::bigint as energy_fee,
    sum(service_fee)::bigint as service_fee, sum(other_fee)::bigint as other_fee, sum(vat) as vat
  from share group by scope, edge, currency),
vat as (select scope, edge, currency, sum(vat) as vat from part group by scope, edge, currency),
whole as materialized (
  select d.scope, d.edge, d.currency, ${FIGURES}, count(*) filter (where d.is_session and d.windows = '[]') as windowless
  from booked d group by d.scope, d.edge, d.currency)
select scope - 1 as scope, edge, null as "pileId", null as mode, kind as window, currency, sessions, 0::bigint as booked, 0::bigint as corrections,
  seconds as "chargingSeconds", 0::bigint as "parkingSeconds", energy as "energyMilliWh", energy_fee as "energyFeeMinor",
  service_fee as "serviceFeeMinor", other_fee as "otherFeeMinor", 0::bigint as "vatMinor", vat as "vatWeight",
  energy_fee + service_fee + other_fee as "totalMinor", 0::bigint as "unbilledMinor"
from share
union all
select scope - 1, edge, null, null, null, currency, w.windowless, w.booked, w.corrections,
  w."chargingSeconds" - coalesce(s.seconds, 0), w."parkingSeconds", w."energyMilliWh" - coalesce(s.energy, 0),
  w."energyFeeMinor" - coalesce(s.energy_fee, 0), w."serviceFeeMinor" - coalesce(s.service_fee, 0), w."otherFeeMinor" - coalesce(s.other_fee, 0),
  w."vatMinor", coalesce(v.vat, 0) - coalesce(s.vat, 0), w."totalMinor" - coalesce(s.energy_fee + s.service_fee + s.other_fee, 0), w."unbilledMinor"
from whole w left join shared s using (scope, edge, currency) left join vat v using (scope, edge, currency)
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
