import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { DomainError } from '../../../protocol/errors.ts'
import { findSession, listReadings, listSessions, type SessionView } from '../../store/views/sessions.ts'
import { isStaff, ownId, signedIn } from '../auth.ts'
import { pageAnswer, pageOf, pageQuery, pageRequest, windowQuery } from '../paging.ts'
import type { App, RouteContext } from '../ports.ts'
import * as schema from '../schemas/charging.ts'
import { answers, identity, idParams, integerOr404 } from '../schemas/common.ts'
import { readingOf, sessionOf } from '../wire/requests.ts'

const access = { access: ['driver', 'technician', 'operator', 'admin'] as const }

/** Charging sessions: drivers see their own. */
export function sessionRoutes(app: App, { database }: RouteContext): void {
  const tags = ['Charging']

  async function mustFind(request: FastifyRequest, id: string): Promise<SessionView> {
    const actor = signedIn(request)
    const found = await findSession(database.pool, integerOr404(id))
    if (!found || (actor.role === 'driver' && found.userId !== actor.id)) throw new DomainError('not-found')
    return found
  }

  app.route({
    method: 'GET',
    url: '/charging/sessions',
    config: access,
    schema: {
      tags,
      summary: 'Sessions, newest first',
      querystring: z.object({
        ...pageQuery,
        ...windowQuery,
        userId: z.uuid().optional(),
        siteId: identity.optional(),
        pileId: identity.optional(),
        requestId: z.uuid().optional(),
      }),
      response: answers({ 200: pageOf(schema.session) }),
    },
    handler: async request => {
      const actor = signedIn(request)
      const userId = isStaff(actor) || actor.role === 'technician' ? request.query.userId : ownId(request)
      return pageAnswer(
        await listSessions(database.pool, { ...request.query, userId, page: pageRequest(request.query) }),
        sessionOf,
      )
    },
  })

  app.route({
    method: 'GET',
    url: '/charging/sessions/:id',
    config: access,
    schema: { tags, summary: 'One session', params: idParams, response: answers({ 200: schema.session }) },
    handler: async request => sessionOf(await mustFind(request, request.params.id)),
  })

  app.route({
    method: 'GET',
    url: '/charging/sessions/:id/readings',
    config: access,
    schema: {
      tags,
      summary: 'Its meter readings, newest first',
      params: idParams,
      querystring: z.object({ ...pageQuery, ...windowQuery }),
      response: answers({ 200: pageOf(schema.reading) }),
    },
    handler: async request => {
      const { id } = await mustFind(request, request.params.id)
      return pageAnswer(
        await listReadings(database.pool, { ...request.query, sessionId: id, page: pageRequest(request.query) }),
        readingOf,
      )
    },
  })
}
