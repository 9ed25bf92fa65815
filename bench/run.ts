import { parseArgs } from 'node:util'
import { printTable, type Report } from './measure.ts'
import { benchPlan } from './plan.ts'
import { benchReplay } from './replay.ts'

interface Bench {
  /** What it measures, for `--help`. */
  what: string
  run: () => Report[] | Promise<Report[]>
}

/** By the name on the command line. */
const BENCHES: Record<string, Bench> = {
  plan: {
    what: 'the planner: 500 cars for 100 piles under each dispatch mode; estimates of a large site',
    run: benchPlan,
  },
  replay: {
    what: 'a timeline of ten thousand cars, from the file to the answer',
    run: benchReplay,
  },
}

const HELP = `npm run bench [-- NAME...]

Measures parts of the system on this machine and prints medians; ratios are against the first line of each table.
Without a name all are run:

${Object.entries(BENCHES)
  .map(([name, { what }]) => `  ${name.padEnd(8)} ${what}`)
  .join('\n')}
`

/** Names to run, `help`, or what is wrong with the command line. */
function commandLine(): string[] | 'help' | Error {
  try {
    const options = { help: { type: 'boolean', short: 'h' } } as const
    const { values, positionals } = parseArgs({ options, allowPositionals: true })
    if (values.help) return 'help'
    const unknown = positionals.find(name => !Object.hasOwn(BENCHES, name))
    if (unknown !== undefined) return new Error(`There is no bench "${unknown}"`)
    return positionals.length > 0 ? positionals : Object.keys(BENCHES)
  } catch (error) {
    return error as Error
  }
}

const asked = commandLine()
if (asked === 'help') {
  console.log(HELP)
} else if (asked instanceof Error) {
  console.error(`${asked.message}. Known: ${Object.keys(BENCHES).join(', ')}; --help says what they measure.`)
  process.exitCode = 2
} else {
  for (const name of asked) for (const report of await BENCHES[name]!.run()) printTable(report)
}
