import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { loadConfig } from '../../config/load.ts'
import { type Product, start } from '../../main.ts'
import { testDatabase } from './database.ts'
import { exchange } from './exchange.ts'
import { followEvents } from './live-events.ts'

/** What we need of a tap test. */
interface Test {
  teardown(done: () => Promise<void>): void
}

export interface Answer {
  status: number
  // Tests assert on what is there; a wrong shape fails them.
  // biome-ignore lint/suspicious/noExplicitAny: an answer of any route
  body: any
}

export interface Driver {
  name: string
  id: string
  token: string
  vehicleId: string
  /** The tag that the product gave them. */
  tag: string
}

export const ADMIN_PASSWORD = 'administers-the-test'
/** Real ms after which a state that should have come is a failure; the box may be busy. */
const PATIENCE_MS = 60_000
/** A few states change without a live event; they are asked for again after this at the latest. */
const ASK_AGAIN_MS = 100

/** For charging time that runs fast: what a driver or a pile does in time on an idle box is in time on a busy one. */
export const UNHURRIED = {
  'charging.arrivalGraceMinutes': 1440,
  'charging.startTimeoutMinutes': 60,
  'charging.stopTimeoutMinutes': 60,
  'charging.offlineTimeoutMinutes': 1440,
}

export type TestProduct = Awaited<ReturnType<typeof startProduct>>

/**
 * The whole product in this process: real sockets on free ports of 127.0.0.1, a database of its own. `overrides` are
 * settings by their path (`{'charging.arrivalGraceMinutes': 1}`). With `on`, it starts on what another one left behind.
 */
export async function startProduct(
  t: Test,
  overrides: Record<string, string | number> = {},
  on?: { databaseUrl: string; dataDir: string },
) {
  const databaseUrl = on?.databaseUrl ?? (await testDatabase(t)).url
  const dataDir = on?.dataDir ?? (await temporaryFolder(t))
  const settings = {
    'http.host': '127.0.0.1',
    'http.port': 0,
    'ocpp.host': '127.0.0.1',
    'ocpp.port': 0,
    'ocpp.settleDelaySeconds': 0,
    'mqtt.host': '127.0.0.1',
    'mqtt.port': 0,
    'database.url': databaseUrl,
    'data.dir': dataDir,
    'admin.password': ADMIN_PASSWORD,
    ...overrides,
  }
  const flags = Object.fromEntries(Object.entries(settings).map(([path, value]) => [path, String(value)]))
  const config = loadConfig({ env: {}, flags, cwd: dataDir })
  const product: Product = await start(config, pino({ level: process.env.TEST_LOG ?? 'silent' }, pino.destination(2)))
  const ending = new AbortController()
  const close = async (): Promise<void> => {
    ending.abort()
    await product.close()
  }
  t.teardown(close)
  const { http, clock } = product

  /** One HTTP exchange; a token of `null` is none. */
  const ask = async (method: string, path: string, body: unknown, token: string | null): Promise<Answer> => {
    const { response, text } = await exchange(`${http}/api/v1${path}`, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: text === '' ? null : JSON.parse(text) }
  }

  const signIn = async (username: string, password: string): Promise<string> => {
    const { status, body } = await ask('POST', '/auth/login', { username, password }, null)
    assert.equal(status, 200, `${username} signs in: ${JSON.stringify(body)}`)
    return body.token
  }

  const admin = await signIn('admin', ADMIN_PASSWORD)
  const changed = await followEvents(`${http}/api/v1/events`, admin, ending.signal)

  return {
    ...product,
    close,
    [Symbol.asyncDispose]: close,
    databaseUrl,
    dataDir,
    /** Token of the administrator. */
    admin,
    signIn,
    /** Charging time, as the product has it. */
    now: (): number => Math.round(clock.start + (Date.now() - clock.start) * clock.speed),

    /** As the administrator unless told otherwise. */
    api: (method: string, path: string, body?: unknown, token: string | null = admin): Promise<Answer> =>
      ask(method, path, body, token),

    /** Registers a driver with a vehicle and signs them in. */
    async driver(name: string): Promise<Driver> {
      const password = `drives-${name}-home`
      const vehicle = { plate: name.toUpperCase(), batteryCapacityWh: 60_000 }
      const made = await ask('POST', '/auth/register', { username: name, password, vehicle }, null)
      assert.equal(made.status, 201, `${name} registers: ${JSON.stringify(made.body)}`)
      const token = await signIn(name, password)
      const { body: profile } = await ask('GET', '/auth/profile', undefined, token)
      return { name, id: profile.id, token, vehicleId: profile.vehicles[0].id, tag: profile.idTags[0] }
    },

    /** Makes a user of a role and signs them in. */
    async user(role: 'operator' | 'technician' | 'simulator'): Promise<string> {
      const user = { username: `the-${role}`, password: `works-as-${role}` }
      const made = await ask('POST', '/users', { ...user, role }, admin)
      assert.equal(made.status, 201, `makes a ${role}: ${JSON.stringify(made.body)}`)
      return signIn(user.username, user.password)
    },

    /** Asks after every live event until there is an answer; fails with `what` when it never comes. */
    async until<T>(what: string, check: () => Promise<T | undefined | null | false>): Promise<T> {
      const deadline = Date.now() + PATIENCE_MS
      let last: unknown
      while (Date.now() < deadline) {
        const seen = changed.next(ASK_AGAIN_MS)
        last = await check()
        if (last) return last as T
        await seen
      }
      throw new assert.AssertionError({ message: `never: ${what}`, actual: last })
    },
  }
}

async function temporaryFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ev-product-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}
