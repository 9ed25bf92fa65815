import type { ConnectorStatus } from '../../../protocol/charger/status.ts'
import type { EpochMs } from '../../../protocol/units.ts'
import { rows } from './rows.ts'
import type { Statement } from './statement.ts'

export interface StatusEffect {
  chargePointId: string
  /** 0 is the charge point as a whole. */
  connectorId: number
  status: ConnectorStatus
  errorCode: string
  vendorErrorCode?: string | null
  info?: string | null
  at?: EpochMs | null
  receivedAt: EpochMs
  /** Of whoever plugged in, where the pile knows it. */
  idTag?: string | null
}

export interface StatusResult {
  siteId: string | null
  /** null for connector 0 and for a connector nobody knows. */
  pileId: string | null
  known: boolean
  /** Status or error code differ from what was stored, or it is idle with a session that got no end. */
  changed: boolean
}

const input = rows<StatusEffect>({
  charge_point_id: ['text', e => e.chargePointId],
  connector_id: ['integer', e => e.connectorId],
  status: ['text', e => e.status],
  error_code: ['text', e => e.errorCode],
  vendor_error_code: ['text', e => e.vendorErrorCode],
  info: ['text', e => e.info],
  at: ['timestamptz', e => e.at],
  received_at: ['timestamptz', e => e.receivedAt],
  id_tag: ['text', e => e.idTag],
})

/** Statuses count in order of arrival: a charger whose clock was set back would otherwise be deaf for as long (quirk 73). */
const SQL = /* sql */ `
with input as (select * from ${input.from}),
found as (
  select n, c.id as charge_point_id, c.site_id, p.id as pile_id, input.connector_id = 0 or p.id is not null as known,
         case when input.connector_id = 0 then c.status is distinct from input.status or c.error_code <> input.error_code
              else p.status is distinct from input.status or p.error_code <> input.error_code
                or input.status in ('Available', 'Faulted', 'Unavailable') and exists (
                  select from charging_sessions s
                  where s.charge_point_id = c.id and s.connector_id = input.connector_id and s.ended_at is null) end as changed
  from input
  join charge_points c on c.id = input.charge_point_id
  left join charging_piles p on p.charge_point_id = c.id and p.connector_id = input.connector_id
),
piles as (
  update charging_piles p set
    status = input.status, error_code = input.error_code, vendor_error_code = input.vendor_error_code, info = input.info,
    status_at = input.at, status_received_at = input.received_at,
    plugged_tag = case when input.status = 'Available' then null else coalesce(input.id_tag, p.plugged_tag) end,
    fresh_plug = input.status = 'Preparing' and (p.fresh_plug or coalesce(p.status, 'Available') in ('Available', 'Reserved', 'Unavailable')),
    power_now_w = case when input.status = 'Available' and p.power_now_w is not null then 0 else p.power_now_w end
  from input join found using (n)
  where p.id = found.pile_id
),
points as (
  update charge_points c set
    status = input.status, error_code = input.error_code, vendor_error_code = input.vendor_error_code,
    status_received_at = input.received_at
  from input join found using (n)
  where c.id = found.charge_point_id and input.connector_id = 0
)
select n, site_id as "siteId", pile_id as "pileId", known, known and changed as changed from found`

export const status: Statement<StatusEffect, StatusResult> = {
  async run(connection, effects) {
    const found = await connection.query<StatusResult & { n: number }>({
      name: 'status',
      text: SQL,
      values: input.values(effects),
    })
    const results = effects.map((): StatusResult => ({ siteId: null, pileId: null, known: false, changed: false }))
    for (const { n, ...result } of found.rows) results[n] = result
    return results
  },
  // "Known", or the submitter would try to make a pile for it.
  quarantined: async () => ({ siteId: null, pileId: null, known: true, changed: false }),
  doubtful: result => ({ ...result, changed: true }),
}
