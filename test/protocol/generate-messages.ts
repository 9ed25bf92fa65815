import fc from 'fast-check'
import type { JsonSchema } from './official-schema.ts'

/** Messages made from a JSON schema: `valid` ones that it accepts, and `near` ones with at most one thing changed. */

export type Json = unknown

const LONGEST_DRAWN = 600
/** Changes go deep more often than not, where most members are. */
const DEEP_WEIGHT = 8

const character = fc.oneof(
  fc.constantFrom('a', 'Z', '0', ' ', 'é', '充', '🔌', '\u0000', '"', '\\'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
)
/** Exactly `length` code points, astral ones among them. */
const textOf = (length: number): fc.Arbitrary<string> =>
  length > LONGEST_DRAWN
    ? character.map(one => one.repeat(length))
    : fc.array(character, { minLength: length, maxLength: length }).map(all => all.join(''))

const text = (maximum = 40): fc.Arbitrary<string> =>
  fc.oneof(
    fc.integer({ min: 0, max: Math.min(maximum, 12) }).chain(textOf),
    textOf(maximum),
    fc.constant('🔌'.repeat(maximum)),
  )

const two = (max: number) => fc.integer({ min: 0, max }).map(value => String(value).padStart(2, '0'))

const zone = fc.oneof(
  fc.constantFrom('Z', 'z', '+02:00', '-0330', '+02', '+99:99'),
  fc.tuple(fc.constantFrom('+', '-'), two(23), two(59)).map(([sign, hours, minutes]) => `${sign}${hours}:${minutes}`),
)
const fraction = fc.oneof(fc.constant(''), fc.stringMatching(/^\.\d{1,9}$/))

export const dateTime: fc.Arbitrary<string> = fc
  .tuple(
    fc.date({ min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true }),
    fc.constantFrom('T', 't', ' '),
    fraction,
    zone,
  )
  .map(([date, separator, decimals, offset]) => {
    const iso = date.toISOString()
    return `${iso.slice(0, 10)}${separator}${iso.slice(11, 19)}${decimals}${offset}`
  })

/** Strings in the shape of a date-time, many of them impossible: 30 February, hour 24, second 60. */
export const dateTimeLike: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('2023', '2024', '1900', '2000', '0000', '202', '20240'),
    two(13),
    fc.oneof(two(32), fc.constantFrom('28', '29', '30', '31')),
    fc.constantFrom('T', 't', ' ', '\u00a0', '\n', '', 'TT', '_'),
    fc.oneof(two(24), fc.constant('23')),
    fc.oneof(two(60), fc.constant('59')),
    fc.oneof(two(61), fc.constant('60')),
    fc.oneof(fraction, fc.constantFrom('.', ',5')),
    fc.oneof(zone, fc.constantFrom('', 'UTC', '+2', '+02:', '+02:0', 'Z ', '\n')),
  )
  .map(
    ([year, month, day, separator, hours, minutes, seconds, decimals, offset]) =>
      `${year}-${month}-${day}${separator}${hours}:${minutes}:${seconds}${decimals}${offset}`,
  )

const segment = fc.stringMatching(/^[a-zA-Z0-9._~!$&'()*+,;=:@-]{0,6}$/)
const host = fc.oneof(
  fc.ipV4(),
  fc.ipV6().map(address => `[${address}]`),
  fc.domain(),
  fc.constantFrom('', 'localhost', '[v1.a:b]', '%41b', '[::ffff:10.0.0.1]', 'a_b'),
)
export const uri: fc.Arbitrary<string> = fc.oneof(
  fc.webUrl({ withFragments: true, withQueryParameters: true }),
  fc
    .tuple(
      fc.constantFrom('ftp', 'sftp', 'HTTPS', 'x+y.z-1'),
      fc.constantFrom('', 'user@', 'user:pa%20ss@'),
      host,
      fc.constantFrom('', ':', ':21'),
      fc.array(segment, { maxLength: 3 }),
      fc.constantFrom('', '?', '?a=b/?', '#', '#frag/ment?', '?q#f'),
    )
    .map(
      ([scheme, user, name, port, path, tail]) =>
        `${scheme}://${user}${name}${port}${path.map(part => `/${part}`).join('')}${tail}`,
    ),
  fc.constantFrom('urn:oasis:names', 'file:/a', 'mailto:a@b', 'file:///etc/x', 'a:/'),
)

/** One character of a string replaced, removed or added. */
export const mistyped = (source: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(
      source,
      fc.nat(),
      fc.constantFrom(
        '',
        ' ',
        '[',
        ']',
        ':',
        '/',
        '%',
        '%4',
        '"',
        '<',
        '@',
        '#',
        'é',
        '-',
        '+',
        '0',
        '9',
        'T',
        'Z',
        '::',
        '//',
        '\n',
      ),
      fc.nat({ max: 1 }),
    )
    .map(([whole, at, replacement, removed]) => {
      const index = at % (whole.length + 1)
      return whole.slice(0, index) + replacement + whole.slice(index + removed)
    })

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
