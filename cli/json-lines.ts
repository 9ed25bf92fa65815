import { isNode, LineCounter, type Node, parseDocument } from 'yaml'

export type JsonText =
  | { ok: true; value: unknown; lineOf: (path: readonly (string | number)[]) => number }
  | { ok: false; line: number; message: string }

/** Reads strict JSON and can tell afterwards in which line (from 1) a value stands. */
export function readJson(text: string): JsonText {
  try {
    return { ok: true, value: JSON.parse(text), lineOf: lineFinder(text) }
  } catch (error) {
    const { message } = error as SyntaxError
    const at = / at position (\d+)/.exec(message)?.[1]
    const [plain = message] = message.split(/ in JSON at position| at position|, (?:\.\.\.)?"/)
    return {
      ok: false,
      line: lineAt(text, at === undefined ? badToken(text) : Number(at)),
      message: `not JSON: ${plain}`,
    }
  }
}

const lineAt = (text: string, position: number): number => text.slice(0, position).split('\n').length

/**
 * V8 names the position of an error except for unexpected tokens and a missing end. The token is the last character of the
 * shortest beginning of the text that is refused for a token; without one the text ends too early.
 */
function badToken(text: string): number {
  let good = 0
  let bad = text.length + 1
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2)
    if (refusesToken(text.slice(0, middle))) bad = middle
    else good = middle
  }
  return bad - 1
}

function refusesToken(text: string): boolean {
  try {
    JSON.parse(text)
    return false
  } catch (error) {
    return (error as SyntaxError).message.startsWith('Unexpected token')
  }
}

/**
 * The line of the value at a path; of what would hold it when it is missing. JSON is YAML, and the YAML parser keeps
 * places; it is slow and therefore run only when the first line is asked for.
 */
function lineFinder(text: string): (path: readonly (string | number)[]) => number {
  const places = () => {
    const lines = new LineCounter()
    return { lines, document: parseDocument(text, { lineCounter: lines, uniqueKeys: false }) }
  }
  let known: ReturnType<typeof places> | undefined
  return path => {
    known ??= places()
    let length = path.length
    let node = known.document.getIn(path, true)
    while (!isNode(node) && length > 0) node = known.document.getIn(path.slice(0, --length), true)
    return known.lines.linePos((node as Node).range![0]).line
  }
}
