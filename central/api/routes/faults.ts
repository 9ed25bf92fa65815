import { z } from 'zod'
import { DomainError } from '../../../protocol/errors.ts'
import { rfc3339 } from '../../../protocol/units.ts'
import { findUser } from '../../store/views/accounts.ts'
import { type FaultView, faultTotals, listFaults } from '../../store/views/faults.ts'
import { FAULT_STATES, FAULT_TYPES } from '../../use-cases/verbs.ts'
import { signedIn } from '../auth.ts'
import { pageAnswer, pageOf, pageQuery, pageRequest, windowQuery } from '../paging.ts'
import type { App, RouteContext } from '../ports.ts'
import { mustSucceed } from '../problem.ts'
import { answers, identity, idParams, named, text, time, uuidOr404 } from '../schemas/common.ts'
import { timeOrNull } from '../wire/requests.ts'
import { defined } from './requests.ts'

const staff = { access: ['technician', 'operator', 'admin'] as const }

const fault = named(
  'Fault',
  z.object({
    id: z.string(),
    siteId: z.string(),
    chargePointId: z.string(),
    pileId: z.string(),
    type: z.enum(FAULT_TYPES),
    source: z.string(),
    errorCode: z.string().nullable(),
    vendorErrorCode: z.string().nullable(),
    description: z.string(),
    state: z.enum(FAULT_STATES),
    assigneeId: z.string().nullable(),
    notes: z.array(z.object({ at: time, by: z.string(), text: z.string() })),
    openedAt: time,
    acknowledgedAt: time.nullable(),
    repairStartedAt: time.nullable(),
    resolvedAt: time.nullable(),
  }),
)

const totals = z.object({
  pileId: z.string(),
  type: z.enum(FAULT_TYPES),
  count: z.number().int(),
  open: z.number().int(),
  downtimeSeconds: z.number().int(),
  mttrSeconds: z.number().int().nullable().describe('Mean time to repair of what is resolved'),
})

const faultOf = (row: FaultView) => ({
  ...row,
  // written by others as a time of either spelling
  notes: row.notes.map(note => ({ ...note, at: rfc3339(typeof note.at === 'number' ? note.at : Date.parse(note.at)) })),
  openedAt: rfc3339(row.openedAt),
  acknowledgedAt: timeOrNull(row.acknowledgedAt),
  repairStartedAt: timeOrNull(row.repairStartedAt),
  resolvedAt: timeOrNull(row.resolvedAt),
})

/** Fault records and their way to repair. */
export function faultRoutes(app: App, { verbs, database, clock }: RouteContext): void {
  const tags = ['Faults']
  const mustFind = async (id: string) => {
    const found = (await listFaults(database.pool, { id: uuidOr404(id), page: { limit: 1, after: null } })).rows[0]
    if (!found) throw new DomainError('not-found', 'There is no such fault record')
    return faultOf(found)
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
        pileId: identity.optional(),
      }),
      response: answers({ 200: pageOf(fault) }),
    },
    handler: async request => {
      const { site, ...filter } = request.query
      return pageAnswer(
        await listFaults(database.pool, { ...filter, siteId: site, page: pageRequest(filter) }),
        faultOf,
      )
    },
  })

  app.route({
    method: 'GET',
    url: '/faults/statistics',
    config: staff,
    schema: {
      tags,
      summary: 'How often and how long, by pile and type',
      querystring: z.object({ ...windowQuery, site: identity.optional() }),
      response: answers({
        200: z.object({
          count: z.number().int(),
          open: z.number().int(),
          downtimeSeconds: z.number().int(),
          items: z.array(totals),
          next: z.null(),
        }),
      }),
    },
    handler: async request => {
      const { site, from, to } = request.query
      const items = await faultTotals(database.pool, { siteId: site, from, to, now: clock.now() })
      const sum = (of: (row: (typeof items)[number]) => number) => items.reduce((total, row) => total + of(row), 0)
      return {
        count: sum(row => row.count),
        open: sum(row => row.open),
        downtimeSeconds: sum(row => row.downtimeSeconds),
        items,
        next: null,
      }
    },
  })

  app.route({
    method: 'GET',
    url: '/faults/:id',
    config: staff,
    schema: { tags, summary: 'One fault record', params: idParams, response: answers({ 200: fault }) },
    handler: request => mustFind(request.params.id),
  })

  app.route({
    method: 'POST',
    url: '/faults',
    config: { ...staff, idempotent: true },
    schema: {
      tags,
      summary: 'Report a fault; the cars of the pile are dealt again',
      body: z.strictObject({ pileId: identity, type: z.enum(FAULT_TYPES), description: text(2000).default('') }),
      response: answers({ 201: fault }),
    },
    handler: async (request, reply) => {
      const actor = signedIn(request)
      const source = actor.role === 'technician' ? 'technician' : 'rest'
      const { faultId } = mustSucceed(await verbs.reportFault(actor, { ...request.body, source }))
      return reply
        .code(201)
        .header('location', `/api/v1/faults/${faultId}`)
        .send(await mustFind(faultId))
    },
  })

  app.route({
    method: 'PATCH',
    url: '/faults/:id',
    config: { ...staff, idempotent: true },
    schema: {
      tags,
      summary: 'Move it along: acknowledged, in-repair, resolved or false-alarm; note, assignee',
      params: idParams,
      body: z.strictObject({
        state: z.enum(FAULT_STATES).optional(),
        note: text(2000, 1).optional(),
        assignee: z.uuid().nullable().optional().describe('Id of a user'),
      }),
      response: answers({ 200: fault }),
    },
    handler: async request => {
      const { assignee, ...change } = request.body
      if (assignee && !(await findUser(database.pool, assignee)))
        throw new DomainError('not-found', 'There is no such user')
      const { faultId } = mustSucceed(
        await verbs.updateFault(
          signedIn(request),
          uuidOr404(request.params.id),
          defined({ ...change, assigneeId: assignee }),
        ),
      )
      return mustFind(faultId)
    },
  })
}
