import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DomainError } from '../../protocol/errors.ts'
import type { App, RouteContext } from './ports.ts'

/** Seconds that a key is remembered. */
export const KEY_SECONDS = 24 * 3600
/** A request that has not ended by then died with its process; its key may be taken over. */
const ABANDONED_SECONDS = 300

interface StoredAnswer {
  route: string
  body_digest: Buffer
  status: number | null
  response: { body: string | null; type: string | null; location: string | null } | null
}

interface Claim {
  key: string
  userId: string
  done: () => void
}

/**
 * `Idempotency-Key` on routes with `idempotent: true`. The first request claims the key; repetitions get its stored
 * answer, and wait for it while it is under way. What was refused has done nothing and may be tried again: it is not
 * kept, except where it names the row it made (a command that failed is never sent twice). Another body is 422.
 */
export function registerIdempotency(app: App, { database, log }: RouteContext): void {
  const claims = new WeakMap<FastifyRequest, Claim>()
  const underWay = new Map<string, Promise<void>>()

  app.addHook('preHandler', async (request, reply) => {
    const key = request.headers['idempotency-key']
    if (key === undefined || !request.routeOptions.config.idempotent || !request.actor?.id) return
    if (typeof key !== 'string' || !/^[\x20-\x7e]{1,255}$/.test(key)) {
      throw new DomainError('malformed-request', 'Idempotency-Key must be 1 to 255 visible ASCII characters')
    }
    const userId = request.actor.id
    const local = `${userId} ${key}`
    for (let pending = underWay.get(local); pending; pending = underWay.get(local)) await pending
    let release = (): void => {}
    underWay.set(
      local,
      new Promise(resolve => {
        release = resolve
      }),
    )
    const done = (): void => {
      underWay.delete(local)
      release()
    }
    try {
      const stored = await claim(userId, key, request)
      if (stored === null) {
        claims.set(request, { key, userId, done })
        return
      }
      done()
      return replay(stored, request, reply)
    } catch (error) {
      done()
      throw error
    }
  })

  app.addHook('onSend', async (request, reply, payload) => {
    const claimed = claims.get(request)
    if (!claimed) return payload
    claims.delete(request)
    try {
      if (reply.statusCode < 300 || reply.hasHeader('location')) await keep(claimed, reply, payload)
      else
        await database.pool.query('delete from idempotency_keys where user_id = $1 and key = $2', [
          claimed.userId,
          claimed.key,
        ])
    } catch (error) {
      // the work is done and durable; without the kept answer only a repetition is told 409 for a while
      log.warn({ err: error, requestId: request.id }, 'idempotency answer not kept')
    } finally {
      claimed.done()
    }
    return payload
  })

  /** Null when the key is ours now; else what is stored under it. */
  async function claim(userId: string, key: string, request: FastifyRequest): Promise<StoredAnswer | null> {
    const { rowCount } = await database.pool.query(
      `insert into idempotency_keys as k (user_id, key, route, body_digest) values ($1, $2, $3, $4)
       on conflict (user_id, key) do update set route = excluded.route, body_digest = excluded.body_digest, status = null, response = null, created_at = now()
       where k.created_at < now() - make_interval(secs => $5) or (k.status is null and k.created_at < now() - make_interval(secs => $6))`,
      [userId, key, routeOf(request), digestOf(request), KEY_SECONDS, ABANDONED_SECONDS],
    )
    if (rowCount) return null
    const { rows } = await database.pool.query<StoredAnswer>(
      'select route, body_digest, status, response from idempotency_keys where user_id = $1 and key = $2',
      [userId, key],
    )
    if (!rows[0])
      throw new DomainError('state-forbids', 'The first request with this key has just ended; send it again')
    return rows[0]
  }

  async function keep({ userId, key }: Claim, reply: FastifyReply, payload: unknown): Promise<void> {
    const response = {
      body: typeof payload === 'string' ? payload : null,
      type: reply.getHeader('content-type') ?? null,
      location: reply.getHeader('location') ?? null,
    }
    await database.pool.query(
      'update idempotency_keys set status = $3, response = $4 where user_id = $1 and key = $2',
      [userId, key, reply.statusCode, JSON.stringify(response)],
    )
  }
}

function replay(stored: StoredAnswer, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (stored.route !== routeOf(request) || !stored.body_digest.equals(digestOf(request)))
    throw new DomainError('idempotency-key-reused')
  if (stored.status === null || stored.response === null) {
    throw new DomainError('state-forbids', 'The first request with this key is still under way')
  }
  const { body, type, location } = stored.response
  reply.code(stored.status).header('idempotency-replayed', 'true')
  if (location) reply.header('location', location)
  if (type) reply.type(type)
  return reply.serializer((text: string) => text).send(body ?? undefined)
}

const routeOf = (request: FastifyRequest): string => `${request.method} ${request.url}`

/** Of the body as it was understood: white space and the order of members do not matter. */
const digestOf = (request: FastifyRequest): Buffer =>
  createHash('sha256')
    .update(JSON.stringify(request.body ?? null))
    .digest()
