import { z } from 'zod'
import { DomainError } from '../../../protocol/errors.ts'
import { rfc3339 } from '../../../protocol/units.ts'
import { findUser, listAudit, listUsers, type UserView } from '../../store/views/accounts.ts'
import { pageAnswer, pageOf, pageQuery, pageRequest, windowQuery } from '../paging.ts'
import { type App, ROLES, type RouteContext } from '../ports.ts'
import * as schema from '../schemas/accounts.ts'
import { answers, idParams, text, time, uuidOr404 } from '../schemas/common.ts'
import { profileOf } from './auth.ts'
import { tokenOf } from './tokens-vehicles.ts'

const admin = { access: ['admin'] as const }
const userOf = (view: UserView) => ({ ...profileOf(view), disabled: view.disabled, userGroup: view.userGroup })

const auditEntry = z.object({
  id: z.number().int(),
  at: time,
  actorId: z.string().nullable(),
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  details: z.record(z.string(), z.unknown()),
})

/** Accounts of others, and the audit log. */
export function userRoutes(app: App, { accounts, database }: RouteContext): void {
  const tags = ['Users']
  const mustFind = async (id: string): Promise<UserView> => {
    const found = await findUser(database.pool, uuidOr404(id))
    if (!found) throw new DomainError('not-found')
    return found
  }

  app.route({
    method: 'GET',
    url: '/users',
    config: admin,
    schema: {
      tags,
      summary: 'Accounts, newest first',
      querystring: z.object({
        ...pageQuery,
        ...windowQuery,
        role: z.enum(ROLES).optional(),
        username: text(100).optional(),
      }),
      response: answers({ 200: pageOf(schema.user) }),
    },
    handler: async request =>
      pageAnswer(await listUsers(database.pool, { ...request.query, page: pageRequest(request.query) }), userOf),
  })

  app.route({
    method: 'POST',
    url: '/users',
    config: admin,
    schema: {
      tags,
      summary: 'Make an account of any role',
      body: schema.newUserBody,
      response: answers({ 201: schema.user }),
    },
    handler: async (request, reply) => {
      const id = await accounts.createUser(request.body)
      return reply
        .code(201)
        .header('location', `/api/v1/users/${id}`)
        .send(userOf(await mustFind(id)))
    },
  })

  app.route({
    method: 'GET',
    url: '/users/:id',
    config: admin,
    schema: { tags, summary: 'One account', params: idParams, response: answers({ 200: schema.user }) },
    handler: async request => userOf(await mustFind(request.params.id)),
  })

  app.route({
    method: 'PATCH',
    url: '/users/:id',
    config: admin,
    schema: {
      tags,
      summary: 'Change role, password or tariff group, or disable',
      params: idParams,
      body: schema.userChange,
      response: answers({ 200: schema.user }),
    },
    handler: async request => {
      await accounts.changeUser(uuidOr404(request.params.id), request.body)
      return userOf(await mustFind(request.params.id))
    },
  })

  app.route({
    method: 'POST',
    url: '/users/:id/tokens',
    config: admin,
    schema: {
      tags,
      summary: 'Make an API token for an account',
      params: idParams,
      body: schema.tokenBody,
      response: answers({ 201: schema.newApiToken }),
    },
    handler: async (request, reply) => {
      const { id } = await mustFind(request.params.id)
      const made = await accounts.createApiToken(id, request.body)
      return reply
        .code(201)
        .header('cache-control', 'no-store')
        .send({ ...tokenOf(made), token: made.token })
    },
  })

  app.route({
    method: 'GET',
    url: '/audit',
    config: admin,
    schema: {
      tags,
      summary: 'Who did what to whom, newest first',
      querystring: z.object({
        ...pageQuery,
        ...windowQuery,
        actorId: z.uuid().optional(),
        subject: text(500).optional(),
      }),
      response: answers({ 200: pageOf(auditEntry) }),
    },
    handler: async request =>
      pageAnswer(await listAudit(database.pool, { ...request.query, page: pageRequest(request.query) }), row => ({
        ...row,
        at: rfc3339(row.at),
      })),
  })
}
