import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { DomainError } from '../../../protocol/errors.ts'
import { billHead } from '../../store/views/bill-head.ts'
import { type ListedBill, listBills, listDetails } from '../../store/views/bill-lists.ts'
import type { CursorKey, Page, PageRequest } from '../../store/views/page.ts'
import { defaultSiteId } from '../../store/views/queue.ts'
import { siteZones } from '../../store/views/sites.ts'
import { estimateCost } from '../../use-cases/billing/estimate.ts'
import { isStaff, ownId, signedIn } from '../auth.ts'
import { csvOf, csvStream, sendCsv } from '../csv.ts'
import { billPage } from '../html/bill-page.ts'
import { sendPage } from '../html/send.ts'
import { langQuery, languageFor } from '../language.ts'
import { pageAnswer, pageOf, pageQuery, pageRequest, windowQuery } from '../paging.ts'
import type { App, RouteContext } from '../ports.ts'
import { billRow, estimate, estimateBody, listedBill, listedDetail } from '../schemas/bills.ts'
import { answers, identity, idParams, uuidOr404 } from '../schemas/common.ts'
import { estimateOf, listedBillOf, listedDetailOf } from '../wire/bills.ts'
import { billColumns, detailColumns } from '../wire/bills-csv.ts'

const access = { access: ['driver', 'operator', 'admin'] as const }
const format = z.enum(['json', 'csv']).default('json')
const listQuery = {
  ...pageQuery,
  ...windowQuery,
  userId: z.uuid().optional(),
  site: identity.optional(),
  format,
  lang: langQuery,
}

/** Rows of a file that are read at once. */
const CSV_PAGE = 1000

/** Bills and their details: drivers see their own. */
export function billingRoutes(app: App, { database, clock }: RouteContext): void {
  const tags = ['Billing']
  const ownerOf = (request: FastifyRequest, wanted?: string): string | undefined => {
    const actor = signedIn(request)
    return isStaff(actor) ? wanted : ownId(request)
  }

  app.route({
    method: 'POST',
    url: '/billing/estimate',
    config: { access: 'user' },
    schema: { tags, summary: 'What a charge would cost', body: estimateBody, response: answers({ 200: estimate }) },
    handler: async request => {
      const { mode, energyWh, startAt = clock.now(), siteId = await defaultSiteId(database.pool) } = request.body
      if (siteId === undefined) throw new DomainError('not-found', 'There is no site')
      const userId = signedIn(request).id
      return estimateOf(await estimateCost({ database }, { mode, energyWh, startAt, siteId, userId }))
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
      const { site, userId, from, to, pileId, requestId, format: wanted } = request.query
      const filter = { from, to, pileId, requestId, siteId: site, userId: ownerOf(request, userId) }
      const list = (page: PageRequest) => listDetails(database.pool, { ...filter, page })
      const page = pageRequest(request.query)
      if (wanted === 'json') return pageAnswer(await list(page), listedDetailOf)
      const columns = detailColumns(await siteZones(database.pool))
      const language = languageFor(request)
      return sendCsv(
        reply,
        language,
        'details',
        csvStream(columns, language, allRows(list, page.after, listedDetailOf)),
      )
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
      const filter = { from, to, siteId: site, userId: ownerOf(request, userId) }
      const list = (page: PageRequest) => listBills(database.pool, { ...filter, page })
      const page = pageRequest(request.query)
      if (wanted === 'json') return pageAnswer(await list(page), listedBillOf)
      const columns = billColumns(await siteZones(database.pool))
      const language = languageFor(request)
      return sendCsv(reply, language, 'bills', csvStream(columns, language, allRows(list, page.after, listedBillOf)))
    },
  })

  app.route({
    method: 'GET',
    url: '/billing/bills/:id',
    config: access,
    schema: {
      tags,
      summary: 'One bill with its details; `format=html` to print it, `format=csv` for a spreadsheet',
      params: idParams,
      querystring: z.object({ format: z.enum(['json', 'csv', 'html']).default('json'), lang: langQuery }),
      response: answers({ 200: listedBill }),
    },
    handler: async (request, reply) => {
      const bill = await mustFindBill(uuidOr404(request.params.id), ownerOf(request))
      const { rows } = await listDetails(database.pool, {
        requestId: bill.requestId,
        page: { limit: 1000, after: null },
      })
      const details = rows.map(listedDetailOf).reverse()
      if (request.query.format === 'json') return { ...listedBillOf(bill), details }
      const language = languageFor(request)
      if (request.query.format === 'html') {
        const head = await billHead(database.pool, bill.id)
        return sendPage(reply, language, billPage({ bill: listedBillOf(bill), head: head!, details }, language))
      }
      const columns = detailColumns(await siteZones(database.pool))
      return sendCsv(reply, language, `bill-${bill.number}`, csvOf(columns, language, details))
    },
  })

  async function mustFindBill(id: string, userId: string | undefined): Promise<ListedBill> {
    const { rows } = await listBills(database.pool, { id, userId, page: { limit: 1, after: null } })
    if (!rows[0]) throw new DomainError('not-found')
    return rows[0]
  }
}

/** All rows of a list from a cursor on, a page of them at a time. */
async function* allRows<R, T>(
  list: (page: PageRequest) => Promise<Page<R>>,
  after: CursorKey[] | null,
  map: (row: R) => T,
): AsyncGenerator<T[]> {
  let next = after
  do {
    const page: Page<R> = await list({ limit: CSV_PAGE, after: next })
    yield page.rows.map(map)
    next = page.next
  } while (next !== null)
}
