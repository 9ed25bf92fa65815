import type { Command } from 'commander'
import type { Config } from '../config/schema.ts'
import { type ReplayOptions, replayCommand } from './replay.ts'

const HELP = `
Rules (for --policy, and each of the two of --compare) are told as
  key=value,key=value   pileChoice=vacant|any  faultPause=mode|site  faultPolicy=priority|time-order
                        redealOnRepair=true|false  editWhileCharging=true|false
                        dispatch=normal|single|batch  maxWait=MINUTES|never
                        fast=N  fast=NxKW  trickle=N  trickle=NxKW  queueLength=N  waitingCapacity=N  tariff=FILE
  a word                vacant, any, time-order, single, batch ...: a value that only one key has
  a JSON file           {"policy": {...}, "site": {"fast": {"count": 3}}, "tariff": {...}}, each optional
  own                   no change
and leave everything else as the timeline has it. Of the piles of a mode the first N stay, more are like the last.
Exit code 2: something that was given is wrong; standard error says what and where.

Examples:
  npm run --silent replay -- day.json --json
  npm run --silent replay -- day.json --policy dispatch=single --policy maxWait=60
  npm run --silent replay -- day.json --compare own dispatch=single,fast=3x60
  npm run --silent replay -- day.json --compare today.json tomorrow.json
  npm run --silent replay -- --from-database default --date 2026-06-01
  npm run --silent replay -- --from-database default --date 2026-06-01 --to 2026-06-07 --fast 3 --tariff night.json
  npm run --silent replay -- --from-database default --date 2026-06-01 --compare own any --json
  npm run --silent replay -- --from-database default --date 2026-06-01 --save day.json

With the embedded database stop the gateway first.`

const again = (value: string, before: string[] = []): string[] => [...before, value]

/**
 * The command line of replay. `withDatabase` adds the settings that say where the database is, `configOf` reads them; `run`
 * is what is done with what was given.
 */
export function addReplay(
  program: Command,
  withDatabase: (command: Command) => Command,
  configOf: (options: Record<string, string>) => Config,
  run: typeof replayCommand = replayCommand,
): void {
  withDatabase(
    program
      .command('replay')
      .description('run a day through the dispatcher and the billing, from a file or as recorded: what if?')
      .argument('[file]', 'timeline, JSON')
      .option('--json', 'answer in JSON')
      .option('--policy <rules>', 'rules other than the timeline has; may be repeated', again)
      .option('--fast <N[xKW]>', 'so many fast piles')
      .option('--trickle <N[xKW]>', 'so many trickle piles')
      .option('--tariff <file>', 'other prices, JSON')
      .option('--compare <rules...>', 'two sets of rules, side by side')
      .option('--from-database <site>', 'recorded days of a site, in place of a file')
      .option('--date <day>', 'the first of them, YYYY-MM-DD')
      .option('--to <day>', 'the last of them')
      .option('--save <file>', 'keep the timeline of the recorded days')
      .option('--progress', 'tell on standard error how far it is, also where that is no terminal'),
  )
    .addHelpText('after', HELP)
    .action(async (file: string | undefined, options: ReplayOptions & Record<string, string>) => {
      process.exitCode = await run(file, options, () => configOf(options))
    })
}
