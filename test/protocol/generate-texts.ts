import fc from 'fast-check'

/** Strings as messages carry them: texts of a given length, date-times, URIs, and mistyped ones. */

const LONGEST_DRAWN = 600

const character = fc.oneof(
  fc.constantFrom('a', 'Z', '0', ' ', 'é', '充', '🔌', '\u0000', '"', '\\'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
)
/** Exactly `length` code points, astral ones among them. */
export const textOf = (length: number): fc.Arbitrary<string> =>
  length > LONGEST_DRAWN
    ? character.map(one => one.repeat(length))
    : fc.array(character, { minLength: length, maxLength: length }).map(all => all.join(''))

export const text = (maximum = 40): fc.Arbitrary<string> =>
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
