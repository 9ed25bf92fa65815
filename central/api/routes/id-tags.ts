import { z } from 'zod'
import { DomainError } from '../../../protocol/errors.ts'
import { rfc3339 } from '../../../protocol/units.ts'
import { type IdTagView, listIdTags, listUnknownIdTags } from '../../store/views/id-tags.ts'
import { pageAnswer, pageOf, pageQuery, pageRequest, windowQuery } from '../paging.ts'
import type { App, RouteContext } from '../ports.ts'
import * as schema from '../schemas/admin.ts'
import { answers, empty, tag, text } from '../schemas/common.ts'
import { timeOrNull } from '../wire/requests.ts'

const operator = { access: ['operator', 'admin'] as const }
const params = z.object({ tag: text(200, 1) })
const tagOf = (row: IdTagView) => ({ ...row, expiresAt: timeOrNull(row.expiresAt), createdAt: rfc3339(row.createdAt) })

/** Tags that may charge, and those that nobody knows. */
export function idTagRoutes(app: App, { admin, database }: RouteContext): void {
  const tags = ['Tags']
  const mustFind = async (wanted: string) => {
    const found = tag.safeParse(wanted).success
      ? (await listIdTags(database.pool, { tag: wanted, page: { limit: 1, after: null } })).rows[0]
      : undefined
    if (!found) throw new DomainError('not-found', 'There is no such tag')
    return tagOf(found)
  }

  app.route({
    method: 'GET',
    url: '/id-tags',
    config: operator,
    schema: {
      tags,
      summary: 'Tags, newest first',
      querystring: z.object({ ...pageQuery, ...windowQuery, ...schema.idTagQuery }),
      response: answers({ 200: pageOf(schema.idTag) }),
    },
    handler: async request =>
      pageAnswer(await listIdTags(database.pool, { ...request.query, page: pageRequest(request.query) }), tagOf),
  })

  app.route({
    method: 'GET',
    url: '/id-tags/unknown',
    config: operator,
    schema: {
      tags,
      summary: 'Tags held to a charger that nobody knows',
      querystring: z.object({ ...pageQuery, ...windowQuery }),
      response: answers({ 200: pageOf(schema.unknownIdTag) }),
    },
    handler: async request =>
      pageAnswer(
        await listUnknownIdTags(database.pool, { ...request.query, page: pageRequest(request.query) }),
        row => ({
          ...row,
          firstSeenAt: rfc3339(row.firstSeenAt),
          lastSeenAt: rfc3339(row.lastSeenAt),
        }),
      ),
  })

  app.route({
    method: 'GET',
    url: '/id-tags/:tag',
    config: operator,
    schema: { tags, summary: 'One tag', params, response: answers({ 200: schema.idTag }) },
    handler: request => mustFind(request.params.tag),
  })

  app.route({
    method: 'PUT',
    url: '/id-tags/:tag',
    config: operator,
    schema: {
      tags,
      summary: 'Set a tag; what is left out is empty',
      params: z.object({ tag }),
      body: schema.idTagBody,
      response: answers({ 200: schema.idTag, 201: schema.idTag }),
    },
    handler: async (request, reply) => {
      const made = await admin.putIdTag(request.params.tag, request.body)
      return reply.code(made ? 201 : 200).send(await mustFind(request.params.tag))
    },
  })

  app.route({
    method: 'DELETE',
    url: '/id-tags/:tag',
    config: operator,
    schema: { tags, summary: 'Remove a tag', params, response: answers({ 204: empty }) },
    handler: async (request, reply) => {
      await admin.removeIdTag((await mustFind(request.params.tag)).tag)
      return reply.code(204).send(null)
    },
  })
}
