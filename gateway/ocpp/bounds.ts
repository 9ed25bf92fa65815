export type Pace = { kind: 'ok' } | { kind: 'wait'; ms: number } | { kind: 'flood' }

/**
 * How fast one charge point may speak: a bucket of one second's messages. Beyond it the socket is read later; a charge point
 * that keeps sending without waiting for answers (`waiting` of them) for `floodMs` is to be closed. `now` in real ms.
 */
export function createPace(
  { messagesPerSecond, floodMs }: { messagesPerSecond: number; floodMs: number },
  start: number,
) {
  let tokens = messagesPerSecond
  let last = start
  let floodedSince: number | null = null
  return (now: number, waiting: number): Pace => {
    tokens = Math.min(messagesPerSecond, tokens + ((now - last) * messagesPerSecond) / 1000) - 1
    last = now
    if (tokens >= 0) {
      if (tokens > messagesPerSecond / 2) floodedSince = null
      return { kind: 'ok' }
    }
    if (waiting >= UNANSWERED) floodedSince ??= now
    if (floodedSince !== null && now - floodedSince > floodMs) return { kind: 'flood' }
    return { kind: 'wait', ms: Math.ceil((-tokens * 1000) / messagesPerSecond) }
  }
}

/** A charge point that waits for its answers never has so many open. */
const UNANSWERED = 8
