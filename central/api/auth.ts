import jwt from '@fastify/jwt'
import type { FastifyRequest } from 'fastify'
import { DomainError } from '../../protocol/errors.ts'
import type { Actor } from '../use-cases/verbs.ts'
import type { App, Role, RouteContext } from './ports.ts'

/** Seconds that an access token is good for. */
export const ACCESS_SECONDS = 15 * 60
export const SESSION_COOKIE = 'session'
export const REFRESH_COOKIE = 'refresh'
const ISSUER = 'ev-charging-gateway'
const UNSAFE = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

interface Claims {
  sub: string
  /** Refresh family: a family that is revoked takes its access tokens with it. */
  sid: string
}

declare module '@fastify/jwt' {
  interface FastifyJWT {
    payload: Claims
    user: Claims
  }
}

export const signAccessToken = (app: App, userId: string, family: string): string =>
  app.jwt.sign({ sub: userId, sid: family })

/**
 * Finds out who calls, before a body is read, and keeps everybody out whom the route's `access` does not name. A route
 * that names nobody does not start.
 */
export async function registerAuth(app: App, { config, accounts }: RouteContext): Promise<void> {
  await app.register(jwt, {
    secret: config.jwtSecret,
    sign: { algorithm: 'HS256', expiresIn: ACCESS_SECONDS, iss: ISSUER },
    verify: { algorithms: ['HS256'], allowedIss: ISSUER },
  })
  app.decorateRequest('actor', null)
  app.decorateRequest('family', null)
  app.decorateRequest('byCookie', false)

  app.addHook('onRoute', route => {
    if (route.config?.access === undefined && !route.schema?.hide)
      throw new Error(`${route.method} ${route.url} does not say who may call it`)
  })

  app.addHook('onRequest', async request => {
    const access = request.routeOptions.config.access
    if (request.is404 || access === undefined || access === 'open') return
    await authenticate(app, accounts, request)
    const actor = signedIn(request)
    if (access !== 'user' && !access.includes(actor.role as Role)) throw new DomainError('forbidden')
    if (request.byCookie && UNSAFE.has(request.method)) refuseForeignPage(request)
  })
}

/** The caller of a route that needs one. */
export function signedIn(request: FastifyRequest): Actor {
  if (request.actor === null) throw new DomainError('not-authenticated')
  return request.actor
}

/** Whose own things a request is about. Every account has an id; only the system itself has none. */
export function ownId(request: FastifyRequest): string {
  const { id } = signedIn(request)
  if (id === null) throw new DomainError('not-authenticated')
  return id
}

/** Operators and admins see everybody's data. */
export const isStaff = (actor: Actor): boolean => actor.role === 'operator' || actor.role === 'admin'

async function authenticate(app: App, accounts: RouteContext['accounts'], request: FastifyRequest): Promise<void> {
  const header = request.headers.authorization
  const bearer = header === undefined ? undefined : /^Bearer +([^\s]+)\s*$/i.exec(header)?.[1]
  if (header !== undefined && bearer === undefined) throw new DomainError('not-authenticated')
  if (bearer !== undefined && accounts.isApiToken(bearer)) {
    request.actor = await accounts.actorOfApiToken(bearer)
    if (request.actor === null) throw new DomainError('not-authenticated')
    return
  }
  const token = bearer ?? request.cookies[SESSION_COOKIE]
  if (token === undefined) throw new DomainError('not-authenticated')
  const claims = verify(app, token)
  request.actor = await accounts.actorOfSession(claims.sub, claims.sid)
  if (request.actor === null) throw new DomainError('not-authenticated')
  request.family = claims.sid
  request.byCookie = bearer === undefined
}

function verify(app: App, token: string): Claims {
  try {
    const claims = app.jwt.verify<Claims>(token)
    if (typeof claims.sub === 'string' && typeof claims.sid === 'string') return claims
  } catch (error) {
    if ((error as { code?: string }).code === 'FAST_JWT_EXPIRED') throw new DomainError('token-expired')
  }
  throw new DomainError('not-authenticated')
}

/**
 * A write whose session came by cookie must come from our own page: same origin, or a header that a form of another
 * page cannot set. SameSite=Strict says the same to browsers; this also holds where a browser does not know it. Who sends
 * neither Origin nor Sec-Fetch-Site is no browser, and nobody's page makes it write.
 */
export function refuseForeignPage(request: FastifyRequest): void {
  if (request.headers['x-requested-with'] !== undefined) return
  const { origin, 'sec-fetch-site': site } = request.headers as Record<string, string | undefined>
  if (origin === undefined && ['same-origin', 'none', undefined].includes(site)) return
  if (origin !== undefined && URL.canParse(origin) && new URL(origin).host === request.host) return
  throw new DomainError('forbidden', 'Send X-Requested-With, or come from the same origin')
}
