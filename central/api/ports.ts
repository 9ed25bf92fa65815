import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Registry } from 'prom-client'
import type { Clock } from '../../protocol/clock.ts'
import type { SiteEvent } from '../../protocol/events.ts'
import type { Database } from '../store/orm.ts'
import type { Accounts } from '../use-cases/accounts/index.ts'
import type { Admin } from '../use-cases/admin/index.ts'
import type { Payments } from '../use-cases/payments/desk.ts'
import type { Actor, Verbs } from '../use-cases/verbs.ts'

/** How one part of the system is: `off` where it is not configured. */
export interface PartHealth {
  status: 'up' | 'down' | 'off'
  detail?: string
}

export interface ApiConfig {
  version: string
  /** HS256 key of the access tokens; see `keptSecret`. */
  jwtSecret: string
  /** Origins allowed to call from another page; empty switches CORS off. */
  corsOrigins?: string[]
  /** Trust `X-Forwarded-*` of a proxy in front: addresses or networks, `true` for all. */
  trustProxy?: boolean | string
  /** Requests in a minute from one address. */
  rateLimitPerMinute?: number
  /** Accounts that one address may open in a minute. */
  registrationsPerMinute?: number
  /** Failed sign-ins of one account, and of one address, in `loginWindowSeconds`. */
  loginFailuresPerAccount?: number
  loginFailuresPerAddress?: number
  loginWindowSeconds?: number
  /** Answers 503 while the event loop is behind by this, in real ms. */
  maxEventLoopDelayMs?: number
  /** Shows /metrics to everybody, not only to loopback addresses. */
  metricsOpen?: boolean
}

/** What the API needs of the world, named by ability. */
export interface ApiPorts {
  verbs: Verbs
  database: Database
  clock: Clock
  events: { subscribe(listener: (event: SiteEvent) => void): () => void }
  config: ApiConfig
  /** Answers in bounded time. */
  health: () => Promise<Record<string, PartHealth>>
  log: FastifyBaseLogger
  link: {
    /** Whether the charger's link is up; `undefined` where this node cannot know: the stored row is believed then. */
    connected(chargePointId: string): boolean | undefined
    /** Closes a link whose credentials have changed. */
    disconnect?(chargePointId: string, reason: string): Promise<void>
  }
  metrics?: Registry
  /** Wakes the dispatcher of a site whose piles or rules have changed. */
  touch?(siteId: string): void
}

/** What routes are given: the ports, and the back-office verbs made of them. */
export interface RouteContext extends ApiPorts {
  accounts: Accounts
  admin: Admin
  payments: Payments
}

export type App = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>

export const ROLES = ['driver', 'technician', 'operator', 'admin', 'simulator'] as const
export type Role = (typeof ROLES)[number]

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call: everybody, everybody signed in, or these roles. A route without it does not start. */
    access?: 'open' | 'user' | readonly Role[]
    /** Honours `Idempotency-Key`. */
    idempotent?: boolean
  }
  interface FastifyRequest {
    actor: Actor | null
    /** The refresh family of the access token, where there is one. */
    family: string | null
    /** What the audit keeps beside what was sent: values before and after a change. */
    audited: { before: object; after: object } | null
    /** The session came by cookie, so that another page could have sent it. */
    byCookie: boolean
  }
}
