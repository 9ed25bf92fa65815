export type PathResult =
  | { ok: true; identity: string; written: string }
  | { ok: false; status: 400 | 404 | 414; reason: string; written: string }

const MAX_URL = 2048
const MAX_IDENTITY = 255

/**
 * Finds the charge point's identity in the path of an upgrade: `<prefix>/<identity>`, the last segment that is not
 * empty (quirk 5), percent-decoded once (quirk 4). Never throws, whatever the bytes.
 */
export function identityOf(url: string, prefix: string): PathResult {
  if (url.length > MAX_URL) return refused(414, 'the path is too long')
  const path = url.replace(/^[a-z]+:\/\/[^/]*/i, '').replace(/[?#].*$/s, '')
  const segments = path.split('/').filter(segment => segment !== '')
  const expected = prefix.split('/').filter(segment => segment !== '')
  if (expected.some((segment, index) => segments[index] !== segment)) {
    return refused(404, 'no such path')
  }
  const written = segments.slice(expected.length).at(-1)
  if (written === undefined) return refused(404, 'the path names no charge point')
  const identity = decoded(written)
  if (identity === null) return refused(400, 'the identity is not valid percent-encoding', written)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\x00-\x1f\x7f]/.test(identity)) return refused(400, 'the identity has control characters', written)
  if (identity.trim() === '') return refused(404, 'the path names no charge point')
  if (identity.length > MAX_IDENTITY) return refused(414, 'the identity is too long', written)
  return { ok: true, identity, written }
}

const refused = (status: 400 | 404 | 414, reason: string, written = ''): PathResult => ({
  ok: false,
  status,
  reason,
  written: written.slice(0, MAX_IDENTITY),
})

function decoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment)
  } catch {
    return null
  }
}
