import type { ClientBase } from 'pg'
import type { EpochMs } from '../../../protocol/units.ts'
import { at } from '../../store/site/run.ts'
import type { PaymentProvider } from './provider.ts'

export type WalletEntryKind = 'top-up' | 'payment' | 'refund' | 'payout'

export interface WalletMove {
  userId: string
  currency: string
  kind: WalletEntryKind
  /** Signed: what the balance changes by. */
  amountMinor: number
  billId?: string | null
  actorId?: string | null
  note?: string | null
  at: EpochMs
  /** Refused where the balance would fall below this; absent: a bill may take it below zero by a last sample. */
  floor?: number
}

const MOVE = /* sql */ `
with moved as (
  update wallets set balance_minor = balance_minor + $3 where user_id = $1 and currency = $2 and balance_minor + $3 >= coalesce($4::bigint, -9007199254740991)
  returning user_id, balance_minor
)
insert into wallet_entries (user_id, kind, amount_minor, balance_minor, bill_id, actor_id, note, at)
select user_id, $5, $3, balance_minor, $6, $7, $8, ${at('$9')} from moved
returning id, balance_minor as "balanceMinor"`

/** Balance and entry in one statement; undefined without such a wallet, or below the floor. */
export async function moveWallet(
  client: ClientBase,
  move: WalletMove,
): Promise<{ id: number; balanceMinor: number } | undefined> {
  const { userId, currency, amountMinor, floor, kind, billId, actorId, note } = move
  const { rows } = await client.query<{ id: number; balanceMinor: number }>({
    name: 'move-wallet',
    text: MOVE,
    values: [
      userId,
      currency,
      amountMinor,
      floor ?? null,
      kind,
      billId ?? null,
      actorId ?? null,
      note ?? null,
      move.at,
    ],
  })
  return rows[0]
}

/**
 * Prepaid money in the database. A driver with a wallet in the site's currency pays from it; the last sample of a session
 * that was stopped at the limit may take it a little below zero.
 */
export const wallet: PaymentProvider = {
  name: 'wallet',

  async available(client, { userId, currency }) {
    if (userId === null) return null
    const { rows } = await client.query<{ balance: number }>(
      'select balance_minor as balance from wallets where user_id = $1 and currency = $2',
      [userId, currency],
    )
    return rows[0]?.balance ?? null
  },

  async collect(client, { billId, userId, currency }, amountMinor, now) {
    if (userId === null) return null
    const entry = await moveWallet(client, {
      userId,
      currency,
      kind: 'payment',
      amountMinor: -amountMinor,
      billId,
      at: now,
    })
    return entry === undefined ? null : { amountMinor, reference: String(entry.id) }
  },

  async refund(client, { billId, userId, currency }, amountMinor, now) {
    if (userId === null) return null
    const entry = await moveWallet(client, { userId, currency, kind: 'refund', amountMinor, billId, at: now })
    return entry === undefined ? null : { amountMinor, reference: String(entry.id) }
  },
}
