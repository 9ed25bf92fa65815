import { z } from 'zod'
import { DomainError } from '../../../protocol/errors.ts'
import { rfc3339 } from '../../../protocol/units.ts'
import { DEFAULT_POLICY } from '../../core/queue/policy.ts'
import { listSites, type SiteView } from '../../store/views/sites.ts'
import { pageAnswer, pageOf, pageQuery, pageRequest, windowQuery } from '../paging.ts'
import type { App, RouteContext } from '../ports.ts'
import * as schema from '../schemas/admin.ts'
import { answers, idParams } from '../schemas/common.ts'

const operator = { access: ['operator', 'admin'] as const }
const user = { access: 'user' as const }

/** With the rules that hold where the site sets none. */
const siteOf = (site: SiteView) => ({
  ...site,
  policy: { ...DEFAULT_POLICY, ...site.policy },
  createdAt: rfc3339(site.createdAt),
})

export function siteRoutes(app: App, { admin, database }: RouteContext): void {
  const tags = ['Sites']
  const mustFind = async (id: string) => {
    const found = (await listSites(database.pool, { id, page: { limit: 1, after: null } })).rows[0]
    if (!found) throw new DomainError('not-found', 'There is no such site')
    return siteOf(found)
  }

  app.route({
    method: 'GET',
    url: '/sites',
    config: user,
    schema: {
      tags,
      summary: 'Sites, newest first',
      querystring: z.object({ ...pageQuery, ...windowQuery }),
      response: answers({ 200: pageOf(schema.site) }),
    },
    handler: async request =>
      pageAnswer(await listSites(database.pool, { ...request.query, page: pageRequest(request.query) }), siteOf),
  })

  app.route({
    method: 'GET',
    url: '/sites/:id',
    config: user,
    schema: { tags, summary: 'One site', params: idParams, response: answers({ 200: schema.site }) },
    handler: request => mustFind(request.params.id),
  })

  app.route({
    method: 'POST',
    url: '/sites',
    config: operator,
    schema: { tags, summary: 'Add a site', body: schema.siteBody, response: answers({ 201: schema.site }) },
    handler: async (request, reply) => {
      const id = await admin.createSite(request.body)
      return reply
        .code(201)
        .header('location', `/api/v1/sites/${encodeURIComponent(id)}`)
        .send(await mustFind(id))
    },
  })

  app.route({
    method: 'PATCH',
    url: '/sites/:id',
    config: operator,
    schema: {
      tags,
      summary: 'Change settings and rules of dispatch',
      params: idParams,
      body: schema.siteChange,
      response: answers({ 200: schema.site }),
    },
    handler: async request => {
      const { id } = await mustFind(request.params.id)
      const { before, after } = await admin.changeSite(id, request.body)
      if (request.body.policy !== undefined) request.audited = { before, after }
      return mustFind(id)
    },
  })
}
