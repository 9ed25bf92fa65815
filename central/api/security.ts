import cookie from '@fastify/cookie'
import cors from '@fastify/cors'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import underPressure from '@fastify/under-pressure'
import { DomainError } from '../../protocol/errors.ts'
import type { ApiConfig, App } from './ports.ts'

/**
 * Headers, origins, rates and load. The console and /docs load scripts from this origin only; styles may be inline,
 * because both libraries set them from scripts.
 */
export async function registerSecurity(app: App, config: ApiConfig): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        baseUri: ["'self'"],
        objectSrc: ["'none'"],
        frameAncestors: ["'none'"],
        formAction: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
      },
    },
    // the box speaks plain HTTP on the site's network; a proxy with TLS adds its own
    strictTransportSecurity: false,
    crossOriginEmbedderPolicy: false,
  })
  if (config.corsOrigins?.length) {
    await app.register(cors, {
      origin: config.corsOrigins,
      exposedHeaders: ['X-Request-Id', 'Location', 'Retry-After'],
    })
  }
  await app.register(cookie)
  await app.register(rateLimit, {
    global: true,
    max: config.rateLimitPerMinute ?? 60_000,
    timeWindow: 60_000,
    errorResponseBuilder: (_request, { ttl }) =>
      new DomainError('rate-limited', `Try again in ${Math.ceil(ttl / 1000)} s`),
  })
  await app.register(underPressure, {
    maxEventLoopDelay: config.maxEventLoopDelayMs ?? 5_000,
    retryAfter: 5,
    pressureHandler: request => {
      // whoever asks how we are must be told, above all now
      if (!PROBES.has(request.url)) throw new DomainError('overloaded')
    },
  })
}

const PROBES = new Set(['/health', '/livez', '/readyz', '/metrics'])
