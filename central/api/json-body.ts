import type { FastifyRequest } from 'fastify'
import { DomainError } from '../../protocol/errors.ts'
import type { App } from './ports.ts'

/** Nothing of ours is nested deeper than ten; what recurses over a body must not run out of stack. */
const DEEPEST = 64

/**
 * JSON and nothing else. An empty body with a JSON content type is no body: a route that needs one says so. Members
 * called `__proto__` or `constructor.prototype` are refused, and so is what is nested too deep.
 */
export function readJsonOnly(app: App): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeContentTypeParser(['application/json', 'text/plain'])
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request: FastifyRequest, body, done) => {
    if (body === '') return done(null, null)
    parse(request, body as string, (error, value) => {
      if (error === null && isDeeper(value, DEEPEST)) {
        return done(new DomainError('malformed-request', `The body is nested deeper than ${DEEPEST} levels`), undefined)
      }
      done(error, value)
    })
  })
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  return Object.values(value).some(member => isDeeper(member, levels - 1))
}
