import { z } from 'zod'
import { DomainError } from '../../../protocol/errors.ts'
import { type EpochMs, rfc3339 } from '../../../protocol/units.ts'
import { listWindows, type MaintenanceView, WINDOW_STATES, windowState } from '../../store/views/maintenance.ts'
import { signedIn } from '../auth.ts'
import { pageAnswer, pageOf, pageQuery, pageRequest, windowQuery } from '../paging.ts'
import type { App, RouteContext } from '../ports.ts'
import { mustSucceed } from '../problem.ts'
import { answers, empty, identity, idParams, instant, named, text, time, uuidOr404 } from '../schemas/common.ts'
import { timeOrNull } from '../wire/requests.ts'

const staff = { access: ['technician', 'operator', 'admin'] as const }

const maintenanceWindow = named(
  'MaintenanceWindow',
  z.object({
    id: z.string(),
    siteId: z.string(),
    pileId: z.string(),
    from: time,
    to: time,
    reason: z.string(),
    state: z.enum(WINDOW_STATES),
    createdBy: z.string().nullable(),
    createdAt: time,
    cancelledAt: time.nullable(),
  }),
)

const windowOf = (view: MaintenanceView, now: EpochMs) => ({
  ...view,
  from: rfc3339(view.from),
  to: rfc3339(view.to),
  state: windowState(view, now),
  createdAt: rfc3339(view.createdAt),
  cancelledAt: timeOrNull(view.cancelledAt),
})

/** Announced work at piles: the dispatcher plans around it. */
export function maintenanceRoutes(app: App, { verbs, database, clock }: RouteContext): void {
  const tags = ['Piles']

  app.route({
    method: 'GET',
    url: '/maintenance-windows',
    config: staff,
    schema: {
      tags,
      summary: 'Announced work at piles, the latest beginning first',
      querystring: z.object({
        ...pageQuery,
        ...windowQuery,
        state: z.enum(WINDOW_STATES).optional(),
        pile: identity.optional(),
        site: identity.optional(),
      }),
      response: answers({ 200: pageOf(maintenanceWindow) }),
    },
    handler: async ({ query: { site, pile, ...filter } }) => {
      const now = clock.now()
      const page = { ...filter, siteId: site, pileId: pile, now, page: pageRequest(filter) }
      return pageAnswer(await listWindows(database.pool, page), view => windowOf(view, now))
    },
  })

  app.route({
    method: 'POST',
    url: '/maintenance-windows',
    config: { ...staff, idempotent: true },
    schema: {
      tags,
      summary: 'Announce work: nobody is called whom it would interrupt; a session that runs may end first',
      body: z
        .strictObject({ pileId: identity, from: instant(), to: instant(), reason: text(500).default('') })
        .refine(({ from, to }) => to > from, { path: ['to'], message: 'Must be after from' }),
      response: answers({ 201: maintenanceWindow }),
    },
    handler: async (request, reply) => {
      const now = clock.now()
      if (request.body.to <= now)
        throw new DomainError('malformed-request', 'The window is in the past', {
          problems: [{ path: '/to', message: 'Must be in the future' }],
        })
      const { windowId } = mustSucceed(await verbs.planMaintenance(signedIn(request), request.body))
      const [made] = (await listWindows(database.pool, { id: windowId, now, page: { limit: 1, after: null } })).rows
      return reply.code(201).header('location', `/api/v1/maintenance-windows/${windowId}`).send(windowOf(made!, now))
    },
  })

  app.route({
    method: 'GET',
    url: '/maintenance-windows/:id',
    config: staff,
    schema: { tags, summary: 'One window', params: idParams, response: answers({ 200: maintenanceWindow }) },
    handler: async request => {
      const filter = { id: uuidOr404(request.params.id), now: clock.now(), page: { limit: 1, after: null } }
      const [found] = (await listWindows(database.pool, filter)).rows
      if (!found) throw new DomainError('not-found', 'There is no such window')
      return windowOf(found, filter.now)
    },
  })

  app.route({
    method: 'DELETE',
    url: '/maintenance-windows/:id',
    config: staff,
    schema: {
      tags,
      summary: 'No work after all, or done before the time: the pile is back in dispatch',
      params: idParams,
      response: answers({ 204: empty }),
    },
    handler: async (request, reply) => {
      mustSucceed(await verbs.cancelMaintenance(signedIn(request), uuidOr404(request.params.id)))
      return reply.code(204).send(null)
    },
  })
}
