import { z } from 'zod'
import { FAULT_TYPES } from '../../../protocol/charger/faults.ts'
import { DomainError } from '../../../protocol/errors.ts'
import { RELIABILITY_KEYS, reliability } from '../../core/pile/reliability.ts'
import { findUser } from '../../store/views/accounts.ts'
import { affectedCars, dossierCharger, earlierFaults, messagesAround } from '../../store/views/fault-dossier.ts'
import { exposures, faultSpans } from '../../store/views/fault-statistics.ts'
import { findFault, listFaults } from '../../store/views/faults.ts'
import { FAULT_STATES } from '../../use-cases/verbs.ts'
import { signedIn } from '../auth.ts'
import { pageAnswer, pageOf, pageQuery, pageRequest, windowQuery } from '../paging.ts'
import type { App, RouteContext } from '../ports.ts'
import { mustSucceed } from '../problem.ts'
import { answers, identity, idParams, text, uuidOr404 } from '../schemas/common.ts'
import * as schema from '../schemas/faults.ts'
import { dossierOf, faultOf, realTime } from '../wire/faults.ts'
import { defined } from './requests.ts'

const staff = { access: ['technician', 'operator', 'admin'] as const }
const KEYS = { pile: 'pileId', type: 'type', firmware: 'firmware' } as const

/** Fault records and their way to repair. */
export function faultRoutes(app: App, { verbs, database: { pool }, clock }: RouteContext): void {
  const tags = ['Faults']
  const mustFind = async (id: string) => {
    const found = await findFault(pool, uuidOr404(id))
    if (!found) throw new DomainError('not-found', 'There is no such fault record')
    return found
  }

  app.route({
    method: 'GET',
    url: '/faults',
    config: staff,
    schema: {
      tags,
      summary: 'Fault records, newest first',
      querystring: z.object({
        ...pageQuery,
        ...windowQuery,
        state: z.enum(FAULT_STATES).optional(),
        site: identity.optional(),
        pile: identity.optional(),
        assignee: z.uuid().optional(),
      }),
      response: answers({ 200: pageOf(schema.fault) }),
    },
    handler: async ({ query: { site, pile, assignee, ...filter } }) => {
      const page = { ...filter, siteId: site, pileId: pile, assigneeId: assignee, page: pageRequest(filter) }
      return pageAnswer(await listFaults(pool, page), faultOf)
    },
  })

  app.route({
    method: 'GET',
    url: '/faults/statistics',
    config: staff,
    schema: {
      tags,
      summary: 'How often, how long, how soon again: by pile, type or firmware',
      querystring: z.object({
        ...windowQuery,
        site: identity.optional(),
        by: z.enum(RELIABILITY_KEYS).default('pile'),
      }),
      response: answers({ 200: schema.statistics }),
    },
    handler: async ({ query: { site, from, to, by } }) => {
      const now = clock.now()
      const period = { from: from ?? 0, to: Math.min(to ?? now, now) }
      const { all, items } = reliability(
        await faultSpans(pool, site, period),
        await exposures(pool, site, period),
        period,
        by,
      )
      return { ...all, by, items: items.map(({ key, figures }) => ({ [KEYS[by]]: key, ...figures })), next: null }
    },
  })

  app.route({
    method: 'GET',
    url: '/faults/:id',
    config: staff,
    schema: {
      tags,
      summary: 'One fault for whoever repairs it: what failed, last messages, who was affected, what was done before',
      params: idParams,
      response: answers({ 200: schema.dossier }),
    },
    handler: async request => {
      const fault = await mustFind(request.params.id)
      const charger = await dossierCharger(pool, fault.pileId)
      if (charger === undefined) throw new DomainError('not-found', 'The pile is gone')
      return dossierOf({
        fault,
        charger,
        messages: await messagesAround(pool, fault.chargePointId, realTime(fault.openedAt, clock)),
        affected: await affectedCars(pool, fault.id),
        earlier: await earlierFaults(pool, fault.id),
        now: clock.now(),
      })
    },
  })

  app.route({
    method: 'POST',
    url: '/faults',
    config: { ...staff, idempotent: true },
    schema: {
      tags,
      summary: 'Report a fault; the cars of the pile are dealt again',
      body: z.strictObject({ pileId: identity, type: z.enum(FAULT_TYPES), description: text(2000).default('') }),
      response: answers({ 201: schema.fault }),
    },
    handler: async (request, reply) => {
      const actor = signedIn(request)
      const source = actor.role === 'technician' ? 'technician' : 'rest'
      const { faultId } = mustSucceed(await verbs.reportFault(actor, { ...request.body, source }))
      return reply
        .code(201)
        .header('location', `/api/v1/faults/${faultId}`)
        .send(faultOf(await mustFind(faultId)))
    },
  })

  app.route({
    method: 'PATCH',
    url: '/faults/:id',
    config: { ...staff, idempotent: true },
    schema: {
      tags,
      summary: 'Move it along: acknowledged, in-repair, resolved or false-alarm; note, assignee, parts',
      params: idParams,
      body: schema.faultChange,
      response: answers({ 200: schema.fault }),
    },
    handler: async request => {
      const { assignee, parts, ...change } = request.body
      if (assignee && !(await findUser(pool, assignee))) throw new DomainError('not-found', 'There is no such user')
      const { faultId } = mustSucceed(
        await verbs.updateFault(
          signedIn(request),
          uuidOr404(request.params.id),
          defined({ ...change, assigneeId: assignee, parts: parts?.map(defined) }),
        ),
      )
      return faultOf(await mustFind(faultId))
    },
  })
}
