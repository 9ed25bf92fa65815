import { z } from 'zod'
import { rfc3339 } from '../../../protocol/units.ts'
import { findUser } from '../../store/views/accounts.ts'
import { ownId } from '../auth.ts'
import type { App, RouteContext } from '../ports.ts'
import * as schema from '../schemas/accounts.ts'
import { answers, empty, idParams, uuidOr404 } from '../schemas/common.ts'

const user = { access: 'user' as const }

/** The own API tokens and vehicles. */
export function ownRoutes(app: App, { accounts, database }: RouteContext): void {
  const tags = ['Accounts']

  app.route({
    method: 'GET',
    url: '/auth/tokens',
    config: user,
    schema: {
      tags,
      summary: 'The own API tokens',
      response: answers({ 200: z.object({ items: z.array(schema.apiToken), next: z.null() }) }),
    },
    handler: async request => ({
      items: (await accounts.listApiTokens(ownId(request))).map(tokenOf),
      next: null,
    }),
  })

  app.route({
    method: 'POST',
    url: '/auth/tokens',
    config: user,
    schema: {
      tags,
      summary: 'Make an API token for a machine',
      body: schema.tokenBody,
      response: answers({ 201: schema.newApiToken }),
    },
    handler: async (request, reply) => {
      const made = await accounts.createApiToken(ownId(request), request.body)
      return reply
        .code(201)
        .header('cache-control', 'no-store')
        .send({ ...tokenOf(made), token: made.token })
    },
  })

  app.route({
    method: 'DELETE',
    url: '/auth/tokens/:id',
    config: user,
    schema: { tags, summary: 'Revoke an API token', params: idParams, response: answers({ 204: empty }) },
    handler: async (request, reply) => {
      await accounts.revokeApiToken(ownId(request), uuidOr404(request.params.id))
      return reply.code(204).send(null)
    },
  })

  app.route({
    method: 'GET',
    url: '/vehicles',
    config: user,
    schema: {
      tags,
      summary: 'The own vehicles',
      response: answers({ 200: z.object({ items: z.array(schema.vehicle), next: z.null() }) }),
    },
    handler: async request => ({
      items: (await findUser(database.pool, ownId(request)))?.vehicles ?? [],
      next: null,
    }),
  })

  app.route({
    method: 'POST',
    url: '/vehicles',
    config: user,
    schema: { tags, summary: 'Add a vehicle', body: schema.vehicleInput, response: answers({ 201: schema.vehicle }) },
    handler: async (request, reply) => {
      const made = await accounts.addVehicle(ownId(request), request.body)
      return reply.code(201).header('location', `/api/v1/vehicles/${made.id}`).send(made)
    },
  })

  app.route({
    method: 'PATCH',
    url: '/vehicles/:id',
    config: user,
    schema: {
      tags,
      summary: 'Change a vehicle',
      params: idParams,
      body: schema.vehicleChange,
      response: answers({ 200: schema.vehicle }),
    },
    handler: request => accounts.changeVehicle(ownId(request), uuidOr404(request.params.id), request.body),
  })

  app.route({
    method: 'DELETE',
    url: '/vehicles/:id',
    config: user,
    schema: { tags, summary: 'Remove a vehicle', params: idParams, response: answers({ 204: empty }) },
    handler: async (request, reply) => {
      await accounts.removeVehicle(ownId(request), uuidOr404(request.params.id))
      return reply.code(204).send(null)
    },
  })
}

export const tokenOf = ({
  id,
  name,
  createdAt,
  expiresAt,
}: {
  id: string
  name: string
  createdAt: number
  expiresAt: number | null
}) => ({
  id,
  name,
  createdAt: rfc3339(createdAt),
  expiresAt: expiresAt === null ? null : rfc3339(expiresAt),
})
