import type { ClientBase } from 'pg'
import type { EpochMs } from '../../../protocol/units.ts'

/** A detail that a correction may name, with what is left of its bill. */
export interface ChargedDetail {
  id: string
  billId: string
  requestId: string
  sessionId: number | null
  siteId: string
  pileId: string | null
  userId: string | null
  currency: string
  startedAt: EpochMs
  endedAt: EpochMs
  totalMinor: number
  vatMinor: number
  tariffVersionId: string | null
  stopReason: string
  /** Of the bill, all corrections included. */
  balanceMinor: number
}

/** The first detail of each session of a bill, and of a reservation without one; not what corrects them. */
export async function chargedDetails(client: ClientBase, billId: string): Promise<ChargedDetail[]> {
  const { rows } = await client.query<ChargedDetail>(
    `select id, bill_id as "billId", request_id as "requestId", session_id as "sessionId", site_id as "siteId", pile_id as "pileId",
       user_id as "userId", currency, started_at as "startedAt", ended_at as "endedAt", total_minor as "totalMinor", vat_minor as "vatMinor",
       tariff_version_id as "tariffVersionId", stop_reason as "stopReason",
       (select sum(total_minor) from billing_details where bill_id = $1)::bigint as "balanceMinor"
     from billing_details where bill_id = $1 and corrects_id is null order by number`,
    [billId],
  )
  return rows
}
