import { z } from 'zod'
import { rfc3339 } from '../../../protocol/units.ts'
import { listMessages, listReservations, type MessageView } from '../../store/views/ocpp.ts'
import { listSessions } from '../../store/views/sessions.ts'
import { pageAnswer, pageOf, pageQuery, pageRequest, windowQuery } from '../paging.ts'
import type { App, RouteContext } from '../ports.ts'
import { answers, text, time } from '../schemas/common.ts'
import { timeOrNull, whOrNull } from '../wire/requests.ts'

const staff = { access: ['technician', 'operator', 'admin'] as const }
const chargePointId = text(255).optional()

const transaction = z.object({
  id: z.string(),
  transactionId: z.number().int(),
  chargePointId: z.string(),
  connectorId: z.number().int(),
  idTag: z.string(),
  startedAt: time,
  meterStartWh: z.number().int().nullable(),
  endedAt: time.nullable(),
  meterStopWh: z.number().int().nullable(),
  stopReason: z.string().nullable(),
})

const reservationStatus = z.enum(['active', 'used', 'cancelled', 'expired'])
const reservation = z.object({
  reservationId: z.number().int(),
  chargePointId: z.string(),
  connectorId: z.number().int(),
  idTag: z.string(),
  expiresAt: time,
  status: reservationStatus,
  requestId: z.string().nullable(),
  createdAt: time,
})

const message = z.object({
  at: time,
  chargePointId: z.string(),
  direction: z.enum(['in', 'out']),
  kind: z.string(),
  messageId: z.string().nullable(),
  action: z.string().nullable(),
  raw: z.string().describe('The frame as it went over the wire'),
  latencyMs: z.number().int().nullable(),
  notes: z.array(z.string()),
})

const messageOf = ({ seq: _, ...row }: MessageView) => ({ ...row, at: rfc3339(row.at) })

/** What was said over OCPP, and the records that came of it. */
export function ocppRoutes(app: App, { database, clock }: RouteContext): void {
  const tags = ['OCPP records']

  app.route({
    method: 'GET',
    url: '/ocpp/transactions',
    config: staff,
    schema: {
      tags,
      summary: 'Transactions, newest first',
      querystring: z.object({ ...pageQuery, ...windowQuery, chargePointId }),
      response: answers({ 200: pageOf(transaction) }),
    },
    handler: async request =>
      pageAnswer(await listSessions(database.pool, { ...request.query, page: pageRequest(request.query) }), row => ({
        id: String(row.id),
        transactionId: row.id,
        chargePointId: row.chargePointId,
        connectorId: row.connectorId,
        idTag: row.idTag,
        startedAt: rfc3339(row.startedAt),
        meterStartWh: whOrNull(row.meterStartMilliWh),
        endedAt: timeOrNull(row.endedAt),
        meterStopWh: whOrNull(row.meterStopMilliWh),
        stopReason: row.stopReason,
      })),
  })

  app.route({
    method: 'GET',
    url: '/ocpp/reservations',
    config: staff,
    schema: {
      tags,
      summary: 'Reservations, newest first',
      querystring: z.object({ ...pageQuery, ...windowQuery, chargePointId, status: reservationStatus.optional() }),
      response: answers({ 200: pageOf(reservation) }),
    },
    handler: async request =>
      pageAnswer(
        await listReservations(database.pool, { ...request.query, now: clock.now(), page: pageRequest(request.query) }),
        row => ({
          ...row,
          status: row.status as z.infer<typeof reservationStatus>,
          expiresAt: rfc3339(row.expiresAt),
          createdAt: rfc3339(row.createdAt),
        }),
      ),
  })

  app.route({
    method: 'GET',
    url: '/ocpp/messages',
    config: staff,
    schema: {
      tags,
      summary: 'Raw messages, newest first; `format=jsonl`: one JSON object a line',
      querystring: z.object({
        ...pageQuery,
        ...windowQuery,
        chargePointId,
        action: text(100).optional(),
        format: z.enum(['json', 'jsonl']).default('json'),
      }),
      response: answers({ 200: pageOf(message) }),
    },
    handler: async (request, reply) => {
      const answer = pageAnswer(
        await listMessages(database.pool, { ...request.query, page: pageRequest(request.query) }),
        messageOf,
      )
      if (request.query.format === 'json') return answer
      if (answer.next !== null) reply.header('link', `<?cursor=${answer.next}>; rel="next"`)
      return reply
        .type('application/jsonl; charset=utf-8')
        .serializer((text: unknown) => String(text))
        .send(answer.items.map(item => `${JSON.stringify(item)}\n`).join('') as never)
    },
  })
}
