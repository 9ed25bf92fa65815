import fc from 'fast-check'
import { dateTime, dateTimeLike, mistyped, text, textOf, uri } from './generate-texts.ts'
import type { JsonSchema } from './official-schema.ts'

/** Messages made from a JSON schema: `valid` ones that it accepts, and `near` ones with at most one thing changed. */

export type Json = unknown

/** Changes go deep more often than not, where most members are. */
const DEEP_WEIGHT = 8

const integer = fc.oneof(
  fc.integer({ min: -2, max: 5 }),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(-0, 2 ** 31, 2 ** 53, 2 ** 63, 1e300),
)

/** A payload that the schema accepts. */
export function valid(schema: JsonSchema): fc.Arbitrary<Json> {
  if (schema.enum) return fc.constantFrom(...schema.enum)
  switch (schema.type) {
    case 'object': {
      const members = Object.entries(schema.properties ?? {}).map(([name, member]) => [name, valid(member)] as const)
      return fc.record(Object.fromEntries(members), { requiredKeys: schema.required ?? [], noNullPrototype: true })
    }
    case 'array':
      return fc.array(valid(schema.items!), { minLength: schema.minItems ?? 0, maxLength: 3 })
    case 'integer':
      return integer
    case 'number':
      return fc.oneof(
        fc.integer({ min: -1000, max: 1_000_000 }).map(tenths => tenths / 10),
        fc.integer({ min: 0, max: 100_000 }).map(tenths => tenths * 0.1),
        integer,
      )
    case 'boolean':
      return fc.boolean()
    default:
      if (schema.format === 'date-time') return dateTime
      if (schema.format === 'uri') return uri
      return text(schema.maxLength)
  }
}

const junk: fc.Arbitrary<Json> = fc.constantFrom<Json[]>(
  null,
  true,
  0,
  1,
  -1,
  1.5,
  0.05,
  Number.POSITIVE_INFINITY,
  '',
  '1',
  'null',
  'accepted',
  'Accepted',
  ' ',
  [],
  {},
  [{}],
  [null],
  { status: 'Accepted' },
)

/** A payload with one change somewhere: forbidden more often than not. */
export function near(schema: JsonSchema): fc.Arbitrary<Json> {
  return fc.oneof({ weight: 1, arbitrary: junk }, { weight: 6, arbitrary: changed(schema) })
}

function changed(schema: JsonSchema): fc.Arbitrary<Json> {
  if (schema.enum) {
    const words = fc.constantFrom(...schema.enum)
    return fc.oneof(
      words.map(word => word.toLowerCase()),
      mistyped(words),
      words,
    )
  }
  switch (schema.type) {
    case 'object':
      return changedObject(schema)
    case 'array':
      return fc
        .tuple(fc.array(valid(schema.items!), { maxLength: 2 }), near(schema.items!))
        .map(([rest, odd]) => [...rest, odd])
    case 'integer':
      return fc.oneof(
        fc.double(),
        integer.map(String),
        integer.map(value => value + 0.5),
      )
    case 'number':
      return fc.oneof(
        fc.double(),
        fc.integer({ min: 0, max: 100_000 }).map(hundredths => hundredths / 100),
        fc.constantFrom(0.1000001, 0.10000001),
      )
    case 'boolean':
      return fc.constantFrom('true', 0, 1, 'yes')
    default:
      if (schema.format === 'date-time') return fc.oneof(dateTimeLike, mistyped(dateTime))
      if (schema.format === 'uri') return mistyped(uri)
      return tooLong(schema.maxLength)
  }
}

const tooLong = (maximum: number | undefined): fc.Arbitrary<Json> =>
  maximum === undefined
    ? junk
    : fc.oneof(
        textOf(maximum + 1),
        fc.constant('\ud83d'.repeat(maximum)),
        fc.constant(`${'\ud83d'.repeat(maximum)}\udd0c`),
        fc.constant(`${'🔌'.repeat(maximum)}x`),
      )

const OTHER_MEMBERS = [
  'connectorId',
  'status',
  'x',
  '',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'idtag',
  'a/b~c',
]

function changedObject(schema: JsonSchema): fc.Arbitrary<Json> {
  const members = Object.entries(schema.properties ?? {})
  const whole = valid(schema) as fc.Arbitrary<Record<string, Json>>
  const added = fc
    .tuple(whole, fc.constantFrom(...OTHER_MEMBERS), junk)
    .map(([object, name, value]) => withMember(object, name, value))
  const replaced = members.map(([name, member]) => ({
    weight: member.type === 'object' || member.type === 'array' ? DEEP_WEIGHT : 3,
    arbitrary: fc.tuple(whole, near(member)).map(([object, value]) => withMember(object, name, value)),
  }))
  const removed = members.map(([name]) => whole.map(({ [name]: _, ...rest }) => rest))
  return fc.oneof(added, ...removed, ...replaced)
}

/** As JSON.parse would make it: `__proto__` becomes a member like any other. */
function withMember(object: Record<string, Json>, name: string, value: Json): Record<string, Json> {
  const copy = { ...object }
  return Object.defineProperty(copy, name, { value, enumerable: true, configurable: true, writable: true })
}
