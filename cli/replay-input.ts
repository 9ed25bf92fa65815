import { readFile } from 'node:fs/promises'
import type { FileProblem } from '../central/core/replay/parse.ts'
import { readJson } from './json-lines.ts'

/** Something wrong with what was given, as it is shown: `/events/3/kWh`, and the line that says so; 0 without a file. */
export interface LineProblem {
  /** The file, or the option and its value. */
  where: string
  path: string
  line: number
  message: string
}

export type Read<T> = { ok: true; value: T } | { ok: false; problems: LineProblem[] }

/** Reads and checks a JSON file; problems come with their lines. */
export async function readFileAs<T>(
  file: string,
  parse: (input: unknown) => { ok: true; value: T } | { ok: false; problems: FileProblem[] },
): Promise<Read<T>> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    return wrong(file, `cannot be read: ${(error as Error).message}`)
  }
  const read = readJson(text.replace(/^\uFEFF/, ''))
  if (!read.ok) return { ok: false, problems: [{ where: file, path: '/', line: read.line, message: read.message }] }
  const parsed = parse(read.value)
  if (parsed.ok) return parsed
  const problems = parsed.problems.map(({ path, message }) => {
    return { where: file, path: pointer(path), line: read.lineOf(path), message }
  })
  return { ok: false, problems }
}

/** One problem of the whole of something. */
export const wrong = (where: string, message: string): { ok: false; problems: LineProblem[] } => ({
  ok: false,
  problems: [{ where, path: '/', line: 0, message }],
})

/** RFC 6901. */
export const pointer = (path: (string | number)[]): string =>
  `/${path.map(part => String(part).replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`
