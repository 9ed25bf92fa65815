import { z } from 'zod'
import { DomainError } from '../../../protocol/errors.ts'
import { type EpochMs, rfc3339 } from '../../../protocol/units.ts'
import { listPileEvents } from '../../store/views/pile-history.ts'
import { listPiles, type PileView } from '../../store/views/piles.ts'
import { listQueue } from '../../store/views/queue.ts'
import { expectedStarts } from '../../use-cases/site/expect.ts'
import { signedIn } from '../auth.ts'
import { pageAnswer, pageOf, pageQuery, pageRequest, windowQuery } from '../paging.ts'
import type { App, RouteContext } from '../ports.ts'
import { mustSucceed } from '../problem.ts'
import { answers, idParams, text } from '../schemas/common.ts'
import * as schema from '../schemas/piles.ts'
import { carOf, pileOf, stateOf } from '../wire/piles.ts'
import { timeOrNull } from '../wire/requests.ts'
import { defined } from './requests.ts'

const user = { access: 'user' as const }
const operator = { access: ['operator', 'admin'] as const }

/** Piles: what they show, who is there, and telling them what to do. */
export function pileRoutes(app: App, { verbs, admin, database, link, clock }: RouteContext): void {
  const tags = ['Piles']
  const mustFind = async (id: string): Promise<PileView> => {
    const [found] = await listPiles(database.pool, { id, now: clock.now() })
    if (!found) throw new DomainError('not-found', 'There is no such pile')
    return found
  }

  app.route({
    method: 'GET',
    url: '/charging-piles',
    config: user,
    schema: {
      tags,
      summary: 'All piles, or those of a site',
      querystring: z.object({ site: text(200).optional() }),
      response: answers({ 200: z.object({ items: z.array(schema.pile), next: z.null() }) }),
    },
    handler: async request => ({
      items: (await listPiles(database.pool, { siteId: request.query.site || undefined, now: clock.now() })).map(pile =>
        pileOf(pile, link),
      ),
      next: null,
    }),
  })

  app.route({
    method: 'GET',
    url: '/charging-piles/queue',
    config: user,
    schema: {
      tags,
      summary: 'Who stands where, in order',
      querystring: z.object({ pileId: text(200).optional(), site: text(200).optional() }),
      response: answers({ 200: schema.queue }),
    },
    handler: async request => {
      const viewer = signedIn(request)
      const now = clock.now()
      const { pileId, site } = request.query
      const piles = pileId
        ? [await mustFind(pileId)]
        : await listPiles(database.pool, { siteId: site || undefined, now })
      const cars = await listQueue(database.pool, { siteId: site || undefined, pileId: pileId || undefined })
      const expected = new Map<string, EpochMs>()
      // the board at one pile is asked for often, and says whose turn it is
      const waiting = pileId ? [] : cars.filter(({ charging }) => !charging)
      for (const siteId of new Set(waiting.map(car => car.siteId)))
        for (const [id, at] of await expectedStarts(database.pool, siteId, now)) expected.set(id, at)
      const startOf = (car: (typeof cars)[number]) =>
        waiting.includes(car) ? { expectedStartAt: timeOrNull(expected.get(car.requestId) ?? null) } : {}
      // places of a queue are told from 1, whatever the dispatcher counts from
      const inOrder = (place: (typeof cars)[number]['place'], id: string | null = null) =>
        cars
          .filter(car => car.place === place && car.pileId === id)
          .map((car, index) => ({ ...carOf(car, index + 1, viewer, now), ...startOf(car) }))
      return {
        piles: piles.map(pile => ({
          id: pile.id,
          mode: pile.mode,
          state: stateOf(pile, link).state,
          powerW: pile.powerW,
          cars: inOrder('pile', pile.id),
        })),
        waiting: inOrder('waiting'),
        faultQueue: inOrder('fault'),
      }
    },
  })

  app.route({
    method: 'GET',
    url: '/charging-piles/:id',
    config: user,
    schema: { tags, summary: 'One pile', params: idParams, response: answers({ 200: schema.pile }) },
    handler: async request => pileOf(await mustFind(request.params.id), link),
  })

  app.route({
    method: 'GET',
    url: '/charging-piles/:id/history',
    config: user,
    schema: {
      tags,
      summary: 'Its state changes with cause, newest first',
      params: idParams,
      querystring: z.object({ ...pageQuery, ...windowQuery }),
      response: answers({ 200: pageOf(schema.pileEvent) }),
    },
    handler: async request => {
      const { id } = await mustFind(request.params.id)
      const page = await listPileEvents(database.pool, {
        ...request.query,
        pileId: id,
        page: pageRequest(request.query),
      })
      return pageAnswer(page, event => ({ ...event, at: rfc3339(event.at) }))
    },
  })

  app.route({
    method: 'PUT',
    url: '/charging-piles/:id/control',
    config: { access: ['operator', 'technician', 'admin'] },
    schema: {
      tags,
      summary: 'Switch on, off (after the running session), to maintenance; unlock; reset',
      params: idParams,
      body: schema.controlBody,
      response: answers({
        200: z.object({
          id: z.string(),
          state: z.string(),
          command: z.object({ id: z.string(), status: z.string() }).nullable(),
        }),
      }),
    },
    handler: async request =>
      mustSucceed(await verbs.controlPile(signedIn(request), request.params.id, defined(request.body))),
  })

  app.route({
    method: 'POST',
    url: '/charging-piles',
    config: operator,
    schema: {
      tags,
      summary: 'Add a pile to a charge point',
      body: schema.pileBody,
      response: answers({ 201: schema.pile }),
    },
    handler: async (request, reply) => {
      const id = await admin.createPile(request.body)
      return reply
        .code(201)
        .header('location', `/api/v1/charging-piles/${encodeURIComponent(id)}`)
        .send(pileOf(await mustFind(id), link))
    },
  })

  app.route({
    method: 'PATCH',
    url: '/charging-piles/:id',
    config: operator,
    schema: {
      tags,
      summary: 'Change power, places or mode',
      params: idParams,
      body: schema.pileChange,
      response: answers({ 200: schema.pile }),
    },
    handler: async request => {
      await admin.changePile((await mustFind(request.params.id)).id, request.body)
      return pileOf(await mustFind(request.params.id), link)
    },
  })
}
