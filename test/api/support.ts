import type { LightMyRequestResponse } from 'fastify'
import { pino } from 'pino'
import { Counter, Registry } from 'prom-client'
import { createApi } from '../../central/api/app.ts'
import type { ApiConfig, ApiPorts, App, Role } from '../../central/api/ports.ts'
import type { Database } from '../../central/store/orm.ts'
import { createUser } from '../../central/use-cases/accounts/register.ts'
import { type ManualClock, manualClock } from '../../protocol/clock.ts'
import type { SiteEvent } from '../../protocol/events.ts'
import { testDatabase } from '../support/database.ts'
import { type RecordedVerbs, recordedVerbs } from './verbs.ts'

export const NOW = Date.parse('2026-11-22T08:00:00.000Z')
export const PASSWORD = 'correct horse battery'

export interface Harness {
  app: App
  database: Database
  clock: ManualClock
  verbs: RecordedVerbs
  emit(event: SiteEvent): void
  health: { parts: Awaited<ReturnType<ApiPorts['health']>> }
  disconnected: string[]
  /** An account of a role, with its token and headers. */
  user(role: Role, name?: string): Promise<User>
}

export interface User {
  id: string
  username: string
  headers: { authorization: string }
}

interface Test {
  teardown(done: () => Promise<void>): void
}

/** The API on a database of the test's own, with recorded verbs behind it. */
export async function api(t: Test, options: { config?: Partial<ApiConfig>; speed?: number } = {}): Promise<Harness> {
  const { database } = await testDatabase(t)
  const clock = manualClock(NOW)
  const verbs = recordedVerbs(clock)
  const listeners = new Set<(event: SiteEvent) => void>()
  const health: Harness['health'] = {
    parts: { database: { status: 'up' }, ocpp: { status: 'up' }, mqtt: { status: 'up' } },
  }
  const disconnected: string[] = []
  const metrics = new Registry()
  new Counter({ name: 'things', help: 'Things', registers: [metrics] }).inc()
  const app = await createApi({
    verbs: verbs.port,
    database,
    clock: options.speed === undefined ? clock : { ...clock, speed: options.speed },
    events: {
      subscribe: listener => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    config: {
      version: '1.2.3',
      jwtSecret: 'a secret of tests that is long enough',
      // a busy machine is no fact about the API
      maxEventLoopDelayMs: 120_000,
      ...options.config,
    },
    health: async () => health.parts,
    log: pino({ level: 'silent' }),
    link: { connected: () => undefined, disconnect: async id => void disconnected.push(id) },
    metrics,
  })
  t.teardown(() => app.close())
  await database.pool.query(
    `insert into sites (id, name, time_zone, currency, waiting_capacity, created_at) values ('default', 'Default', 'Asia/Shanghai', 'CNY', 10, $1)`,
    [new Date(NOW - 1000)],
  )
  let made = 0
  const user = async (role: Role, name = `${role}${++made}`): Promise<User> => {
    const id = await createUser({ database, clock }, { username: name, password: PASSWORD, role })
    const answer = await app.inject({
      method: 'POST',
      url: '/api/v1/auth/login',
      payload: { username: name, password: PASSWORD },
    })
    return { id, username: name, headers: { authorization: `Bearer ${answer.json().token}` } }
  }
  return {
    app,
    database,
    clock,
    verbs,
    health,
    disconnected,
    user,
    emit: event => listeners.forEach(listener => void listener(event)),
  }
}

/** A charge point and a pile for tests that only need one to be there. */
export async function pile(
  database: Database,
  id: string,
  mode: 'fast' | 'trickle' = 'fast',
  connectorId = 1,
  chargePointId = id,
): Promise<void> {
  const at = new Date(NOW)
  await database.pool.query(
    `insert into charge_points (id, site_id, created_at) values ($1, 'default', $2) on conflict do nothing`,
    [chargePointId, at],
  )
  await database.pool.query(
    `insert into charging_piles (id, site_id, charge_point_id, connector_id, mode, power_w, queue_length, created_at)
     values ($1, 'default', $2, $3, $4, 7000, 2, $5)`,
    [id, chargePointId, connectorId, mode, at],
  )
}

export const problemOf = (answer: LightMyRequestResponse): Record<string, unknown> => answer.json()
