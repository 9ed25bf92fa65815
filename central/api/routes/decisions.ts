import { z } from 'zod'
import { DomainError } from '../../../protocol/errors.ts'
import { listDecisions } from '../../store/views/decisions.ts'
import { listSites } from '../../store/views/sites.ts'
import { isStaff, signedIn } from '../auth.ts'
import { preferredLanguage } from '../language.ts'
import { pageAnswer, pageOf, pageQuery, pageRequest, windowQuery } from '../paging.ts'
import type { App, RouteContext } from '../ports.ts'
import { mustSucceed } from '../problem.ts'
import { answers, idParams, uuidOr404 } from '../schemas/common.ts'
import { decision } from '../schemas/decisions.ts'
import { decisionOf } from '../wire/decisions.ts'

/** Who was sent where and why, in words. */
export function decisionRoutes(app: App, { verbs, database }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/charging/request/:id/decisions',
    config: { access: ['driver', 'operator', 'admin'] },
    schema: {
      tags: ['Charging'],
      summary: 'Why this car was sent where it is, newest first',
      params: idParams,
      querystring: z.object({ ...pageQuery, ...windowQuery }),
      response: answers({ 200: pageOf(decision) }),
    },
    handler: async request => {
      const actor = signedIn(request)
      const { id } = mustSucceed(await verbs.viewRequest(actor, uuidOr404(request.params.id)))
      const page = pageRequest(request.query)
      return pageAnswer(
        await listDecisions(database.pool, { ...request.query, requestId: id, page }),
        decisionOf(preferredLanguage(request.headers['accept-language']), isStaff(actor)),
      )
    },
  })

  app.route({
    method: 'GET',
    url: '/sites/:id/decisions',
    config: { access: ['operator', 'admin'] },
    schema: {
      tags: ['Sites'],
      summary: 'Decisions of the dispatcher with what it compared, newest first',
      params: idParams,
      querystring: z.object({ ...pageQuery, ...windowQuery }),
      response: answers({ 200: pageOf(decision) }),
    },
    handler: async request => {
      const { id } = request.params
      const found = (await listSites(database.pool, { id, page: { limit: 1, after: null } })).rows[0]
      if (!found) throw new DomainError('not-found', 'There is no such site')
      const page = pageRequest(request.query)
      return pageAnswer(
        await listDecisions(database.pool, { ...request.query, siteId: id, page }),
        decisionOf(preferredLanguage(request.headers['accept-language']), true),
      )
    },
  })
}
