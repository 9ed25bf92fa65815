import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { DomainError, type ErrorCode } from '../../../protocol/errors.ts'
import { rfc3339 } from '../../../protocol/units.ts'
import { findCommand } from '../../store/views/commands.ts'
import type { CommandView } from '../../use-cases/verbs.ts'
import { signedIn } from '../auth.ts'
import type { App, RouteContext } from '../ports.ts'
import { mustSucceed } from '../problem.ts'
import { answers, idParams, named, text, time, uuidOr404 } from '../schemas/common.ts'
import { timeOrNull } from '../wire/requests.ts'

const staff = { access: ['technician', 'operator', 'admin'] as const }

const command = named(
  'Command',
  z.object({
    id: z.string(),
    chargePointId: z.string(),
    verb: z.string(),
    action: z.string().nullable(),
    status: z.string(),
    result: z.unknown().describe("The charger's own answer, unchanged"),
    error: z.object({ code: z.string(), description: z.string() }).optional(),
    lateAnswer: z
      .object({ result: z.unknown().optional(), error: z.unknown().optional() })
      .optional()
      .describe('What the charger said after it was given up'),
    createdAt: time,
    sentAt: time.nullable(),
    answeredAt: time.nullable(),
    observedAt: time.nullable(),
  }),
)

const commandOf = (view: CommandView) => ({
  ...view,
  error: view.error ?? undefined,
  createdAt: rfc3339(view.createdAt),
  sentAt: timeOrNull(view.sentAt),
  answeredAt: timeOrNull(view.answeredAt),
  observedAt: timeOrNull(view.observedAt),
})

/** How the outcome of a command is told; `rejected` is an answer, not a failure. */
function statusOf(status: CommandView['status']): 200 | 202 | 502 | 504 {
  switch (status) {
    case 'accepted':
    case 'rejected':
      return 200
    case 'queued':
    case 'sent':
      return 202
    case 'timed-out':
      return 504
    case 'failed':
    case 'unknown':
    case 'refused':
    case 'offline':
      return 502
    default:
      return status satisfies never
  }
}

/** Commands in the charger's own dialect. */
export function commandRoutes(app: App, { verbs, database }: RouteContext): void {
  const tags = ['Commands']

  app.route({
    method: 'POST',
    url: '/charge-points/:id/commands',
    config: { ...staff, idempotent: true },
    schema: {
      tags,
      summary: 'Send an OCPP action as it is, and wait for the answer',
      params: idParams,
      querystring: z.object({ wait: z.coerce.number().min(0).max(120).default(30).describe('Seconds') }),
      body: z.strictObject({ action: text(64, 1), payload: z.unknown().default({}) }),
      response: answers({ 200: command, 202: command }),
    },
    handler: async (request, reply) => {
      const { action, payload } = request.body
      const view = mustSucceed(
        await verbs.sendNative(signedIn(request), request.params.id, {
          action,
          payload,
          waitMs: Math.round(request.query.wait * 1000),
        }),
      )
      if (view.status === 'offline') throw new DomainError('charge-point-offline')
      return answer(reply.header('location', `/api/v1/commands/${view.id}`), view)
    },
  })

  /** A failure of the charger is told with its row: what was sent, and the charger's own code. */
  function answer(reply: FastifyReply, view: CommandView) {
    const status = statusOf(view.status)
    if (status < 500) return reply.code(status).send(commandOf(view))
    const code: ErrorCode = status === 504 ? 'charge-point-timed-out' : 'charge-point-failed'
    return reply
      .code(status)
      .serializer(JSON.stringify)
      .send({ code, ...commandOf(view) })
  }

  app.route({
    method: 'GET',
    url: '/commands/:id',
    config: staff,
    schema: { tags, summary: 'What became of a command', params: idParams, response: answers({ 200: command }) },
    handler: async request => {
      const row = await findCommand(database.pool, uuidOr404(request.params.id))
      if (!row) throw new DomainError('not-found')
      const { errorCode, errorDescription, lateResult, ...rest } = row
      const error = errorCode === null ? null : { code: errorCode, description: errorDescription ?? '' }
      const command = commandOf({ ...rest, error, status: row.status as CommandView['status'] })
      return lateResult === null ? command : { ...command, lateAnswer: lateResult }
    },
  })
}
