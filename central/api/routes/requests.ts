import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { DomainError } from '../../../protocol/errors.ts'
import { listPiles } from '../../store/views/piles.ts'
import { defaultSiteId, listQueue } from '../../store/views/queue.ts'
import { listRequests } from '../../store/views/requests.ts'
import { listSites } from '../../store/views/sites.ts'
import type { RequestView } from '../../use-cases/verbs.ts'
import { isStaff, ownId, signedIn } from '../auth.ts'
import { preferredLanguage } from '../language.ts'
import { pageAnswer, pageOf, pageQuery, pageRequest, windowQuery } from '../paging.ts'
import type { App, RouteContext } from '../ports.ts'
import { mustSucceed } from '../problem.ts'
import { bill } from '../schemas/bills.ts'
import * as schema from '../schemas/charging.ts'
import { answers, identity, idParams, text, uuidOr404 } from '../schemas/common.ts'
import { billOf } from '../wire/bills.ts'
import { isWorking, stateOf } from '../wire/piles.ts'
import { requestOf, requestRowOf } from '../wire/requests.ts'

const drivers = { access: ['driver', 'operator', 'admin'] as const }
const user = { access: 'user' as const }
const languageOf = (request: FastifyRequest) => preferredLanguage(request.headers['accept-language'])

/** Asking for a charge, changing one's mind, and where one stands. */
export function requestRoutes(app: App, { verbs, database, link, clock }: RouteContext): void {
  const tags = ['Charging']

  app.route({
    method: 'POST',
    url: '/charging/request',
    config: { ...drivers, idempotent: true },
    schema: { tags, summary: 'Ask for a charge', body: schema.requestBody, response: answers({ 201: schema.request }) },
    handler: async (request, reply) => {
      const actor = signedIn(request)
      if (request.body.priority !== undefined && !isStaff(actor))
        throw new DomainError('forbidden', 'Only operators set a priority')
      const view = mustSucceed(await verbs.requestCharge(actor, defined(request.body)))
      return reply
        .code(201)
        .header('location', `/api/v1/charging/request/${view.id}`)
        .send(requestOf(view, languageOf(request)))
    },
  })

  app.route({
    method: 'PATCH',
    url: '/charging/request/:id',
    config: { ...drivers, idempotent: true },
    schema: {
      tags,
      summary: 'Change mode or energy; operators also the priority class of a car that waits',
      params: idParams,
      body: schema.requestChange,
      response: answers({ 200: schema.request }),
    },
    handler: async request => {
      const actor = signedIn(request)
      const id = uuidOr404(request.params.id)
      const change = defined(request.body)
      if (change.priority !== undefined && !isStaff(actor))
        throw new DomainError('forbidden', 'Only operators set a priority')
      const before = isStaff(actor) ? mustSucceed(await verbs.viewRequest(actor, id)) : null
      const after = mustSucceed(await verbs.changeRequest(actor, id, change))
      if (before !== null) request.audited = { before: termsOf(before), after: termsOf(after) }
      return requestOf(after, languageOf(request))
    },
  })

  app.route({
    method: 'GET',
    url: '/charging/request/:id',
    config: drivers,
    schema: { tags, summary: 'One request', params: idParams, response: answers({ 200: schema.request }) },
    handler: async request =>
      requestOf(
        mustSucceed(await verbs.viewRequest(signedIn(request), uuidOr404(request.params.id))),
        languageOf(request),
      ),
  })

  app.route({
    method: 'GET',
    url: '/charging/requests',
    config: drivers,
    schema: {
      tags,
      summary: 'Own requests, newest first; operators see all',
      querystring: z.object({
        ...pageQuery,
        ...windowQuery,
        userId: z.uuid().optional(),
        siteId: identity.optional(),
        active: z.stringbool().optional(),
      }),
      response: answers({ 200: pageOf(schema.requestRow) }),
    },
    handler: async request => {
      const actor = signedIn(request)
      const userId = isStaff(actor) ? request.query.userId : ownId(request)
      return pageAnswer(
        await listRequests(database.pool, { ...request.query, userId, page: pageRequest(request.query) }),
        requestRowOf,
      )
    },
  })

  app.route({
    method: 'GET',
    url: '/charging/queue-status',
    config: user,
    schema: {
      tags,
      summary: 'Own active request; with `site` how full that site is',
      querystring: z.object({ site: text(200).optional() }),
      response: answers({ 200: z.union([schema.request, schema.siteQueue]) }),
    },
    handler: async request => {
      const { site } = request.query
      if (site === undefined)
        return requestOf(mustSucceed(await verbs.activeRequest(signedIn(request))), languageOf(request))
      return siteQueue(site === '' ? await defaultSiteId(database.pool) : site)
    },
  })

  async function siteQueue(siteId: string | undefined) {
    const found =
      siteId === undefined
        ? undefined
        : (await listSites(database.pool, { id: siteId, page: { limit: 1, after: null } })).rows[0]
    if (!found) throw new DomainError('not-found', 'There is no such site')
    const [cars, piles] = [
      await listQueue(database.pool, { siteId: found.id }),
      await listPiles(database.pool, { siteId: found.id, now: clock.now() }),
    ]
    const of = (mode: 'fast' | 'trickle') => ({
      waiting: cars.filter(car => car.place !== 'pile' && car.mode === mode).length,
      freePlaces: piles
        .filter(pile => pile.mode === mode && isWorking(stateOf(pile, link)))
        .reduce((sum, pile) => sum + Math.max(0, pile.queueLength - pile.queued), 0),
    })
    return { siteId: found.id, fast: of('fast'), trickle: of('trickle') }
  }

  app.route({
    method: 'POST',
    url: '/charging/cancel',
    config: { ...drivers, idempotent: true },
    schema: {
      tags,
      summary: 'Cancel a request; what was delivered is billed',
      body: schema.cancelBody,
      response: answers({ 200: z.object({ id: z.string(), status: z.string(), bill: bill.nullable() }) }),
    },
    handler: async request => {
      const {
        id,
        status,
        bill: made,
      } = mustSucceed(await verbs.cancelRequest(signedIn(request), request.body?.requestId))
      return { id, status, bill: made === null ? null : billOf(made) }
    },
  })
}

/** What may be changed of a request, for the audit. */
const termsOf = ({ number, mode, energyWh, priority }: RequestView) => ({ number, mode, energyWh, priority })

/** Without members that are undefined, as `exactOptionalPropertyTypes` wants it. */
export const defined = <T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
