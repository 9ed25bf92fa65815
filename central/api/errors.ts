import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { type ErrorCode, isDomainError } from '../../protocol/errors.ts'
import { type FieldError, sendProblem } from './problem.ts'

/** What the framework refuses by itself, in our codes. */
const FRAMEWORK_CODES: Record<string, ErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_UNDER_PRESSURE: 'overloaded',
}

const STATUS_CODES: Record<number, ErrorCode> = {
  401: 'not-authenticated',
  403: 'forbidden',
  404: 'not-found',
  413: 'too-large',
  415: 'unsupported-media-type',
  429: 'rate-limited',
}

/** SQLSTATE classes and socket errors that mean: ask again later. */
const AWAY = /^(08|53|57P|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND)/

/** Whether the database cannot be reached now; drivers wrap the cause, so that the whole chain is looked at. */
export function isDatabaseAway(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    const code = (cause as { code?: unknown }).code
    if (typeof code === 'string' && AWAY.test(code)) return true
    if (
      /connection terminated|timeout exceeded when trying to connect|pool (after calling end|is closed)/i.test(
        cause.message,
      )
    )
      return true
    if (cause instanceof AggregateError && cause.errors.some(isDatabaseAway)) return true
  }
  return false
}

/** Text or a number that PostgreSQL cannot hold (SQLSTATE 22021, 22P02, 22P05, 22003): the caller's mistake, which a schema should have found. */
const isBadValue = (error: unknown): boolean =>
  error instanceof Error && /^22(021|P02|P05|003)$/.test(String((error as { code?: unknown }).code))

/** Unknown members are named each, so that a typing error is found at once. */
function fieldErrors(
  context: string,
  issues: { instancePath: string; message?: string; params?: unknown }[],
): FieldError[] {
  return issues.flatMap(issue => {
    const path = issue.instancePath === '/' ? '' : issue.instancePath
    const keys = (issue.params as { keys?: string[] } | undefined)?.keys
    if (keys) return keys.map(key => ({ path: `${path}/${key}`, message: 'Unknown member' }))
    return [{ path: path || `/${context === 'body' ? '' : context}`, message: issue.message ?? 'Invalid' }]
  })
}

/** Turns whatever was thrown into problem+json. What we did not foresee is logged whole and told in one word. */
export function handleError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (isDomainError(error)) {
    return sendProblem(request, reply, { code: error.code, detail: error.message, errors: error.problems })
  }
  if (hasZodFastifySchemaValidationErrors(error)) {
    const errors = fieldErrors(error.validationContext ?? 'body', error.validation)
    return sendProblem(request, reply, {
      code: 'malformed-request',
      detail: errors
        .map(e => `${e.path}: ${e.message}`)
        .join('; ')
        .slice(0, 500),
      errors,
    })
  }
  if (isDatabaseAway(error)) {
    request.log.warn({ err: error }, 'database away')
    return sendProblem(request, reply, { code: 'database-away' })
  }
  if (isBadValue(error)) {
    request.log.error({ err: error }, 'a value got past the schemas')
    return sendProblem(request, reply, { code: 'malformed-request', detail: 'A value cannot be stored' })
  }
  const code = FRAMEWORK_CODES[error.code] ?? STATUS_CODES[error.statusCode ?? 500]
  if (code) return sendProblem(request, reply, { code })
  const isClientError = error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500
  if (isClientError)
    return sendProblem(request, reply, { code: 'malformed-request', detail: error.message.slice(0, 200) })
  request.log.error({ err: error }, 'request failed')
  return sendProblem(request, reply, { code: 'internal' })
}
