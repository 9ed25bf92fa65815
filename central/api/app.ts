import { randomUUID } from 'node:crypto'
import Fastify, { type FastifyRequest, LogController } from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import { createAccounts } from '../use-cases/accounts/index.ts'
import { createAdmin } from '../use-cases/admin/index.ts'
import { createPayments } from '../use-cases/payments/desk.ts'
import { registerAudit } from './audit.ts'
import { registerAuth } from './auth.ts'
import { registerDocs } from './docs.ts'
import { handleError } from './errors.ts'
import { registerHousekeeping } from './housekeeping.ts'
import { registerIdempotency } from './idempotency.ts'
import { readJsonOnly } from './json-body.ts'
import { createMethodTable } from './method-table.ts'
import type { ApiPorts, App, RouteContext } from './ports.ts'
import { sendProblem } from './problem.ts'
import { V1_ROUTES } from './routes/index.ts'
import { systemRoutes } from './routes/system.ts'
import { registerSecurity } from './security.ts'

/** Longest body that is read. */
export const BODY_LIMIT_BYTES = 256 * 1024
/** Real ms that a server which ends waits for answers under way; a request that never comes whole would hold it for ever. */
const CLOSE_MS = 2000

/**
 * The HTTP API, not yet listening. Everything under `/api/v1` follows rest.md: problem+json, strict bodies, roles,
 * cursors; `/openapi.json` and `/docs` are made from the same schemas.
 */
export async function createApi(ports: ApiPorts): Promise<App> {
  const { config, log } = ports
  const app: App = Fastify({
    loggerInstance: log,
    bodyLimit: BODY_LIMIT_BYTES,
    trustProxy: config.trustProxy ?? false,
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    logController: new LogController({ disableRequestLogging: true }),
    return503OnClosing: true,
    frameworkErrors: (error, request, reply) => void handleError(error, request as FastifyRequest, reply),
    routerOptions: { maxParamLength: 300 },
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
  }).withTypeProvider<ZodTypeProvider>()
  const context: RouteContext = {
    ...ports,
    accounts: createAccounts(ports),
    admin: createAdmin(ports),
    payments: createPayments({ pool: ports.database.pool, clock: ports.clock }),
  }

  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler(handleError)
  app.addHook('onRequest', async (request, reply) => void reply.header('x-request-id', request.id))
  app.addHook('preClose', async () => void setTimeout(() => app.server.closeAllConnections(), CLOSE_MS).unref())

  readJsonOnly(app)

  const methods = createMethodTable()
  app.addHook('onRoute', route => methods.add(route.url, route.method))
  app.setNotFoundHandler((request, reply) => {
    const allowed = methods.allowed(request.url)
    if (allowed.length === 0)
      return sendProblem(request, reply, { code: 'not-found', detail: 'There is no such route' })
    return sendProblem(request, reply.header('allow', allowed.join(', ')), { code: 'method-not-allowed' })
  })

  await registerSecurity(app, config)
  await registerAuth(app, context)
  await registerDocs(app, config.version)
  registerIdempotency(app, context)
  registerAudit(app, context)
  registerHousekeeping(app, context)
  systemRoutes(app, context)
  await app.register(
    async scope => {
      for (const routes of V1_ROUTES) routes(scope.withTypeProvider<ZodTypeProvider>() as App, context)
    },
    { prefix: '/api/v1' },
  )
  return app
}
