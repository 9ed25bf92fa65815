import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import { loginReply, problemReply, profileReply } from './replies.ts'
import { Stopped, type VirtualTime } from './time.ts'

export interface Reply {
  status: number
  body: unknown
}

/** The product answered what the contract does not know. */
export class StrangeReply extends Error {
  override readonly name = 'StrangeReply'
}

/** The answer as its schema reads it; throws `StrangeReply` for another. */
export function read<T>(schema: z.ZodType<T>, { status, body }: Reply): T {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new StrangeReply(`unexpected answer (${status}): ${issue?.path.join('.')} ${issue?.message}`)
}

/** Code and words of a refusal, for people. */
export function refusal({ status, body }: Reply): { code: string; text: string } {
  const { data } = problemReply.safeParse(body)
  return { code: data?.code || String(status), text: `${status} ${data?.code ?? ''} ${data?.detail ?? ''}`.trim() }
}

/** The product's REST API as one user sees it. */
export interface Rest {
  get(path: string): Promise<Reply>
  post(path: string, body: object): Promise<Reply>
  patch(path: string, body: object): Promise<Reply>
}

export interface RestOptions {
  /** `http://127.0.0.1:8080` */
  url: string
  time: VirtualTime
  signal: AbortSignal
  /** Called for a bearer token, again after a 401. */
  token?: () => Promise<string>
}

const API = '/api/v1'
const RETRY_MIN_REAL_MS = 250
const RETRY_MAX_REAL_MS = 10_000

/**
 * Every answer with a status is a reply, 4xx too. No answer, 429 and 503 are tried again with the same Idempotency-Key
 * until the simulation ends: a driver does not go away because the network blinks.
 */
export function createRest({ url, time, signal, token }: RestOptions): Rest {
  let bearer: string | null = null

  async function attempt(method: string, path: string, key: string, body?: object): Promise<Response> {
    if (token && bearer === null) bearer = await token()
    return fetch(`${url}${API}${path}`, {
      method,
      signal,
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(method === 'POST' && { 'idempotency-key': key }),
        ...(bearer !== null && { authorization: `Bearer ${bearer}` }),
      },
      ...(body && { body: JSON.stringify(body) }),
    })
  }

  async function request(method: string, path: string, body?: object): Promise<Reply> {
    const key = randomUUID()
    let refreshed = false
    for (let tries = 1; ; tries++) {
      let waitMs = Math.min(RETRY_MAX_REAL_MS, RETRY_MIN_REAL_MS * tries)
      try {
        const response = await attempt(method, path, key, body)
        const text = await response.text()
        if (response.status === 401 && token && !refreshed) {
          refreshed = true
          bearer = null
          continue
        }
        if (response.status !== 429 && response.status !== 503)
          return { status: response.status, body: text === '' ? null : JSON.parse(text) }
        const after = Number(response.headers.get('retry-after'))
        if (after > 0) waitMs = after * 1000
      } catch (error) {
        if (signal.aborted) throw new Stopped()
        if (error instanceof LoginFailed) throw error
      }
      await time.sleep(0, waitMs)
    }
  }

  return {
    get: path => request('GET', path),
    post: (path, body) => request('POST', path, body),
    patch: (path, body) => request('PATCH', path, body),
  }
}

/** The product refused a user that the simulation needs. */
export class LoginFailed extends Error {
  override readonly name = 'LoginFailed'
}

export interface Account {
  rest: Rest
  userId: string
  idTags: string[]
}

/** Registers a driver where asked to and none of that name is there, logs in, and gives their view of the API. */
export async function signIn(
  options: Omit<RestOptions, 'token'> & {
    username: string
    password: string
    register?: { vehicle: { plate: string; batteryCapacityWh: number } }
  },
): Promise<Account> {
  const { username, password, register } = options
  const open = createRest(options)
  if (register) {
    const reply = await open.post('/auth/register', { username, password, vehicle: register.vehicle })
    if (reply.status !== 201 && reply.status !== 409)
      throw new LoginFailed(`${username} cannot register: ${refusal(reply).text}`)
  }
  const token = async (): Promise<string> => {
    const reply = await open.post('/auth/login', { username, password })
    if (reply.status !== 200) throw new LoginFailed(`${username} cannot log in: ${refusal(reply).text}`)
    return read(loginReply, reply).token
  }
  const rest = createRest({ ...options, token })
  const { id, idTags } = read(profileReply, await rest.get('/auth/profile'))
  return { rest, userId: id, idTags }
}
