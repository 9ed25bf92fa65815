import { z } from 'zod'
import { DomainError } from '../../../protocol/errors.ts'
import { type EpochMs, rfc3339, wattHours } from '../../../protocol/units.ts'
import { listTariffs, type TariffView } from '../../store/views/sites.ts'
import { type Preview, type PreviewedSession, previewTariff } from '../../use-cases/billing/preview.ts'
import { signedIn } from '../auth.ts'
import { pageAnswer, pageOf, pageQuery, pageRequest, windowQuery } from '../paging.ts'
import type { App, RouteContext } from '../ports.ts'
import * as schema from '../schemas/admin.ts'
import { answers, identity, idParams, uuidOr404 } from '../schemas/common.ts'
import { preview, previewBody } from '../schemas/preview.ts'

const operator = { access: ['operator', 'admin'] as const }
const user = { access: 'user' as const }

const tariffOf = (tariff: TariffView, now: EpochMs) => ({
  ...tariff,
  createdAt: rfc3339(tariff.createdAt),
  versions: tariff.versions.map(({ until, ...version }) => {
    const from = Date.parse(version.validFrom)
    return {
      ...version,
      validFrom: rfc3339(from),
      validTo: version.validTo === null ? null : rfc3339(Date.parse(version.validTo)),
      inForce: from <= now && (until === null || now < Date.parse(until)),
      createdAt: rfc3339(Date.parse(version.createdAt)),
    }
  }),
})

/** Tariffs and their versions. */
export function tariffRoutes(app: App, { admin, database, clock }: RouteContext): void {
  const tags = ['Tariffs']
  const mustFind = async (id: string) => {
    const found = (await listTariffs(database.pool, { id: uuidOr404(id), page: { limit: 1, after: null } })).rows[0]
    if (!found) throw new DomainError('not-found', 'There is no such tariff')
    return tariffOf(found, clock.now())
  }

  app.route({
    method: 'GET',
    url: '/tariffs',
    config: user,
    schema: {
      tags,
      summary: 'Tariffs with their versions, newest first',
      querystring: z.object({ ...pageQuery, ...windowQuery, site: identity.optional() }),
      response: answers({ 200: pageOf(schema.tariff) }),
    },
    handler: async ({ query: { site, ...filter } }) =>
      pageAnswer(await listTariffs(database.pool, { ...filter, siteId: site, page: pageRequest(filter) }), tariff =>
        tariffOf(tariff, clock.now()),
      ),
  })

  app.route({
    method: 'GET',
    url: '/tariffs/:id',
    config: user,
    schema: { tags, summary: 'One tariff', params: idParams, response: answers({ 200: schema.tariff }) },
    handler: request => mustFind(request.params.id),
  })

  app.route({
    method: 'POST',
    url: '/tariffs',
    config: operator,
    schema: {
      tags,
      summary: 'Add a tariff with its first version',
      body: schema.tariffBody,
      response: answers({ 201: schema.tariff }),
    },
    handler: async (request, reply) => {
      const id = await admin.createTariff(signedIn(request), request.body)
      return reply
        .code(201)
        .header('location', `/api/v1/tariffs/${id}`)
        .send(await mustFind(id))
    },
  })

  app.route({
    method: 'POST',
    url: '/tariffs/:id/versions',
    config: operator,
    schema: {
      tags,
      summary: 'Add a version; sessions keep the one they started with',
      params: idParams,
      body: schema.versionBody,
      response: answers({ 201: schema.tariff }),
    },
    handler: async (request, reply) => {
      await admin.addTariffVersion(signedIn(request), uuidOr404(request.params.id), request.body)
      return reply.code(201).send(await mustFind(request.params.id))
    },
  })

  app.route({
    method: 'POST',
    url: '/tariffs/preview',
    config: operator,
    schema: {
      tags,
      summary: 'What a past period would have cost by another tariff; changes nothing',
      body: previewBody,
      response: answers({ 200: preview }),
    },
    handler: async request => previewOf(await previewTariff(database, request.body), request.body),
  })
}

function previewOf({ siteId, currency, sessions, problems }: Preview, { from, to }: { from: EpochMs; to: EpochMs }) {
  const sum = (of: (session: PreviewedSession) => number): number =>
    sessions.reduce((total, session) => total + of(session), 0)
  const change = (oldMinor: number, newMinor: number) => ({
    old: { amount: oldMinor, currency },
    new: { amount: newMinor, currency },
    difference: { amount: newMinor - oldMinor, currency },
  })
  return {
    siteId,
    from: rfc3339(from),
    to: rfc3339(to),
    sessions: sessions.length,
    energyWh: wattHours(sum(session => session.energyMilliWh)),
    ...change(
      sum(session => session.oldMinor),
      sum(session => session.newMinor),
    ),
    problems: problems.map(({ path, message }) => ({ path: `/definition${path}`, message })),
    items: sessions.map(({ sessionId, pileId, startedAt, energyMilliWh, oldMinor, newMinor }) => ({
      sessionId: String(sessionId),
      pileId,
      startedAt: rfc3339(startedAt),
      energyWh: wattHours(energyMilliWh),
      ...change(oldMinor, newMinor),
    })),
  }
}
