import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { DomainError } from '../../../protocol/errors.ts'
import { type ListedBill, listBills, listDetails } from '../../store/views/bill-lists.ts'
import { defaultSiteId } from '../../store/views/queue.ts'
import { estimateCost } from '../../use-cases/billing/estimate.ts'
import { isStaff, ownId, signedIn } from '../auth.ts'
import { csvOf, decimalOf } from '../csv.ts'
import { pageAnswer, pageOf, pageQuery, pageRequest, windowQuery } from '../paging.ts'
import type { App, RouteContext } from '../ports.ts'
import { billRow, estimate, estimateBody, listedBill, listedDetail } from '../schemas/bills.ts'
import { answers, identity, idParams, uuidOr404 } from '../schemas/common.ts'
import { estimateOf, listedBillOf, listedDetailOf } from '../wire/bills.ts'

const access = { access: ['driver', 'operator', 'admin'] as const }
const format = z.enum(['json', 'csv']).default('json')
const listQuery = { ...pageQuery, ...windowQuery, userId: z.uuid().optional(), site: identity.optional(), format }

/** Most rows of one file; `from` and `to` cut a longer history into several. */
const CSV_ROWS = 10_000

/** Bills and their details: drivers see their own. */
export function billingRoutes(app: App, { database, clock }: RouteContext): void {
  const tags = ['Billing']
  const ownerOf = (request: FastifyRequest, wanted?: string): string | undefined => {
    const actor = signedIn(request)
    return isStaff(actor) ? wanted : ownId(request)
  }

  const sendCsv = (reply: FastifyReply, name: string, text: string): never =>
    reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="${name}.csv"`)
      .serializer((csv: unknown) => String(csv))
      .send(text) as never

  app.route({
    method: 'POST',
    url: '/billing/estimate',
    config: { access: 'user' },
    schema: { tags, summary: 'What a charge would cost', body: estimateBody, response: answers({ 200: estimate }) },
    handler: async request => {
      const { mode, energyWh, startAt = clock.now(), siteId = await defaultSiteId(database.pool) } = request.body
      if (siteId === undefined) throw new DomainError('not-found', 'There is no site')
      return estimateOf(await estimateCost({ database }, { mode, energyWh, startAt, siteId }))
    },
  })

  app.route({
    method: 'GET',
    url: '/billing/details',
    config: access,
    schema: {
      tags,
      summary: 'Details, newest first; `format=csv` for a spreadsheet',
      querystring: z.object({ ...listQuery, pileId: identity.optional(), requestId: z.uuid().optional() }),
      response: answers({ 200: pageOf(listedDetail) }),
    },
    handler: async (request, reply) => {
      const { site, userId, format: wanted, limit: _, cursor: __, ...filter } = request.query
      const asCsv = wanted === 'csv'
      const page = asCsv ? { limit: CSV_ROWS, after: null } : pageRequest(request.query)
      const found = await listDetails(database.pool, {
        ...filter,
        siteId: site,
        userId: ownerOf(request, userId),
        page,
      })
      return asCsv
        ? sendCsv(reply, 'details', detailsCsv(found.rows.map(listedDetailOf)))
        : pageAnswer(found, listedDetailOf)
    },
  })

  app.route({
    method: 'GET',
    url: '/billing/details/:id',
    config: access,
    schema: { tags, summary: 'One detail', params: idParams, response: answers({ 200: listedDetail }) },
    handler: async request => {
      const page = { limit: 1, after: null }
      const { rows } = await listDetails(database.pool, {
        id: uuidOr404(request.params.id),
        userId: ownerOf(request),
        page,
      })
      if (!rows[0]) throw new DomainError('not-found')
      return listedDetailOf(rows[0])
    },
  })

  app.route({
    method: 'GET',
    url: '/billing/bills',
    config: access,
    schema: {
      tags,
      summary: 'Bills, newest first; `format=csv` for a spreadsheet',
      querystring: z.object(listQuery),
      response: answers({ 200: pageOf(billRow) }),
    },
    handler: async (request, reply) => {
      const { site, userId, format: wanted, from, to } = request.query
      const asCsv = wanted === 'csv'
      const page = asCsv ? { limit: CSV_ROWS, after: null } : pageRequest(request.query)
      const found = await listBills(database.pool, { from, to, siteId: site, userId: ownerOf(request, userId), page })
      return asCsv ? sendCsv(reply, 'bills', billsCsv(found.rows.map(listedBillOf))) : pageAnswer(found, listedBillOf)
    },
  })

  app.route({
    method: 'GET',
    url: '/billing/bills/:id',
    config: access,
    schema: {
      tags,
      summary: 'One bill with its details',
      params: idParams,
      querystring: z.object({ format }),
      response: answers({ 200: listedBill }),
    },
    handler: async (request, reply) => {
      const bill = await mustFindBill(uuidOr404(request.params.id), ownerOf(request))
      const { rows } = await listDetails(database.pool, {
        requestId: bill.requestId,
        page: { limit: 1000, after: null },
      })
      const details = rows.map(listedDetailOf).reverse()
      return request.query.format === 'csv'
        ? sendCsv(reply, `bill-${bill.number}`, detailsCsv(details))
        : { ...listedBillOf(bill), details }
    },
  })

  async function mustFindBill(id: string, userId: string | undefined): Promise<ListedBill> {
    const { rows } = await listBills(database.pool, { id, userId, page: { limit: 1, after: null } })
    if (!rows[0]) throw new DomainError('not-found')
    return rows[0]
  }
}

type Detail = ReturnType<typeof listedDetailOf>

const detailsCsv = (details: Detail[]): string =>
  csvOf(
    [
      'number',
      'kind',
      'pile',
      'session',
      'started',
      'ended',
      'energyWh',
      'chargingSeconds',
      'energyFee',
      'serviceFee',
      'otherFee',
      'total',
      'currency',
      'stopReason',
    ],
    details.map(d => [
      d.number,
      d.kind,
      d.pileId,
      d.sessionId,
      d.startedAt,
      d.endedAt,
      d.energyWh,
      d.chargingSeconds,
      decimalOf(d.energyFee.amount),
      decimalOf(d.serviceFee.amount),
      decimalOf(d.otherFee.amount),
      decimalOf(d.total.amount),
      d.total.currency,
      d.stopReason,
    ]),
  )

const billsCsv = (bills: ReturnType<typeof listedBillOf>[]): string =>
  csvOf(
    ['number', 'request', 'site', 'energyWh', 'total', 'currency', 'state', 'created'],
    bills.map(b => [
      b.number,
      b.requestId,
      b.siteId,
      b.energyWh,
      decimalOf(b.total.amount),
      b.total.currency,
      b.state,
      b.createdAt,
    ]),
  )
