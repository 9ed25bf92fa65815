import { z } from 'zod'
import { DomainError } from '../../../protocol/errors.ts'
import { rfc3339 } from '../../../protocol/units.ts'
import { listBills } from '../../store/views/bill-lists.ts'
import { listWalletEntries, paymentsOf, type WalletEntryRow } from '../../store/views/payments.ts'
import type { BudgetOwner, WalletView } from '../../use-cases/payments/desk.ts'
import { isStaff, ownId, signedIn } from '../auth.ts'
import { pageAnswer, pageOf, pageQuery, pageRequest, windowQuery } from '../paging.ts'
import type { App, RouteContext } from '../ports.ts'
import { answers, empty, idParams, money, named, tag, text, time, uuidOr404 } from '../schemas/common.ts'

const operator = { access: ['operator', 'admin'] as const }
const operatorMoney = { ...operator, idempotent: true }

/** More than any wallet holds; keeps sums far from 2^53. */
const MOST_MINOR = 1_000_000_000_000
const currency = z.string().regex(/^[A-Z]{3}$/, 'Must be three capital letters (ISO 4217)')
const positive = z.strictObject({ amount: z.number().int().positive().max(MOST_MINOR), currency })
const limit = z.strictObject({ amount: z.number().int().min(0).max(MOST_MINOR), currency })

const payment = named(
  'Payment',
  z.object({
    id: z.string(),
    kind: z.enum(['payment', 'refund']),
    provider: z.string(),
    amount: money,
    reference: z.string().nullable(),
    note: z.string().nullable(),
    at: time,
  }),
)
const billAccount = z.object({
  billId: z.string(),
  state: z.enum(['unpaid', 'paid', 'refunded']),
  items: z.array(payment),
})
const wallet = named('Wallet', z.object({ userId: z.string(), balance: money, createdAt: time }))
const walletEntry = z.object({
  id: z.number().int(),
  kind: z.enum(['top-up', 'payment', 'refund', 'payout']),
  amount: money,
  balance: money,
  billId: z.string().nullable(),
  note: z.string().nullable(),
  at: time,
})
const budget = z.object({ period: z.enum(['session', 'day', 'month']), limit: money, spent: money })
const budgets = z.object({ items: z.array(budget) })
const move = z.strictObject({ amount: positive, note: text(500).optional() })
const listQuery = z.object({ ...pageQuery, ...windowQuery })
const period = z.enum(['session', 'day', 'month'])

const walletAnswer = ({ createdAt, ...rest }: WalletView) => ({ ...rest, createdAt: rfc3339(createdAt) })
const entryAnswer = ({ amountMinor, balanceMinor, currency, at, ...rest }: WalletEntryRow) => ({
  ...rest,
  amount: { amount: amountMinor, currency },
  balance: { amount: balanceMinor, currency },
  at: rfc3339(at),
})

/** What a path names a budget's owner by. */
interface Named {
  id?: string
  tag?: string
}

/** Who paid what, prepaid wallets, and budgets. */
export function paymentRoutes(app: App, { database, payments }: RouteContext): void {
  const tags = ['Payments']

  async function account(id: string, userId?: string) {
    const { rows } = await listBills(database.pool, { id, userId, page: { limit: 1, after: null } })
    if (!rows[0]) throw new DomainError('not-found')
    const items = (await paymentsOf(database.pool, id)).map(({ amountMinor, currency, at, ...rest }) => ({
      ...rest,
      amount: { amount: amountMinor, currency },
      at: rfc3339(at),
    }))
    return { billId: id, state: rows[0].state, items }
  }

  app.route({
    method: 'GET',
    url: '/billing/bills/:id/payments',
    config: { access: ['driver', 'operator', 'admin'] },
    schema: {
      tags,
      summary: 'What came and went for a bill',
      params: idParams,
      response: answers({ 200: billAccount }),
    },
    handler: request => account(uuidOr404(request.params.id), isStaff(signedIn(request)) ? undefined : ownId(request)),
  })

  app.route({
    method: 'POST',
    url: '/billing/bills/:id/payments',
    config: operatorMoney,
    schema: {
      tags,
      summary: 'Record money that came for a bill: all that is open, or a part',
      params: idParams,
      body: z.strictObject({
        provider: text(40, 1).default('manual'),
        amount: positive.optional(),
        reference: text(200).optional(),
        note: text(500).optional(),
      }),
      response: answers({ 201: billAccount }),
    },
    handler: async (request, reply) => {
      const id = uuidOr404(request.params.id)
      await payments.recordPayment(signedIn(request), id, request.body)
      return reply.code(201).send(await account(id))
    },
  })

  app.route({
    method: 'POST',
    url: '/billing/bills/:id/refunds',
    config: operatorMoney,
    schema: {
      tags,
      summary: 'Give back what was paid, all or a part; into the wallet where it came from there',
      params: idParams,
      body: z.strictObject({ amount: positive.optional(), note: text(500, 1) }),
      response: answers({ 201: billAccount }),
    },
    handler: async (request, reply) => {
      const id = uuidOr404(request.params.id)
      await payments.refund(signedIn(request), id, request.body)
      return reply.code(201).send(await account(id))
    },
  })

  app.route({
    method: 'GET',
    url: '/wallet',
    config: { access: ['driver'] },
    schema: { tags, summary: 'Own prepaid balance; 404 without a wallet', response: answers({ 200: wallet }) },
    handler: async request => walletAnswer(await payments.walletOf(ownId(request))),
  })

  app.route({
    method: 'GET',
    url: '/wallet/entries',
    config: { access: ['driver'] },
    schema: {
      tags,
      summary: 'Own wallet entries, newest first',
      querystring: listQuery,
      response: answers({ 200: pageOf(walletEntry) }),
    },
    handler: async request =>
      pageAnswer(
        await listWalletEntries(database.pool, {
          ...request.query,
          userId: ownId(request),
          page: pageRequest(request.query),
        }),
        entryAnswer,
      ),
  })

  app.route({
    method: 'GET',
    url: '/users/:id/wallet',
    config: operator,
    schema: { tags, summary: 'Prepaid balance of a driver', params: idParams, response: answers({ 200: wallet }) },
    handler: async request => walletAnswer(await payments.walletOf(uuidOr404(request.params.id))),
  })

  app.route({
    method: 'GET',
    url: '/users/:id/wallet/entries',
    config: operator,
    schema: {
      tags,
      summary: 'Wallet entries of a driver, newest first',
      params: idParams,
      querystring: listQuery,
      response: answers({ 200: pageOf(walletEntry) }),
    },
    handler: async request =>
      pageAnswer(
        await listWalletEntries(database.pool, {
          ...request.query,
          userId: uuidOr404(request.params.id),
          page: pageRequest(request.query),
        }),
        entryAnswer,
      ),
  })

  app.route({
    method: 'POST',
    url: '/users/:id/wallet/top-ups',
    config: operatorMoney,
    schema: {
      tags,
      summary: 'Top up; the first makes the wallet, and from then on the driver pays from it',
      params: idParams,
      body: move,
      response: answers({ 201: wallet }),
    },
    handler: async (request, reply) => {
      const { amount, note = null } = request.body
      return reply
        .code(201)
        .send(walletAnswer(await payments.topUp(signedIn(request), uuidOr404(request.params.id), amount, note)))
    },
  })

  app.route({
    method: 'POST',
    url: '/users/:id/wallet/payouts',
    config: operatorMoney,
    schema: { tags, summary: 'Pay out', params: idParams, body: move, response: answers({ 201: wallet }) },
    handler: async (request, reply) => {
      const { amount, note = null } = request.body
      return reply
        .code(201)
        .send(walletAnswer(await payments.payOut(signedIn(request), uuidOr404(request.params.id), amount, note)))
    },
  })

  const siteZone = async (): Promise<string> => {
    const { rows } = await database.pool.query<{ zone: string }>(
      'select time_zone as zone from sites order by created_at, id limit 1',
    )
    return rows[0]?.zone ?? 'UTC'
  }

  const owners = [
    {
      path: '/users/:id/budgets',
      params: idParams,
      of: ({ id = '' }: Named): BudgetOwner => ({ userId: uuidOr404(id) }),
    },
    {
      path: '/id-tags/:tag/budgets',
      params: z.object({ tag }),
      of: (named: Named): BudgetOwner => ({ tag: named.tag ?? '' }),
    },
  ]
  for (const { path, params, of } of owners) {
    app.route({
      method: 'GET',
      url: path,
      config: operator,
      schema: { tags, summary: 'Limits on what may be charged for', params, response: answers({ 200: budgets }) },
      handler: async request => ({ items: await payments.budgets(of(request.params), await siteZone()) }),
    })

    app.route({
      method: 'PUT',
      url: `${path}/:period`,
      config: operator,
      schema: {
        tags,
        summary: 'Set a limit per session, local day or month: charging stops when it is reached',
        params: z.object({ ...params.shape, period }),
        body: z.strictObject({ limit }),
        response: answers({ 200: budgets }),
      },
      handler: async request => {
        const owner = of(request.params)
        await payments.setBudget(owner, request.params.period, request.body.limit)
        return { items: await payments.budgets(owner, await siteZone()) }
      },
    })

    app.route({
      method: 'DELETE',
      url: `${path}/:period`,
      config: operator,
      schema: {
        tags,
        summary: 'Remove a limit',
        params: z.object({ ...params.shape, period }),
        response: answers({ 204: empty }),
      },
      handler: async (request, reply) => {
        await payments.removeBudget(of(request.params), request.params.period)
        return reply.code(204).send(null)
      },
    })
  }
}
