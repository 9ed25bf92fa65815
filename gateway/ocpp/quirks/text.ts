const UNSTORABLE = /\0|[\uD800-\uDFFF]/

/** Deeper than any message of OCPP 1.6, shallow enough for every program that walks the value later. */
export const DEEPEST = 32

/**
 * Makes a decoded value fit for any store: NUL and lone surrogates, which PostgreSQL refuses, become U+FFFD, and what is
 * nested deeper than `DEEPEST` becomes null. Returns the same value when nothing had to change.
 */
export function storable(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') {
    return UNSTORABLE.test(value) ? value.toWellFormed().replaceAll('\0', '\uFFFD') : value
  }
  if (typeof value !== 'object' || value === null) return value
  if (depth >= DEEPEST) return null
  if (Array.isArray(value)) {
    const items = value.map(item => storable(item, depth + 1))
    return items.some((item, index) => item !== value[index]) ? items : value
  }
  const entries = Object.entries(value).map(([key, member]): [string, unknown] => [
    storable(key) as string,
    storable(member, depth + 1),
  ])
  const same = entries.every(
    ([key, member]) => Object.hasOwn(value, key) && (value as Record<string, unknown>)[key] === member,
  )
  return same ? value : Object.fromEntries(entries)
}
