import type { ClientBase } from 'pg'
import { newId } from '../../../protocol/ids.ts'
import type { EpochMs } from '../../../protocol/units.ts'
import { createLedger } from '../../store/ledger/append.ts'
import { at, runOn } from '../../store/site/run.ts'
import type { PaymentProvider } from './provider.ts'
import { wallet } from './wallet.ts'

/** Asked in this order; the first that knows the driver collects. */
export const PROVIDERS: readonly PaymentProvider[] = [wallet]

/** Where a bill stands. */
export interface Account {
  billId: string
  siteId: string
  userId: string | null
  currency: string
  /** Its total with all corrections. */
  owedMinor: number
  paidMinor: number
  refundedMinor: number
  /** Through whom the last payment came. */
  provider: string | null
}

const ACCOUNT = /* sql */ `
select b.id as "billId", b.site_id as "siteId", b.user_id as "userId", b.currency,
  -- a correction that came before its bill is in the total already: what all details come to counts
  coalesce((select sum(d.total_minor) from billing_details d where d.bill_id = b.id), b.total_minor)::bigint as "owedMinor",
  coalesce((select sum(p.amount_minor) from payments p where p.bill_id = b.id and p.kind = 'payment'), 0)::bigint as "paidMinor",
  coalesce((select sum(p.amount_minor) from payments p where p.bill_id = b.id and p.kind = 'refund'), 0)::bigint as "refundedMinor",
  (select p.provider from payments p where p.bill_id = b.id and p.kind = 'payment' order by p.at desc, p.id desc limit 1) as provider
from bills b where b.id = $1`

export async function accountOf(client: ClientBase, billId: string): Promise<Account | undefined> {
  return (await client.query<Account>(ACCOUNT, [billId])).rows[0]
}

export interface NewPayment {
  kind: 'payment' | 'refund'
  provider: string
  amountMinor: number
  reference: string | null
  note?: string | null
  actorId?: string | null
  now: EpochMs
}

/** Writes money that moved, chains it and keeps the bill's state. The caller holds the lock on the site's row. */
export async function record(client: ClientBase, account: Account, payment: NewPayment): Promise<string> {
  const id = newId()
  const run = runOn(client)
  await run(
    `insert into payments (id, bill_id, kind, provider, amount_minor, currency, reference, note, actor_id, at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, ${at('$10')})`,
    [
      id,
      account.billId,
      payment.kind,
      payment.provider,
      payment.amountMinor,
      account.currency,
      payment.reference,
      payment.note ?? null,
      payment.actorId ?? null,
      payment.now,
    ],
  )
  await createLedger(run).chain(account.siteId, 'payment', id, payment.now)
  await keepState(client, account.billId, payment.now)
  return id
}

/** Paid when nothing is owed any more, refunded when all that was paid went back. */
export async function keepState(client: ClientBase, billId: string, now: EpochMs): Promise<void> {
  const account = await accountOf(client, billId)
  if (account === undefined) return
  const state = stateOf(account)
  await client.query(
    `update bills set state = $2, paid_at = case when $2 = 'unpaid' then null else coalesce(paid_at, ${at('$3')}) end where id = $1 and state <> $2`,
    [billId, state, now],
  )
}

export function stateOf({ owedMinor, paidMinor, refundedMinor }: Account): 'unpaid' | 'paid' | 'refunded' {
  const net = paidMinor - refundedMinor
  if (refundedMinor > 0 && net === 0) return 'refunded'
  return net >= owedMinor ? 'paid' : 'unpaid'
}

/**
 * A new bill (all that is owed), or a correction of one (its amount; negative is a credit), in the site's
 * transaction. Collected or given back through the driver's provider; without one the bill stays unpaid for others to settle.
 */
export async function settleAmount(
  client: ClientBase,
  billId: string,
  now: EpochMs,
  correctionMinor?: number,
): Promise<void> {
  const account = await accountOf(client, billId)
  if (account === undefined) return
  const amountMinor = correctionMinor ?? account.owedMinor - account.paidMinor + account.refundedMinor
  if (amountMinor > 0) {
    for (const provider of PROVIDERS) {
      const moved = await provider.collect(client, account, amountMinor, now)
      if (moved === null) continue
      await record(client, account, { kind: 'payment', provider: provider.name, ...moved, now })
      return
    }
  }
  const back = Math.min(-amountMinor, account.paidMinor - account.refundedMinor)
  const provider = PROVIDERS.find(({ name }) => name === account.provider)
  if (back > 0 && provider !== undefined) {
    const moved = await provider.refund(client, account, back, now)
    if (moved !== null) {
      await record(client, account, { kind: 'refund', provider: provider.name, ...moved, now })
      return
    }
  }
  await keepState(client, billId, now)
}
