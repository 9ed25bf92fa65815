import { z } from 'zod'
import { FAULT_TYPES } from '../../../protocol/charger/faults.ts'
import { rfc3339 } from '../../../protocol/units.ts'
import { signedIn } from '../auth.ts'
import type { App, RouteContext } from '../ports.ts'
import { mustSucceed } from '../problem.ts'
import { bill } from '../schemas/bills.ts'
import * as schema from '../schemas/charging.ts'
import { answers, empty, identity, text, time } from '../schemas/common.ts'
import { billOf } from '../wire/bills.ts'
import { defined } from './requests.ts'

const config = { access: ['simulator', 'operator', 'admin'] as const, idempotent: true }

/** The transport of HTTP piles: they take tasks, tell how they go, and say hello. */
export function simulatorRoutes(app: App, { verbs, clock }: RouteContext): void {
  const tags = ['HTTP piles']

  app.route({
    method: 'POST',
    url: '/simulator/assign-charging',
    config,
    schema: {
      tags,
      summary: 'The pile takes the car that was called to it',
      body: schema.assignBody,
      response: answers({ 200: z.object({ pileId: z.string(), sessionId: z.string(), requestId: z.string() }) }),
    },
    handler: async request => mustSucceed(await verbs.assignCharging(defined(request.body))),
  })

  app.route({
    method: 'POST',
    url: '/simulator/charging-progress',
    config,
    schema: {
      tags,
      summary: 'Energy and power of a running session; repetitions are harmless',
      body: schema.progressBody,
      response: answers({ 204: empty }),
    },
    handler: async (request, reply) => {
      const { remainingSeconds: _, ...progress } = request.body
      mustSucceed(await verbs.chargingProgress(defined(progress)))
      return reply.code(204).send(null)
    },
  })

  app.route({
    method: 'POST',
    url: '/simulator/charging-complete',
    config,
    schema: {
      tags,
      summary: 'The session has ended; repeated: the same answer, one bill',
      body: schema.completeBody,
      response: answers({ 200: z.object({ bill: bill.nullable() }) }),
    },
    handler: async request => {
      const { bill: made } = mustSucceed(await verbs.chargingComplete(defined(request.body)))
      return { bill: made === null ? null : billOf(made) }
    },
  })

  app.route({
    method: 'POST',
    url: '/simulator/fault-report',
    config,
    schema: {
      tags,
      summary: 'The pile is broken',
      body: z.strictObject({ pileId: identity, type: z.enum(FAULT_TYPES), description: text(2000).default('') }),
      response: answers({ 200: z.object({ faultId: z.string() }) }),
    },
    handler: async request =>
      mustSucceed(await verbs.reportFault(signedIn(request), { ...request.body, source: 'simulator' })),
  })

  app.route({
    method: 'POST',
    url: '/simulator/fault-recovery',
    config,
    schema: {
      tags,
      summary: 'The pile works again',
      body: z.strictObject({ pileId: identity }),
      response: answers({ 200: z.object({ pileId: z.string(), resolved: z.array(z.string()) }) }),
    },
    handler: async request => ({
      pileId: request.body.pileId,
      ...mustSucceed(await verbs.recoverPile(signedIn(request), request.body.pileId)),
    }),
  })

  app.route({
    method: 'POST',
    url: '/simulator/heartbeat',
    config,
    schema: {
      tags,
      summary: 'These piles are there',
      body: schema.heartbeatBody,
      response: answers({ 200: z.object({ now: time }) }),
    },
    handler: async request => {
      mustSucceed(await verbs.heartbeat({ pileIds: request.body.pileIds }))
      return { now: rfc3339(clock.now()) }
    },
  })
}
