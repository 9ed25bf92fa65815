import { z } from 'zod'
import { DomainError } from '../../../protocol/errors.ts'
import { rfc3339 } from '../../../protocol/units.ts'
import {
  type ChargePointView,
  findChargePoint,
  listChargePoints,
  listUnknownChargePoints,
} from '../../store/views/charge-points.ts'
import { listPiles } from '../../store/views/piles.ts'
import { pageAnswer, pageOf, pageQuery, pageRequest, windowQuery } from '../paging.ts'
import type { App, RouteContext } from '../ports.ts'
import * as schema from '../schemas/admin.ts'
import { answers, identity, idParams } from '../schemas/common.ts'
import { pileOf } from '../wire/piles.ts'
import { timeOrNull } from '../wire/requests.ts'

const operator = { access: ['operator', 'admin'] as const }
const staff = { access: ['technician', 'operator', 'admin'] as const }

/** Charge points, and those that knocked without being known. */
export function chargePointRoutes(app: App, { admin, database, link, clock }: RouteContext): void {
  const tags = ['Charge points']

  async function withPiles(chargePoints: ChargePointView[]) {
    const piles =
      chargePoints.length === 0
        ? []
        : await listPiles(database.pool, { chargePointIds: chargePoints.map(({ id }) => id), now: clock.now() })
    return chargePoints.map(row => ({
      ...row,
      connected: link.connected(row.id) ?? row.connected,
      lastBootAt: timeOrNull(row.lastBootAt),
      lastSeenAt: timeOrNull(row.lastSeenAt),
      createdAt: rfc3339(row.createdAt),
      piles: piles.filter(pile => pile.chargePointId === row.id).map(pile => pileOf(pile, link)),
    }))
  }

  async function mustFind(id: string): Promise<ChargePointView> {
    const found = await findChargePoint(database.pool, id)
    if (!found) throw new DomainError('not-found', 'There is no such charge point')
    return found
  }
  const mustShow = async (id: string) => (await withPiles([await mustFind(id)]))[0]!

  app.route({
    method: 'GET',
    url: '/charge-points',
    config: staff,
    schema: {
      tags,
      summary: 'Charge points, newest first',
      querystring: z.object({ ...pageQuery, ...windowQuery, site: identity.optional() }),
      response: answers({ 200: pageOf(schema.chargePoint) }),
    },
    handler: async ({ query: { site, ...filter } }) => {
      const page = await listChargePoints(database.pool, { ...filter, siteId: site, page: pageRequest(filter) })
      return { items: await withPiles(page.rows), next: pageAnswer(page, row => row).next }
    },
  })

  app.route({
    method: 'GET',
    url: '/charge-points/unknown',
    config: staff,
    schema: {
      tags,
      summary: 'Who knocked and was not let in, with the reason',
      querystring: z.object({ ...pageQuery, ...windowQuery }),
      response: answers({ 200: pageOf(schema.unknownChargePoint) }),
    },
    handler: async request =>
      pageAnswer(
        await listUnknownChargePoints(database.pool, { ...request.query, page: pageRequest(request.query) }),
        row => ({
          ...row,
          firstSeenAt: rfc3339(row.firstSeenAt),
          lastSeenAt: rfc3339(row.lastSeenAt),
        }),
      ),
  })

  app.route({
    method: 'POST',
    url: '/charge-points/unknown/:id/adopt',
    config: operator,
    schema: {
      tags,
      summary: 'Register a charge point that knocked',
      params: idParams,
      body: schema.adoptBody,
      response: answers({ 201: schema.chargePoint }),
    },
    handler: async (request, reply) => {
      const wanted = identity.safeParse(request.params.id)
      if (!wanted.success) throw new DomainError('not-found')
      const id = await admin.adoptChargePoint(wanted.data, request.body ?? {})
      return reply
        .code(201)
        .header('location', `/api/v1/charge-points/${encodeURIComponent(id)}`)
        .send(await mustShow(id))
    },
  })

  app.route({
    method: 'POST',
    url: '/charge-points',
    config: operator,
    schema: {
      tags,
      summary: 'Register a charge point',
      body: schema.chargePointBody,
      response: answers({ 201: schema.chargePoint }),
    },
    handler: async (request, reply) => {
      const id = await admin.createChargePoint(request.body)
      return reply
        .code(201)
        .header('location', `/api/v1/charge-points/${encodeURIComponent(id)}`)
        .send(await mustShow(id))
    },
  })

  app.route({
    method: 'GET',
    url: '/charge-points/:id',
    config: staff,
    schema: { tags, summary: 'One charge point', params: idParams, response: answers({ 200: schema.chargePoint }) },
    handler: request => mustShow(request.params.id),
  })

  app.route({
    method: 'PATCH',
    url: '/charge-points/:id',
    config: operator,
    schema: {
      tags,
      summary: 'Change settings; a new password closes the present link',
      params: idParams,
      body: schema.chargePointChange,
      response: answers({ 200: schema.chargePoint }),
    },
    handler: async request => {
      const { id } = await mustFind(request.params.id)
      await admin.changeChargePoint(id, request.body)
      return mustShow(id)
    },
  })
}
