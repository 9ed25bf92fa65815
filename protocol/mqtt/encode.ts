const PLAIN = /^[a-zA-Z0-9_-]+$/

/** An id as one level of a topic: everything outside `[a-zA-Z0-9_-]` is percent-encoded as UTF-8, upper-case hex. */
export function encodeId(id: string): string {
  if (PLAIN.test(id)) return id
  return encodeURIComponent(id.toWellFormed()).replace(
    /[!'()*.~]/g,
    char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/**
 * The id behind one level of a topic, or null where the level is empty or not what `encodeId` writes: every id has one
 * spelling, so that nobody reads or writes beside an access rule by another spelling.
 */
export function decodeId(level: string): string | null {
  if (PLAIN.test(level)) return level
  if (level === '') return null
  try {
    const id = decodeURIComponent(level)
    return encodeId(id) === level ? id : null
  } catch {
    return null
  }
}
