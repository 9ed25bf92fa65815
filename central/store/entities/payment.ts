import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import { Bill } from './bill.ts'
import { identity, instant, int8, oneOf } from './columns.ts'
import { User } from './user.ts'

export const Payment = defineEntity({
  name: 'Payment',
  tableName: 'payments',
  properties: {
    id: p.uuid().primary(),
    billId: () => p.manyToOne(Bill).mapToPk().name('bill_id'),
    kind: oneOf<'payment' | 'refund'>(),
    provider: p.text(),
    amountMinor: int8(),
    currency: p.text(),
    reference: p.text().strictNullable(),
    note: p.text().strictNullable(),
    actorId: () => p.manyToOne(User).mapToPk().name('actor_id').deleteRule('set null').strictNullable(),
    at: instant(),
  },
})
export type Payment = InferEntity<typeof Payment>

/** Prepaid money of a driver; the balance is the sum of its entries. */
export const Wallet = defineEntity({
  name: 'Wallet',
  tableName: 'wallets',
  properties: {
    userId: () => p.oneToOne(User).mapToPk().name('user_id').primary().deleteRule('cascade').updateRule('no action'),
    currency: p.text(),
    balanceMinor: int8().defaultRaw('0'),
    createdAt: instant(),
  },
})
export type Wallet = InferEntity<typeof Wallet>

export const WalletEntry = defineEntity({
  name: 'WalletEntry',
  tableName: 'wallet_entries',
  properties: {
    id: identity(),
    userId: () => p.manyToOne(Wallet).mapToPk().name('user_id').deleteRule('cascade'),
    kind: oneOf<'top-up' | 'payment' | 'refund' | 'payout'>(),
    amountMinor: int8(),
    balanceMinor: int8(),
    billId: () => p.manyToOne(Bill).mapToPk().name('bill_id').deleteRule('no action').strictNullable(),
    actorId: () => p.manyToOne(User).mapToPk().name('actor_id').deleteRule('set null').strictNullable(),
    note: p.text().strictNullable(),
    at: instant(),
  },
})
export type WalletEntry = InferEntity<typeof WalletEntry>

/** What a user or a tag may charge for: per session, local day or local month. */
export const Budget = defineEntity({
  name: 'Budget',
  tableName: 'budgets',
  properties: {
    id: p.uuid().primary(),
    userId: () => p.manyToOne(User).mapToPk().name('user_id').deleteRule('cascade').strictNullable(),
    tag: p.text().strictNullable(),
    period: oneOf<'session' | 'day' | 'month'>(),
    limitMinor: int8(),
    currency: p.text(),
    createdAt: instant(),
  },
})
export type Budget = InferEntity<typeof Budget>
