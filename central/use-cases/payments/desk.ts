import type { ClientBase, Pool } from 'pg'
import type { Clock } from '../../../protocol/clock.ts'
import { DomainError } from '../../../protocol/errors.ts'
import { newId } from '../../../protocol/ids.ts'
import type { EpochMs, Money } from '../../../protocol/units.ts'
import { at } from '../../store/site/run.ts'
import type { Actor } from '../verbs.ts'
import { type Account, accountOf, PROVIDERS, record } from './account.ts'
import { budgetsOf } from './limit.ts'
import { moveWallet } from './wallet.ts'

export type BudgetPeriod = 'session' | 'day' | 'month'

/** Whose budget: a user's or a tag's. */
export type BudgetOwner = { userId: string } | { tag: string }

export interface BudgetView {
  period: BudgetPeriod
  limit: Money
  /** Billed in the present local day or month of the default zone; always 0 per session. */
  spent: Money
}

export interface WalletView {
  userId: string
  balance: Money
  createdAt: EpochMs
}

/** Payments, wallets and budgets as people ask for them. What moves money is one transaction. */
export function createPayments({ pool, clock }: { pool: Pool; clock: Clock }) {
  async function transaction<T>(work: (client: ClientBase) => Promise<T>): Promise<T> {
    const client = await pool.connect()
    try {
      await client.query('begin')
      const result = await work(client)
      await client.query('commit')
      return result
    } catch (error) {
      await client.query('rollback')
      throw error
    } finally {
      client.release()
    }
  }

  /** The bill's account, with its site's row locked: links of the chain follow one another. */
  async function locked(client: ClientBase, billId: string): Promise<Account> {
    await client.query('select from sites where id = (select site_id from bills where id = $1) for update', [billId])
    const account = await accountOf(client, billId)
    if (account === undefined) throw new DomainError('not-found')
    return account
  }

  const mustMatch = (amount: Money | undefined, currency: string): void => {
    if (amount !== undefined && amount.currency !== currency)
      throw new DomainError('state-forbids', `This is kept in ${currency}, not in ${amount.currency}`)
  }

  async function walletOf(userId: string): Promise<WalletView> {
    const { rows } = await pool.query<{ currency: string; amount: number; createdAt: EpochMs }>(
      'select currency, balance_minor as amount, created_at as "createdAt" from wallets where user_id = $1',
      [userId],
    )
    if (rows[0] === undefined) throw new DomainError('not-found', 'There is no wallet')
    const { currency, amount, createdAt } = rows[0]
    return { userId, balance: { amount, currency }, createdAt }
  }

  return {
    walletOf,

    /** Prepaid money comes in; the first top-up makes the wallet. Throws `not-found` (user) and `state-forbids` (currency). */
    async topUp(actor: Actor, userId: string, amount: Money, note: string | null): Promise<WalletView> {
      await transaction(async client => {
        const now = clock.now()
        const { rowCount } = await client.query('select from users where id = $1', [userId])
        if (!rowCount) throw new DomainError('not-found', 'There is no such user')
        await client.query(
          `insert into wallets (user_id, currency, created_at) values ($1, $2, ${at('$3')}) on conflict do nothing`,
          [userId, amount.currency, now],
        )
        const move = { userId, currency: amount.currency, amountMinor: amount.amount, actorId: actor.id, note, at: now }
        if ((await moveWallet(client, { ...move, kind: 'top-up' })) === undefined)
          throw new DomainError('state-forbids', `The wallet is not in ${amount.currency}`)
      })
      return walletOf(userId)
    },

    /** Money that a driver gets back out. Throws `not-found`, and `no-credit` below zero. */
    async payOut(actor: Actor, userId: string, amount: Money, note: string | null): Promise<WalletView> {
      mustMatch(amount, (await walletOf(userId)).balance.currency)
      await transaction(async client => {
        const { currency } = amount
        const move = { userId, currency, amountMinor: -amount.amount, actorId: actor.id, note, at: clock.now() }
        if ((await moveWallet(client, { ...move, kind: 'payout', floor: 0 })) === undefined)
          throw new DomainError('no-credit', 'The balance is less than that')
      })
      return walletOf(userId)
    },

    /** Money that came some other way (cash, a card terminal, a payment system). All that is still owed, or a part. */
    async recordPayment(
      actor: Actor,
      billId: string,
      input: {
        amount?: Money | undefined
        provider: string
        reference?: string | undefined
        note?: string | undefined
      },
    ): Promise<string> {
      // money said to come from a wallet would come back into it with a refund
      if (PROVIDERS.some(({ name }) => name === input.provider))
        throw new DomainError('state-forbids', `"${input.provider}" collects by itself and is not recorded by hand`)
      return transaction(async client => {
        const account = await locked(client, billId)
        mustMatch(input.amount, account.currency)
        const open = account.owedMinor - account.paidMinor + account.refundedMinor
        const amountMinor = input.amount?.amount ?? open
        if (amountMinor <= 0 || amountMinor > open)
          throw new DomainError('state-forbids', `${open} of this bill is open, in minor units`)
        return record(client, account, {
          kind: 'payment',
          provider: input.provider,
          amountMinor,
          reference: input.reference ?? null,
          note: input.note ?? null,
          actorId: actor.id,
          now: clock.now(),
        })
      })
    },

    /** Gives back what was paid, all or a part: through the wallet where it came from there, else noted as done by hand. */
    async refund(actor: Actor, billId: string, input: { amount?: Money | undefined; note: string }): Promise<string> {
      return transaction(async client => {
        const account = await locked(client, billId)
        mustMatch(input.amount, account.currency)
        const net = account.paidMinor - account.refundedMinor
        const amountMinor = input.amount?.amount ?? net
        if (amountMinor <= 0 || amountMinor > net)
          throw new DomainError('state-forbids', `${net} of this bill is paid, in minor units`)
        const now = clock.now()
        const provider = PROVIDERS.find(({ name }) => name === account.provider)
        const moved = (await provider?.refund(client, account, amountMinor, now)) ?? null
        return record(client, account, {
          kind: 'refund',
          // what a provider could not give back (the account is gone) is given back by hand
          provider: provider !== undefined && moved === null ? 'manual' : (account.provider ?? 'manual'),
          amountMinor,
          reference: moved?.reference ?? null,
          note: input.note,
          actorId: actor.id,
          now,
        })
      })
    },

    /** Sets a limit per session, local day or month; another one of that period is replaced. Throws `not-found`. */
    async setBudget(owner: BudgetOwner, period: BudgetPeriod, limit: Money): Promise<void> {
      const [column, value] = 'userId' in owner ? ['user_id', owner.userId] : ['tag', owner.tag]
      const { rowCount } = await pool.query(
        'userId' in owner ? 'select from users where id = $1' : 'select from id_tags where lower(tag) = lower($1)',
        [value],
      )
      if (!rowCount) throw new DomainError('not-found', `There is no such ${'userId' in owner ? 'user' : 'tag'}`)
      const key = column === 'tag' ? 'lower(tag)' : column
      await pool.query(
        `insert into budgets (id, ${column}, period, limit_minor, currency, created_at) values ($1, $2, $3, $4, $5, ${at('$6')})
         on conflict (${key}, period) where ${column} is not null do update set limit_minor = excluded.limit_minor, currency = excluded.currency`,
        [newId(), value, period, limit.amount, limit.currency, clock.now()],
      )
    },

    /** Throws `not-found`. */
    async removeBudget(owner: BudgetOwner, period: BudgetPeriod): Promise<void> {
      const [where, value] = 'userId' in owner ? ['user_id = $1', owner.userId] : ['lower(tag) = lower($1)', owner.tag]
      const { rowCount } = await pool.query(`delete from budgets where ${where} and period = $2`, [value, period])
      if (!rowCount) throw new DomainError('not-found')
    },

    /** Days and months are those of this zone. */
    async budgets(owner: BudgetOwner, timeZone: string): Promise<BudgetView[]> {
      const spender = 'userId' in owner ? { userId: owner.userId, idTag: null } : { userId: null, idTag: owner.tag }
      const where = 'userId' in owner ? 'user_id = $1' : 'lower(tag) = lower($1)'
      const { rows } = await pool.query<{ currency: string }>(
        `select distinct currency from budgets where ${where} order by 1`,
        [spender.userId ?? spender.idTag],
      )
      const client = await pool.connect()
      try {
        const found: BudgetView[] = []
        for (const { currency } of rows)
          for (const { period, limitMinor, spentMinor } of await budgetsOf(
            client,
            spender,
            { currency, timeZone },
            clock.now(),
          ))
            found.push({ period, limit: { amount: limitMinor, currency }, spent: { amount: spentMinor, currency } })
        return found
      } finally {
        client.release()
      }
    },
  }
}

export type Payments = ReturnType<typeof createPayments>
