/** Real ms between two lines. */
const EVERY_MS = { terminal: 100, lines: 1000 }

/**
 * How far a long run is, on standard error: a line that is written over on a terminal, or with `always` a line a second.
 * The last step is always told, and taken away again from a terminal.
 */
export function createProgress(
  stderr: NodeJS.WritableStream & { isTTY?: boolean },
  { always, now = performance.now.bind(performance) }: { always: boolean; now?: () => number },
): ((label: string) => (done: number, of: number) => void) | undefined {
  const terminal = stderr.isTTY === true
  if (!terminal && !always) return undefined
  const every = terminal ? EVERY_MS.terminal : EVERY_MS.lines
  return label => {
    let next = now() + every
    return (done, of) => {
      const last = done === of
      if (!last && now() < next) return
      next = now() + every
      const text = `replay ${label}: ${done} of ${of} (${Math.floor((done / of) * 100)} %)`
      if (!terminal) stderr.write(`${text}\n`)
      else stderr.write(last ? '\r\x1b[K' : `\r${text}\x1b[K`)
    }
  }
}
