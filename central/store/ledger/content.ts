/** What a link of the chain is about. */
export const LEDGER_KINDS = ['session', 'bill', 'correction', 'payment'] as const
export type LedgerKind = (typeof LEDGER_KINDS)[number]

const instant = (column: string): string => `(extract(epoch from ${column}) * 1000000)::bigint`

/**
 * What of each kind is under the hash: all that is final, nothing that may change by right (payment state, a deleted
 * user). As SQL expressions of `jsonb`, whose text PostgreSQL writes in one way: members sorted, no spaces of choice.
 * They read the row whose id is `subject`, an SQL expression of text; no row is null.
 */
export const contentOf: Record<LedgerKind, (subject: string) => string> = {
  session: subject => /* sql */ `(
select jsonb_build_object('id', s.id, 'chargePoint', s.charge_point_id, 'connector', s.connector_id, 'request', s.request_id, 'tag', s.id_tag,
  'startedAt', ${instant('s.started_at')}, 'endedAt', ${instant('s.ended_at')}, 'meterStart', s.meter_start_milli_wh, 'meterStop', s.meter_stop_milli_wh,
  'energy', s.energy_milli_wh, 'reason', s.stop_reason, 'held', s.review_reason, 'verdict', s.review_verdict, 'tariff', v.definition)
from charging_sessions s left join tariff_versions v on v.id = s.tariff_version_id where s.id = (${subject})::integer)`,

  bill: subject => /* sql */ `(
select jsonb_build_object('id', b.id, 'number', b.number, 'request', b.request_id, 'site', b.site_id, 'currency', b.currency, 'total', b.total_minor,
  'createdAt', ${instant('b.created_at')}, 'details', (
    select jsonb_agg(${detail} order by d.number) from billing_details d where d.bill_id = b.id and d.kind = 'charge'))
from bills b where b.id = (${subject})::uuid)`,

  correction: subject => /* sql */ `(select ${detail} from billing_details d where d.id = (${subject})::uuid)`,

  payment: subject => /* sql */ `(
select jsonb_build_object('id', p.id, 'bill', p.bill_id, 'kind', p.kind, 'provider', p.provider, 'amount', p.amount_minor, 'currency', p.currency,
  'reference', p.reference, 'at', ${instant('p.at')})
from payments p where p.id = (${subject})::uuid)`,
}

const detail = /* sql */ `jsonb_build_object('id', d.id, 'number', d.number, 'kind', d.kind, 'bill', d.bill_id, 'corrects', d.corrects_id, 'note', d.note,
  'request', d.request_id, 'session', d.session_id, 'pile', d.pile_id, 'currency', d.currency, 'energy', d.energy_milli_wh,
  'chargingSeconds', d.charging_seconds, 'parkingSeconds', d.parking_seconds, 'startedAt', ${instant('d.started_at')}, 'endedAt', ${instant('d.ended_at')},
  'windows', d.windows, 'lines', d.lines, 'energyFee', d.energy_fee_minor, 'serviceFee', d.service_fee_minor, 'otherFee', d.other_fee_minor,
  'vat', d.vat_minor, 'total', d.total_minor, 'tariff', d.tariff_version_id, 'reason', d.stop_reason, 'createdAt', ${instant('d.created_at')})`

/** SHA-256 in hex of an SQL expression of text. */
export const sha256 = (text: string): string => `encode(sha256(convert_to(${text}, 'UTF8')), 'hex')`

/** The hash of a link over its own members and the hash before it; names of columns or expressions. */
export const linkHash = (link: {
  previous: string
  seq: string
  kind: string
  subject: string
  digest: string
  at: string
}): string =>
  sha256(
    `concat_ws(E'\\n', ${link.previous}, ${link.seq}, ${link.kind}, ${link.subject}, ${link.digest}, ${instant(link.at)})`,
  )
