import swagger from '@fastify/swagger'
import Fastify from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import type { App } from './ports.ts'

/** The page loads two files of this origin and nothing else, so that it works on a box without internet. */
const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>EV charging gateway: HTTP API</title>
  </head>
  <body>
    <script id="api-reference" data-url="/openapi.json"
      data-configuration='{"withDefaultFonts":false,"telemetry":false,"hideClientButton":true,"showDeveloperTools":"never","agent":{"disabled":true}}'></script>
    <script src="/docs/scalar.js"></script>
  </body>
</html>
`

/** `/openapi.json` made from the schemas of the routes, and `/docs` to browse it. */
export async function registerDocs(app: App, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'EV charging gateway',
        version,
        description:
          'Sites, piles, queue, charging, bills. Energy in Wh, power in W, times RFC 3339 UTC, money in minor units. Refusals are RFC 9457 problems.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'Access token of POST /auth/login, or an API token' },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: 'session',
            description: 'Browser session; writes need X-Requested-With or the same Origin',
          },
        },
      },
      security: [{ bearer: [] }, { session: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: document => usedOnly(jsonSchemaTransformObject(document)),
  })
  const open = { schema: { hide: true }, config: { access: 'open' as const } }
  app.get('/openapi.json', open, () => app.swagger())
  app.get('/docs', open, (_request, reply) => reply.type('text/html; charset=utf-8').send(PAGE))
  app.get('/docs/', open, (_request, reply) => reply.redirect('/docs', 301))
  app.get('/docs/scalar.js', open, async (_request, reply) =>
    reply
      .type('text/javascript; charset=utf-8')
      .header('cache-control', 'public, max-age=86400')
      .send(await scalarScript()),
  )
}

/** Every named schema is offered in two forms, as input and as output: those that nothing refers to are left out. */
function usedOnly<T extends object>(document: T): T {
  const { components } = document as { components?: { schemas?: Record<string, unknown> } }
  const schemas = components?.schemas ?? {}
  const used = new Set<string>()
  const visit = (node: unknown): void => {
    for (const [, name] of JSON.stringify(node ?? {}).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (name === undefined || used.has(name)) continue
      used.add(name)
      visit(schemas[name])
    }
  }
  visit({ ...document, components: null })
  const kept = Object.fromEntries(Object.entries(schemas).filter(([name]) => used.has(name)))
  return { ...document, components: { ...components, schemas: kept } }
}

let script: Promise<string> | undefined

/**
 * Scalar keeps its browser program as a text of several megabytes inside its module, so that the module is loaded only
 * when somebody opens the page: it would cost every box 20 MB.
 */
function scalarScript(): Promise<string> {
  script ??= (async () => {
    const { default: scalar } = await import('@scalar/fastify-api-reference')
    const shelf = Fastify()
    await shelf.register(scalar, { routePrefix: '/docs', configuration: { url: '/openapi.json' } })
    const { payload } = await shelf.inject('/docs/js/scalar.js')
    await shelf.close()
    return payload
  })()
  return script
}
