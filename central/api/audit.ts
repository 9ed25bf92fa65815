import type { FastifyRequest } from 'fastify'
import { signedIn } from './auth.ts'
import type { App, RouteContext } from './ports.ts'

const UNSAFE = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])
const STAFF = new Set(['operator', 'admin', 'technician'])
/** Members whose values are never written down. */
const SECRET = /password|secret|token$/i
const LONGEST_DETAILS = 8192

/**
 * Every write that an operator, admin or technician got through is written down before it is answered: who, which
 * route, which thing, what was sent. One hook for all routes, so that none can forget it.
 */
export function registerAudit(app: App, { admin }: RouteContext): void {
  app.decorateRequest('audited', null)
  app.addHook('onSend', async (request, reply, payload) => {
    const isDone = reply.statusCode < 400 || reply.hasHeader('location')
    if (!UNSAFE.has(request.method) || !isDone || !request.actor || !STAFF.has(request.actor.role)) return payload
    if (reply.hasHeader('idempotency-replayed')) return payload
    await admin.recordAudit({
      actor: signedIn(request),
      action: `${request.method} ${request.routeOptions.url ?? ''}`,
      subject: String(reply.getHeader('location') ?? request.url.split('?', 1)[0]),
      details: { ...detailsOf(request), ...request.audited },
    })
    return payload
  })
}

function detailsOf(request: FastifyRequest): Record<string, unknown> {
  if (request.body === undefined || request.body === null) return {}
  const body = redacted(request.body)
  const { length } = JSON.stringify(body)
  return length > LONGEST_DETAILS ? { omittedBytes: length } : { body }
}

function redacted(value: unknown): unknown {
  if (typeof value === 'string') return storable(value)
  if (Array.isArray(value)) return value.map(redacted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  // ChangeConfiguration of OCPP 1.6 carries the charge point's password under this key
  const isKey = entries.some(([name, item]) => name === 'key' && item === 'AuthorizationKey')
  return Object.fromEntries(
    entries.map(([name, item]) => [
      storable(name),
      SECRET.test(name) || (isKey && name === 'value') ? '***' : redacted(item),
    ]),
  )
}

/** A payload for a charger may hold what jsonb does not: NUL, half of a surrogate pair. */
const storable = (text: string): string => text.replaceAll('\0', '').toWellFormed()
