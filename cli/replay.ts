import { writeFile } from 'node:fs/promises'
import { differenceOf, type Side } from '../central/core/replay/compare.ts'
import { parseTimeline, type Timeline } from '../central/core/replay/parse.ts'
import { type Answer, toAnswer } from '../central/core/replay/print.ts'
import { type Rules, underRules } from '../central/core/replay/rules.ts'
import { simulate } from '../central/core/replay/simulate.ts'
import type { Config } from '../config/schema.ts'
import { toComparison } from './replay-compare.ts'
import { readRecorded } from './replay-database.ts'
import { type LineProblem, pointer, type Read, readFileAs, wrong } from './replay-input.ts'
import { createProgress } from './replay-progress.ts'
import { OWN, readRules } from './replay-rules.ts'
import { toTable } from './replay-table.ts'

export interface ReplayOptions {
  /** One JSON document on standard output in place of a table. */
  json?: boolean
  /** Rules other than the timeline's, each as `readRules` reads them, on top of each other. */
  policy?: string[]
  fast?: string
  trickle?: string
  /** A JSON file. */
  tariff?: string
  /** Two of them: run both and show them side by side. */
  compare?: string[]
  /** A site: its recorded days in place of a file. */
  fromDatabase?: string
  date?: string
  to?: string
  /** A file that the timeline of the database is written to. */
  save?: string
  /** How far it is on standard error, also where that is no terminal. */
  progress?: boolean
  stdout?: NodeJS.WritableStream
  stderr?: NodeJS.WritableStream
}

/** What is to be run, and how it really went where that is known. */
export interface Source {
  timeline: Timeline
  recorded?: Side
  /** What a reader should know of it. */
  notes: string[]
}

/**
 * `replay FILE` or `replay --from-database SITE --date DAY`: runs a timeline (domain.md section 9) and writes its answer,
 * or with --compare the figures of two. Returns the exit code: 0, or 2 when something that was given cannot be read or is
 * wrong, with every problem named on standard error, and with --json also on output.
 */
export async function replayCommand(
  file: string | undefined,
  options: ReplayOptions = {},
  config?: () => Config,
): Promise<number> {
  const { json = false, stdout = process.stdout, stderr = process.stderr } = options

  const fail = async (problems: LineProblem[]): Promise<number> => {
    for (const { where, path, line, message } of problems)
      await write(stderr, `${line === 0 ? where : `${where}:${line}`}: ${path}: ${message}\n`)
    const told = problems.map(({ where, ...problem }) => (where === file ? problem : { ...problem, where }))
    if (json) await write(stdout, `${JSON.stringify({ problems: told }, null, 2)}\n`)
    return 2
  }

  const asked = sidesAsked(file, options)
  if (!asked.ok) return fail(asked.problems)
  const { sides, from } = asked.value
  const rules: Rules[][] = []
  for (const texts of sides) {
    const read = await readAll(texts)
    if (!read.ok) return fail(read.problems)
    rules.push(read.value)
  }
  const source = await readSource(from, options, config)
  if (!source.ok) return fail(source.problems)
  const { timeline, recorded, notes } = source.value
  for (const note of notes) await write(stderr, `${note}\n`)

  const progress = createProgress(stderr, { always: options.progress === true })
  const days: { answer: Answer; side: Side; rules: object }[] = []
  for (const [index, changes] of rules.entries()) {
    const name = sides[index]!.at(-1)?.text ?? OWN
    const run = apply(timeline, changes)
    if (!run.ok) return fail(run.problems.map(each => ({ where: name, line: 0, ...each, path: pointer(each.path) })))
    if (run.leftOut > 0) await write(stderr, `${name}: ${run.leftOut} events of piles that are not there left out\n`)
    const replayed = simulate(run.timeline, progress?.(name))
    const answer = toAnswer(run.timeline, replayed)
    const { end, metrics } = answer
    const side: Side = { name, end, endMs: replayed.end / replayed.ticks.perMs, metrics }
    days.push({ answer, side, rules: rulesOf(run.timeline) })
  }

  const compared = [...(recorded === undefined ? [] : [recorded]), ...days.map(({ side }) => side)]
  const [one, two] = compared.slice(-2)
  const difference = two === undefined ? undefined : differenceOf(one!, two)
  if (json) {
    const told = compared.map(({ endMs: _, name, ...side }) => {
      return { name, ...days.find(day => day.side.name === name)?.rules, ...side }
    })
    const [only] = days.length === 1 ? days : []
    const answer = only === undefined ? { sides: told, difference } : withRecorded(only.answer, recorded, difference)
    await write(stdout, `${JSON.stringify(answer, null, 2)}\n`)
  } else if (days.length > 1) await write(stdout, toComparison(compared))
  else {
    const [{ answer }] = days as [(typeof days)[number]]
    await write(stdout, recorded === undefined ? toTable(answer) : `${toTable(answer)}\n${toComparison(compared)}`)
  }
  return 0
}

/** What a timeline is run under, as far as rules may differ. */
function rulesOf({ policy, piles, waitingCapacity }: Timeline): object {
  const count = (mode: string): number => piles.filter(pile => pile.mode === mode).length
  return { policy, piles: { F: count('fast'), T: count('trickle') }, waitingCapacity }
}

function withRecorded(answer: object, recorded: Side | undefined, difference: object | undefined): object {
  if (recorded === undefined) return answer
  const { end, metrics } = recorded
  return { ...answer, recorded: { end, metrics }, difference }
}

interface Told {
  option: string
  text: string
}

/** For each run the rules it is under, and the file; `--compare A B FILE` leaves the file among the compared. */
function sidesAsked(
  file: string | undefined,
  { compare = [], policy = [], fast, trickle, tariff, fromDatabase, date, to, save }: ReplayOptions,
): Read<{ sides: Told[][]; from: string | undefined }> {
  const wants = [...compare]
  const from = file ?? (fromDatabase === undefined && wants.length === 3 ? wants.pop() : undefined)
  if ((from === undefined) === (fromDatabase === undefined))
    return wrong(
      'replay',
      from === undefined ? 'a FILE or --from-database SITE is needed' : 'FILE or --from-database, not both',
    )
  if (fromDatabase === undefined && [date, to, save].some(each => each !== undefined))
    return wrong('replay', '--date, --to and --save go with --from-database')
  if (wants.length !== 0 && wants.length !== 2)
    return wrong('--compare', `takes two policies (FILE stands before it): ${wants.join(' ')}`)
  const site = Object.entries({ fast, trickle, tariff }).flatMap(([key, value]) =>
    value === undefined ? [] : [{ option: `--${key}`, text: `${key}=${value}` }],
  )
  const base = [...policy.map(text => ({ option: '--policy', text })), ...site]
  const sides = wants.length === 0 ? [base] : wants.map(text => [...base, { option: '--compare', text }])
  return { ok: true, value: { sides, from } }
}

async function readAll(texts: Told[]): Promise<Read<Rules[]>> {
  const found: Rules[] = []
  for (const { option, text } of texts) {
    const read = await readRules(text, option)
    if (!read.ok) return read
    found.push(read.value)
  }
  return { ok: true, value: found }
}

async function readSource(
  file: string | undefined,
  { fromDatabase, date, to, save }: ReplayOptions,
  config: (() => Config) | undefined,
): Promise<Read<Source>> {
  if (file === undefined) {
    if (date === undefined) return wrong('--date', 'a day is needed: YYYY-MM-DD')
    const read = await readRecorded(config!(), { siteId: fromDatabase!, date, to })
    if (!read.ok || save === undefined) return read
    try {
      await writeFile(save, `${JSON.stringify(read.value.document, null, 1)}\n`)
    } catch (error) {
      return wrong(`--save ${save}`, `cannot be written: ${(error as Error).message}`)
    }
    return read
  }
  const read = await readFileAs(file, input => {
    const parsed = parseTimeline(input)
    return parsed.ok ? { ok: true, value: parsed.timeline } : parsed
  })
  return read.ok ? { ok: true, value: { timeline: read.value, notes: [] } } : read
}

/** Rules on top of each other. */
function apply(timeline: Timeline, rules: Rules[]): ReturnType<typeof underRules> {
  let now = timeline
  let leftOut = 0
  for (const each of rules) {
    const next = underRules(now, each)
    if (!next.ok) return next
    now = next.timeline
    leftOut += next.leftOut
  }
  return { ok: true, timeline: now, leftOut }
}

/** Resolves when the text is on its way, so that a process may end after it. */
const write = (stream: NodeJS.WritableStream, text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    stream.write(text, error => (error ? reject(error) : resolve()))
  })
