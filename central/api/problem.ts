import type { FastifyReply, FastifyRequest } from 'fastify'
import { DomainError, ERRORS, type ErrorCode } from '../../protocol/errors.ts'
import type { Result } from '../../protocol/result.ts'
import { LANGUAGE_TAGS, preferredLanguage } from './language.ts'

export interface FieldError {
  path: string
  message: string
}

/** RFC 9457 problem details, with the members of our HTTP contract. */
export interface Problem {
  type: string
  title: string
  status: number
  detail: string
  instance: string
  code: ErrorCode
  requestId: string
  errors?: FieldError[]
}

export const problemType = (code: ErrorCode): string => `urn:ev-charging-gateway:problem:${code}`

/** Seconds after which a client may try again, for refusals that pass by themselves. */
const RETRY_AFTER: Partial<Record<ErrorCode, number>> = {
  'database-away': 5,
  'charge-point-offline': 30,
  overloaded: 5,
  'rate-limited': 60,
}

/** The path of the request without its query, which may hold what does not belong into logs and answers. */
const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0] ?? '/'

/** Answers with problem+json in the language of the request. Headers already set (`Retry-After`) are kept. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  problem: { code: ErrorCode; detail?: string | undefined; errors?: FieldError[] | undefined },
): FastifyReply {
  const { status, ...titles } = ERRORS[problem.code]
  const language = preferredLanguage(request.headers['accept-language'])
  const retryAfter = RETRY_AFTER[problem.code]
  if (retryAfter !== undefined && !reply.hasHeader('retry-after')) reply.header('retry-after', retryAfter)
  if (status === 401) reply.header('www-authenticate', 'Bearer')
  const body: Problem = {
    type: problemType(problem.code),
    title: titles[language],
    status,
    detail: problem.detail ?? titles[language],
    instance: pathOf(request),
    code: problem.code,
    requestId: request.id,
    ...(problem.errors?.length ? { errors: problem.errors } : {}),
  }
  return reply
    .code(status)
    .header('content-language', LANGUAGE_TAGS[language])
    .header('vary', 'Accept-Language')
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(body)
}

/** The value of a result; a refusal becomes the problem of its code. */
export function mustSucceed<T>(result: Result<T> & { problems?: FieldError[] }): T {
  if (result.ok) return result.value
  throw new DomainError(result.reason, result.detail, result.problems ? { problems: result.problems } : {})
}
