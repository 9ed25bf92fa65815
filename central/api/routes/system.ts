import { z } from 'zod'
import { DomainError } from '../../../protocol/errors.ts'
import { rfc3339 } from '../../../protocol/units.ts'
import type { App, PartHealth, RouteContext } from '../ports.ts'
import { answers } from '../schemas/common.ts'

const part = z.object({ status: z.enum(['up', 'down', 'off']), detail: z.string().optional() })
const health = z.object({
  status: z.enum(['ok', 'degraded']),
  version: z.string(),
  uptimeSeconds: z.number().int(),
  parts: z.record(z.string(), part),
  clock: z.object({ speed: z.number(), start: z.string() }).optional(),
})
const readiness = z.object({ status: z.enum(['ready', 'not-ready']), reasons: z.array(z.string()) })

const isDown = ({ status }: PartHealth): boolean => status === 'down'

/** How we are, for people, orchestrators and Prometheus. */
export function systemRoutes(app: App, { config, health: askParts, clock, metrics }: RouteContext): void {
  const tags = ['System']
  const open = { access: 'open' as const }

  app.route({
    method: 'GET',
    url: '/health',
    config: open,
    schema: { tags, summary: 'How each part is', security: [], response: answers({ 200: health }) },
    handler: async () => {
      const parts = await askParts()
      return {
        status: Object.values(parts).some(isDown) ? ('degraded' as const) : ('ok' as const),
        version: config.version,
        uptimeSeconds: Math.floor(process.uptime()),
        parts,
        // a scaled clock is for demonstrations and tests: whoever looks must see it
        ...(clock.speed !== 1 && { clock: { speed: clock.speed, start: rfc3339(clock.start) } }),
      }
    },
  })

  app.route({
    method: 'GET',
    url: '/livez',
    config: open,
    schema: {
      tags,
      summary: 'The process answers',
      security: [],
      response: answers({ 200: z.object({ status: z.literal('alive') }) }),
    },
    handler: () => ({ status: 'alive' as const }),
  })

  app.route({
    method: 'GET',
    url: '/readyz',
    config: open,
    schema: {
      tags,
      summary: 'It can work; 503 with the reasons when not',
      security: [],
      response: { 200: readiness, 503: readiness },
    },
    handler: async (_request, reply) => {
      const down = Object.entries(await askParts()).filter(([, state]) => isDown(state))
      const reasons = down.map(([name, { detail }]) => (detail ? `${name}: ${detail}` : `${name} is down`))
      if (reasons.length === 0) return { status: 'ready' as const, reasons }
      return reply.code(503).header('retry-after', 5).send({ status: 'not-ready', reasons })
    },
  })

  if (!metrics) return
  app.route({
    method: 'GET',
    url: '/metrics',
    config: open,
    schema: { tags, summary: 'Prometheus metrics, for this host', security: [], response: { 200: z.string() } },
    handler: async (request, reply) => {
      if (!config.metricsOpen && !isLoopback(request.ip))
        throw new DomainError('forbidden', 'Metrics are told to this host only')
      return reply
        .type(metrics.contentType)
        .serializer((text: unknown) => String(text))
        .send(await metrics.metrics())
    },
  })
}

const isLoopback = (address: string): boolean => address === '::1' || /^(::ffff:)?127\./.test(address)
