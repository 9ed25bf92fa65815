import type { ClientBase } from 'pg'
import type { EpochMs } from '../../../protocol/units.ts'

/** A bill as a provider sees it. */
export interface Payable {
  billId: string
  userId: string | null
  currency: string
}

/** Money that moved: how much, and what the provider calls it. */
export interface Moved {
  amountMinor: number
  reference: string | null
}

/**
 * The port for money that answers at once, inside the transaction that makes the bill: what it does is undone with it.
 * Amounts are positive minor units. Whoever settles in their own time stays outside and records payments over REST.
 */
export interface PaymentProvider {
  /** Kept with every payment. */
  readonly name: string
  /** What the driver may still spend here; null where this provider sets no limit to them. */
  available(client: ClientBase, driver: { userId: string | null; currency: string }): Promise<number | null>
  /** Takes the whole amount, or nothing: null when the driver does not pay this way. */
  collect(client: ClientBase, bill: Payable, amountMinor: number, now: EpochMs): Promise<Moved | null>
  /** Gives back what came through this provider; null when it cannot. */
  refund(client: ClientBase, bill: Payable, amountMinor: number, now: EpochMs): Promise<Moved | null>
}
