import t from 'tap'
import { ORIGINAL_ROUTES, OTHER_ROUTES, SYSTEM_ROUTES } from './routes.ts'
import { api } from './support.ts'

interface Operation {
  summary?: string
  tags?: string[]
  security?: object[]
  parameters?: { name: string; in: string; schema: object }[]
  requestBody?: { content: Record<string, { schema: object }> }
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>
}

t.test('the OpenAPI document', async t => {
  const { app } = await api(t)
  const answer = await app.inject('/openapi.json')
  t.equal(answer.statusCode, 200)
  const document = answer.json()
  const operations = Object.entries(document.paths as Record<string, Record<string, Operation>>).flatMap(
    ([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  )

  await t.test('lists exactly the routes of the contract', async t => {
    const listed = operations.map(({ path, method }) => `${method} ${path.replace('/api/v1', '')}`)
    const contract = [...ORIGINAL_ROUTES, ...OTHER_ROUTES].map(([route]) => route)
    t.same(listed.toSorted(), [...contract, ...SYSTEM_ROUTES].toSorted())
  })

  await t.test('is OpenAPI 3.1: every operation is whole and every reference leads somewhere', async t => {
    t.match(document, { openapi: /^3\.1\./, info: { title: String, version: '1.2.3' } })
    for (const { path, method, operation } of operations) {
      const name = `${method} ${path}`
      t.ok(operation.summary && operation.tags?.length, `${name} says what it is`)
      const placeholders = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter)
      const declared = (operation.parameters ?? [])
        .filter(parameter => parameter.in === 'path')
        .map(parameter => parameter.name)
      t.same(declared.toSorted(), placeholders.toSorted(), `${name} declares its parameters`)
      const successes = Object.entries(operation.responses).filter(([status]) => status.startsWith('2'))
      t.ok(successes.length > 0, `${name} says how it answers`)
      for (const { description } of Object.values(operation.responses)) t.type(description, 'string')
      if (path.startsWith('/api/v1/') && path !== '/api/v1/events') {
        t.ok(operation.responses['4XX']?.content?.['application/problem+json'], `${name} says how it refuses`)
      }
    }
    const references = [...answer.body.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
      ([, schema]) => schema!,
    )
    const schemas = Object.keys(document.components.schemas)
    t.same(
      [...new Set(references)].toSorted(),
      schemas.toSorted(),
      'no reference without a schema, no schema without a reference',
    )
  })

  await t.test('is of the same schemas that check: a body that it forbids is refused', async t => {
    const body = document.paths['/api/v1/charging/request'].post.requestBody.content['application/json'].schema
    t.match(body, { type: 'object', required: ['mode', 'energyWh'], additionalProperties: false })
    t.match(document.components.schemas.Problem.properties, { code: { type: 'string' }, requestId: { type: 'string' } })
  })
})

t.test('/docs is one page of this origin without inline scripts', async t => {
  const { app } = await api(t)
  t.equal((await app.inject('/docs/')).headers.location, '/docs')
  const page = await app.inject('/docs')
  t.match(page.headers['content-type'], 'text/html')
  t.match(page.headers['content-security-policy'], /script-src 'self';/)
  const scripts = [...page.body.matchAll(/<script([^>]*)>([^<]*)/g)]
  t.ok(scripts.every(([, , inline]) => inline === ''))
  const sources = scripts.flatMap(([, attributes]) => attributes!.match(/src="([^"]+)"/)?.slice(1) ?? [])
  t.same(sources, ['/docs/scalar.js'])
  const script = await app.inject('/docs/scalar.js')
  t.match(script.headers['content-type'], 'text/javascript')
  t.match(script.body, 'api-reference')
})
