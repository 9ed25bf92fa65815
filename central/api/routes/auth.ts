import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { DomainError, isDomainError } from '../../../protocol/errors.ts'
import { rfc3339 } from '../../../protocol/units.ts'
import { findUser, type UserView } from '../../store/views/accounts.ts'
import {
  ACCESS_SECONDS,
  ownId,
  REFRESH_COOKIE,
  refuseForeignPage,
  SESSION_COOKIE,
  signAccessToken,
  signedIn,
} from '../auth.ts'
import { createLoginLimiter, refuseWhenLimited } from '../login-limiter.ts'
import type { App, RouteContext } from '../ports.ts'
import * as schema from '../schemas/accounts.ts'
import { answers, empty } from '../schemas/common.ts'

const tags = ['Accounts']
const open = { access: 'open' as const }
const user = { access: 'user' as const }
const REFRESH_PATH = '/api/v1/auth'

export const accountOf = ({ id, username, role, vehicles }: UserView) => ({ id, username, role, vehicles })
export const profileOf = (view: UserView) => ({
  ...accountOf(view),
  idTags: view.idTags,
  createdAt: rfc3339(view.createdAt),
})

/** Registration, sign-in and out, the own account. */
export function authRoutes(app: App, { accounts, config, database }: RouteContext): void {
  const limiter = createLoginLimiter({
    perAccount: config.loginFailuresPerAccount ?? 10,
    perAddress: config.loginFailuresPerAddress ?? 100,
    windowSeconds: config.loginWindowSeconds ?? 300,
  })

  const mustFind = async (id: string): Promise<UserView> => {
    const found = await findUser(database.pool, id)
    if (!found) throw new DomainError('not-authenticated')
    return found
  }

  async function signedInAnswer(
    request: FastifyRequest,
    reply: FastifyReply,
    session: { userId: string; family: string; refreshToken: string },
  ) {
    const token = signAccessToken(app, session.userId, session.family)
    const cookie = { httpOnly: true, sameSite: 'strict', secure: request.protocol === 'https' } as const
    reply.setCookie(SESSION_COOKIE, token, { ...cookie, path: '/', maxAge: ACCESS_SECONDS })
    reply.setCookie(REFRESH_COOKIE, session.refreshToken, { ...cookie, path: REFRESH_PATH, maxAge: 30 * 24 * 3600 })
    reply.header('cache-control', 'no-store')
    return {
      token,
      refreshToken: session.refreshToken,
      expiresInSeconds: ACCESS_SECONDS,
      user: accountOf(await mustFind(session.userId)),
    }
  }

  app.route({
    method: 'POST',
    url: '/auth/register',
    // a hash of a password costs 25 ms of a core
    config: { ...open, rateLimit: { max: config.registrationsPerMinute ?? 600, timeWindow: 60_000 } },
    schema: {
      tags,
      summary: 'Open a driver account',
      security: [],
      body: schema.registerBody,
      response: answers({ 201: z.object({ user: schema.account }) }),
    },
    handler: async (request, reply) => {
      const id = await accounts.createUser({ ...request.body, role: 'driver' })
      return reply.code(201).send({ user: accountOf(await mustFind(id)) })
    },
  })

  app.route({
    method: 'POST',
    url: '/auth/login',
    config: open,
    schema: {
      tags,
      summary: 'Sign in',
      security: [],
      body: schema.loginBody,
      response: answers({ 200: schema.session }),
    },
    handler: async (request, reply) => {
      const { username, password } = request.body
      refuseWhenLimited(limiter.waitSeconds(username, request.ip), seconds => reply.header('retry-after', seconds))
      try {
        const actor = await accounts.checkCredentials(username.trim(), password)
        limiter.succeeded(username)
        return await signedInAnswer(request, reply, await accounts.openSession(actor.id))
      } catch (error) {
        if (isDomainError(error) && error.code === 'bad-credentials') {
          limiter.failed(username, request.ip)
          request.log.info({ address: request.ip }, 'sign-in refused')
        }
        throw error
      }
    },
  })

  /** The refresh token of the body, else of the cookie; a cookie must come from our own page. */
  function refreshTokenOf(
    request: FastifyRequest,
    body: { refreshToken?: string | undefined } | null | undefined,
  ): string | undefined {
    if (body?.refreshToken) return body.refreshToken
    const cookie = request.cookies[REFRESH_COOKIE]
    if (cookie !== undefined) refuseForeignPage(request)
    return cookie
  }

  app.route({
    method: 'POST',
    url: '/auth/refresh',
    config: open,
    schema: {
      tags,
      summary: 'Take the next tokens',
      security: [],
      body: schema.refreshBody,
      response: answers({ 200: schema.session }),
    },
    handler: async (request, reply) => {
      const token = refreshTokenOf(request, request.body)
      if (token === undefined) throw new DomainError('not-authenticated')
      return await signedInAnswer(request, reply, await accounts.rotateSession(token))
    },
  })

  app.route({
    method: 'POST',
    url: '/auth/logout',
    config: user,
    schema: { tags, summary: 'Sign out', body: schema.refreshBody, response: answers({ 204: empty }) },
    handler: async (request, reply) => {
      if (request.family) await accounts.revokeFamily(request.family)
      if (request.body?.refreshToken) await accounts.revokeByToken(request.body.refreshToken)
      reply.clearCookie(SESSION_COOKIE, { path: '/' }).clearCookie(REFRESH_COOKIE, { path: REFRESH_PATH })
      return reply.code(204).send(null)
    },
  })

  app.route({
    method: 'GET',
    url: '/auth/profile',
    config: user,
    schema: { tags, summary: 'The own account', response: answers({ 200: schema.profile }) },
    handler: async request => profileOf(await mustFind(ownId(request))),
  })

  app.route({
    method: 'POST',
    url: '/auth/password',
    config: user,
    schema: {
      tags,
      summary: 'Set a new password; ends all sessions',
      body: schema.passwordBody,
      response: answers({ 204: empty }),
    },
    handler: async (request, reply) => {
      const actor = signedIn(request)
      refuseWhenLimited(limiter.waitSeconds(actor.name, request.ip), seconds => reply.header('retry-after', seconds))
      try {
        await accounts.changeOwnPassword(ownId(request), {
          current: request.body.currentPassword,
          next: request.body.newPassword,
        })
      } catch (error) {
        if (isDomainError(error) && error.code === 'bad-credentials') limiter.failed(actor.name, request.ip)
        throw error
      }
      return reply.code(204).send(null)
    },
  })
}
