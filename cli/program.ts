import { Command, Option } from 'commander'
import { ConfigError, loadConfig } from '../config/load.ts'
import { type Config, flagName, settings } from '../config/schema.ts'
import type { start } from '../main.ts'
import { demo } from './demo.ts'
import { type DoctorOptions, doctorCommand } from './doctor.ts'
import { UsageError } from './listening.ts'
import { createLog } from './log.ts'
import { migrateCommand } from './migrate.ts'
import { addReplay } from './replay-program.ts'
import { serve } from './serve.ts'
import { userPasswordCommand } from './user.ts'

export interface ProgramPorts {
  start: typeof start
  version: string
}

const NODE_NEEDED = 26

/** The command line. Exit codes: 0 done, 1 failed, 2 wrong input or configuration. */
export async function runCommandLine({ start, version }: ProgramPorts): Promise<void> {
  const major = Number(process.versions.node.split('.')[0])
  if (major < NODE_NEEDED) {
    console.error(
      `Node ${NODE_NEEDED} is needed and this is ${process.version}. "npm ci" brings it: use "npm start", or node_modules/.bin/node main.ts.`,
    )
    process.exitCode = 1
    return
  }
  const program = new Command('ev-charging-gateway')
    .description('Edge gateway for EV charging sites: OCPP 1.6 and MQTT chargers, dispatch, exact billing.')
    .version(version)
    .showHelpAfterError('(--help shows what there is)')
    .exitOverride()

  withSettings(program.command('serve', { isDefault: true }).description('run the product'))
    .addHelpText(
      'after',
      '\nExamples:\n  npm start\n  HTTP_PORT=9090 OCPP_ACCEPT_UNKNOWN=true npm start\n  node main.ts serve --config site.yaml --http-port 0',
    )
    .action(async options => serve(start, configOf(options)))
  withSettings(
    program
      .command('demo')
      .description('run the product with simulated chargers and drivers, on a database of its own'),
  )
    .addHelpText('after', '\nExample:\n  npm run demo')
    .action(async options => demo(start, options))
  withSettings(program.command('migrate').description('bring the database to the newest schema and end'))
    .addHelpText('after', '\nExample:\n  DATABASE_URL=postgres://... npm run migrate')
    .action(async options => migrateCommand(configOf(options)))
  withSettings(
    program
      .command('user')
      .description(
        'give an account a new random password (stop the gateway first, unless the database is an outside one)',
      )
      .argument('<username>'),
  )
    .addHelpText('after', '\nExample:\n  node_modules/.bin/node main.ts user admin')
    .action(async (username: string, options) => userPasswordCommand(configOf(options), username))
  withSettings(
    program
      .command('doctor')
      .description('verify the chain of bills and sessions, and name the first broken link')
      .option('--json', 'answer in JSON')
      .option('--noted <hash>', 'a last hash that was noted earlier: is it still in a chain?'),
  )
    .addHelpText(
      'after',
      '\nExample:\n  DATABASE_URL=postgres://... npm run --silent doctor\n\nWith the embedded database stop the gateway first, or ask GET /api/v1/ledger.',
    )
    .action(async (options: DoctorOptions & Record<string, string>) => {
      process.exitCode = await doctorCommand(configOf(options), options)
    })
  addReplay(program, command => withSettings(command, ['database', 'data', 'log']), configOf)

  try {
    await program.parseAsync()
  } catch (error) {
    process.exitCode = report(error)
  }
}

/** `--config FILE` and one flag per setting, or for those of some sections alone. */
function withSettings(command: Command, sections?: string[]): Command {
  command.option('--config <file>', 'YAML or JSON; default config/gateway.yaml, if it is there')
  for (const { path, about, env, default: fallback } of settings) {
    if (sections !== undefined && !sections.includes(path.split('.')[0]!)) continue
    const shown = fallback === undefined ? '' : ` (default: ${JSON.stringify(fallback)})`
    command.addOption(new Option(`${flagName(path)} <value>`, `${about}${shown} [${env}]`))
  }
  return command
}

/** defaults < file < environment < flags; `overrides` are a command's own defaults. */
export function configOf(options: Record<string, string>, overrides: Record<string, string> = {}): Config {
  const flags: Record<string, string> = {}
  for (const { path } of settings) {
    const value = options[camelCase(flagName(path).slice(2))]
    if (value !== undefined) flags[path] = value
  }
  const env = { ...overrides, ...process.env }
  return loadConfig({ ...(options.config === undefined ? {} : { file: options.config }), env, flags })
}

const camelCase = (flag: string): string => flag.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

function report(error: unknown): number {
  if (error instanceof Error && 'code' in error && String(error.code).startsWith('commander.')) {
    return 'exitCode' in error && error.exitCode === 0 ? 0 : 2
  }
  if (error instanceof ConfigError) {
    console.error(error.message)
    return 2
  }
  if (error instanceof UsageError) {
    console.error(error.message)
    return 1
  }
  createLog({ level: 'info' }).fatal({ err: error }, 'could not go on')
  return 1
}
