import type { EpochMs } from '../../../protocol/units.ts'
import { listPage, type Page, type PageRequest, type Sql, type Window, when, within } from './page.ts'

export interface PaymentRow {
  id: string
  kind: 'payment' | 'refund'
  provider: string
  amountMinor: number
  currency: string
  reference: string | null
  note: string | null
  at: EpochMs
}

/** What came and went for a bill, in order. */
export async function paymentsOf(sql: Sql, billId: string): Promise<PaymentRow[]> {
  const { rows } = await sql.query<PaymentRow>(
    `select id, kind, provider, amount_minor as "amountMinor", currency, reference, note, at from payments where bill_id = $1 order by at, id`,
    [billId],
  )
  return rows
}

export interface WalletEntryRow {
  id: number
  kind: 'top-up' | 'payment' | 'refund' | 'payout'
  amountMinor: number
  balanceMinor: number
  currency: string
  billId: string | null
  note: string | null
  at: EpochMs
}

const ENTRIES = /* sql */ `
select e.id, e.kind, e.amount_minor as "amountMinor", e.balance_minor as "balanceMinor", w.currency, e.bill_id as "billId", e.note, e.at
from wallet_entries e join wallets w on w.user_id = e.user_id`

/** A wallet's entries, newest first. */
export const listWalletEntries = (
  sql: Sql,
  filter: Window & { userId: string; page: PageRequest },
): Promise<Page<WalletEntryRow>> =>
  listPage(sql, {
    select: ENTRIES,
    where: [when(filter.userId, 'e.user_id = ?'), ...within(filter, 'e.at')],
    keys: [{ column: 'e.id', type: 'integer', of: row => row.id }],
    page: filter.page,
  })
