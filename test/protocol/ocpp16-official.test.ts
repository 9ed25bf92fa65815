import fc from 'fast-check'
import t from 'tap'
import { z } from 'zod'
import { type Action, actions, allActions } from '../../protocol/ocpp16/actions.ts'
import { near, valid } from './generate-messages.ts'
import { dateTime, dateTimeLike, mistyped, uri } from './generate-texts.ts'
import { type JsonSchema, officialAccepts, officialSchemas } from './official-schema.ts'

const RUNS = 150

const messages = allActions.flatMap((action: Action) => [
  { name: `${action}.req`, schema: actions[action].request as z.ZodObject },
  { name: `${action}.conf`, schema: actions[action].response as z.ZodObject },
])

t.test('the table has exactly the messages of the official schemas', async t => {
  t.same(messages.map(message => message.name).toSorted(), [...officialSchemas.keys()].toSorted())
})

/** Members, required members, types and enumerations; lengths and formats are proven by generated messages. */
function outline(schema: JsonSchema): unknown {
  if (schema.enum) return schema.enum.toSorted()
  if (schema.type === 'array') return { items: outline(schema.items!), minItems: schema.minItems ?? 0 }
  if (schema.type !== 'object') return schema.type === 'integer' ? 'number' : schema.type
  const members = Object.entries(schema.properties ?? {}).map(([name, member]) => [name, outline(member)])
  return {
    members: Object.fromEntries(members),
    required: (schema.required ?? []).toSorted(),
    open: schema.additionalProperties !== false,
  }
}

t.test('members, required members and enumerations are the official ones', async t => {
  for (const { name, schema } of messages) {
    t.same(outline(z.toJSONSchema(schema) as JsonSchema), outline(officialSchemas.get(name)!), name)
  }
})

t.test('what the official schema accepts ours accepts, unchanged', async t => {
  for (const { name, schema } of messages) {
    const property = fc.property(valid(officialSchemas.get(name)!), payload => {
      const parsed = schema.safeParse(payload)
      return (
        officialAccepts(name, payload) &&
        parsed.success &&
        fc.stringify(sorted(parsed.data)) === fc.stringify(sorted(payload))
      )
    })
    t.doesNotThrow(() => fc.assert(property, { numRuns: RUNS }), name)
  }
})

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .map(([name, member]) => [name, sorted(member)] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
}

t.test('ours accepts a damaged message if and only if the official schema does', async t => {
  for (const { name, schema } of messages) {
    const property = fc.property(
      near(officialSchemas.get(name)!),
      payload => schema.safeParse(payload).success === officialAccepts(name, payload),
    )
    t.doesNotThrow(() => fc.assert(property, { numRuns: 3 * RUNS }), name)
  }
})

t.test('date-times and URIs are judged as officially, whatever the text', async t => {
  const heartbeat = actions.Heartbeat.response
  const diagnostics = actions.GetDiagnostics.request
  const sameTime = (text: string) =>
    heartbeat.safeParse({ currentTime: text }).success === officialAccepts('Heartbeat.conf', { currentTime: text })
  const sameUri = (text: string) =>
    diagnostics.safeParse({ location: text }).success === officialAccepts('GetDiagnostics.req', { location: text })
  const times = fc.oneof(dateTime, dateTimeLike, mistyped(dateTime), fc.string())
  const uris = fc.oneof(uri, mistyped(uri), mistyped(mistyped(uri)), fc.string())
  t.doesNotThrow(() => fc.assert(fc.property(times, sameTime), { numRuns: 5000 }))
  t.doesNotThrow(() => fc.assert(fc.property(uris, sameUri), { numRuns: 5000 }))
})
