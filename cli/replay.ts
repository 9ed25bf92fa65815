import { readFile } from 'node:fs/promises'
import { parseTimeline } from '../central/core/replay/parse.ts'
import { toAnswer } from '../central/core/replay/print.ts'
import { simulate } from '../central/core/replay/simulate.ts'
import { readJson } from './json-lines.ts'
import { toTable } from './replay-table.ts'

/** Something wrong with a file, as it is shown: `/events/3/kWh`, and the line that says so; 0 without a file. */
export interface LineProblem {
  path: string
  line: number
  message: string
}

export interface ReplayOptions {
  /** One JSON document on standard output in place of a table. */
  json?: boolean
  stdout?: NodeJS.WritableStream
  stderr?: NodeJS.WritableStream
}

/**
 * `replay FILE [--json]`: runs a timeline (domain.md section 9) and writes its answer. Returns the exit code: 0, or 2
 * when the file cannot be read or is wrong, with every problem named on standard error, and with --json also on output.
 */
export async function replayCommand(file: string, options: ReplayOptions = {}): Promise<number> {
  const { json = false, stdout = process.stdout, stderr = process.stderr } = options

  const fail = async (problems: LineProblem[]): Promise<number> => {
    for (const { path, line, message } of problems)
      await write(stderr, `${line === 0 ? file : `${file}:${line}`}: ${path}: ${message}\n`)
    if (json) await write(stdout, `${JSON.stringify({ problems }, null, 2)}\n`)
    return 2
  }

  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    return fail([{ path: '/', line: 0, message: `cannot be read: ${(error as Error).message}` }])
  }
  const read = readJson(text.replace(/^\uFEFF/, ''))
  if (!read.ok) return fail([{ path: '/', line: read.line, message: read.message }])
  const parsed = parseTimeline(read.value)
  if (!parsed.ok) {
    return fail(parsed.problems.map(({ path, message }) => ({ path: pointer(path), line: read.lineOf(path), message })))
  }
  const answer = toAnswer(parsed.timeline, simulate(parsed.timeline))
  await write(stdout, json ? `${JSON.stringify(answer, null, 2)}\n` : toTable(answer))
  return 0
}

/** RFC 6901. */
const pointer = (path: (string | number)[]): string =>
  `/${path.map(part => String(part).replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`

/** Resolves when the text is on its way, so that a process may end after it. */
const write = (stream: NodeJS.WritableStream, text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    stream.write(text, error => (error ? reject(error) : resolve()))
  })
