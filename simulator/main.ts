import { Command, InvalidArgumentError } from 'commander'
import type { SimulationEvent } from './events.ts'
import { type SimulationReport, startSimulation } from './index.ts'
import { choosePiles, type SimulationOptions } from './options.ts'
import { QUIRKS, quirk } from './quirks.ts'
import { drawTable } from './table.ts'

const REDRAW_MS = 500
const KEPT_EVENTS = 50

const EXAMPLES = `
Examples:
  npm run sim -- --drivers 20
  npm run sim -- --piles F1,F2,T1,T2,T3 --protocol F1:ocpp,T3:mqtt --seed 7 --hours 24 --arrivals 8
  npm run sim -- --piles 20 --drivers 200 --faults 2 --url http://127.0.0.1:8080
  npm run sim -- --piles H1 --protocol http --simulator-user sim --simulator-password ...

The speed is the product's (CLOCK_SPEED); start it with a higher one to see a day in minutes.
Exit code: 0 all held, 1 something expected did not happen, 2 bad options or no product there.`

const positive = (text: string): number => {
  const value = Number(text)
  if (!(value > 0)) throw new InvalidArgumentError('Not a number above zero.')
  return value
}
const notNegative = (text: string): number => {
  const value = Number(text)
  if (!(value >= 0)) throw new InvalidArgumentError('Not a number of zero or more.')
  return value
}

const collect = (name: string, names: string[]): string[] => [...names, name]

const program = new Command('npm run sim --')
  .description('Simulated chargers, cars and drivers for a running gateway')
  .option('--url <url>', 'REST API of the gateway', 'http://127.0.0.1:8080')
  .option('--ocpp <url>', 'OCPP endpoint, the identity is appended', 'ws://127.0.0.1:9000/ocpp')
  .option('--mqtt <url>', 'MQTT broker', 'mqtt://127.0.0.1:1883')
  .option('--piles <list>', 'ids with commas, or a count; F... are fast, others by their T trickle', 'F1,F2,T1,T2,T3')
  .option('--protocol <which>', 'ocpp, mqtt, http, mixed, or for single piles F1:ocpp,T3:mqtt', 'ocpp')
  .option('--fast-power <kW>', 'power of fast piles', positive, 7)
  .option('--trickle-power <kW>', 'power of trickle piles', positive, 3.5)
  .option('--drivers <n>', 'driver accounts, registered where they are missing', positive, 10)
  .option('--arrivals <n>', 'drivers per charging hour (default: 6, or all drivers once within --hours)', positive)
  .option('--hours <n>', 'charging hours in which drivers arrive (default: until stopped)', positive)
  .option('--speed <n>', 'charging seconds per second (default: what the gateway says)', positive)
  .option('--seed <text>', 'same seed, same day', '1')
  .option('--faults <n>', 'mean faults per charging hour', notNegative, 0)
  .option('--sample-interval <seconds>', 'charging seconds between meter values', positive, 60)
  .option('--energy <kWh>', 'range of what drivers ask for, as LOW-HIGH', '2-20')
  .option('--pile-password <text>', 'password of every pile, where the gateway wants one')
  .option('--simulator-user <name>', 'user with the role simulator, for HTTP piles')
  .option('--simulator-password <text>', 'and its password')
  .option('--simulator-token <token>', 'or a bearer token')
  .option('--quirk <name>', 'a fault of real chargers to imitate, may be repeated; "list" shows all', collect, [])
  .option('--json', 'JSON lines, also on a terminal')
  .addHelpText('after', EXAMPLES)

/** Why the simulation cannot begin. */
class Unusable extends Error {}

async function readClock(url: string, wanted: number | undefined): Promise<{ speed: number; start: number }> {
  const response = await fetch(`${url}/health`).catch(() => null)
  if (!response) throw new Unusable(`There is no gateway at ${url}: start it with "npm start", or name it with --url.`)
  const health = (await response.json().catch(() => ({}))) as { clock?: { speed?: number; start?: number | string } }
  const speed = Number(health.clock?.speed ?? 1)
  if (wanted !== undefined && wanted !== speed)
    throw new Unusable(
      `The gateway runs at ${speed} times real time, not at ${wanted}: start it with CLOCK_SPEED=${wanted}.`,
    )
  const start = health.clock?.start ?? 0
  return { speed, start: typeof start === 'string' ? Date.parse(start) : start }
}

function energyRange(text: string): { low: number; high: number } {
  const match = /^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/.exec(text)
  const [low, high] = [Number(match?.[1]) * 1000, Number(match?.[2]) * 1000]
  if (!match || low <= 0 || high < low) throw new Unusable(`--energy ${text} is not LOW-HIGH in kWh.`)
  return { low, high }
}

async function optionsOf(flags: ReturnType<typeof program.opts>): Promise<SimulationOptions> {
  const quirks = (flags.quirk as string[]).map(name => {
    const found = quirk(name)
    if (found === undefined) throw new Unusable(`There is no quirk ${name}; see --quirk list.`)
    return found
  })
  const power = { fastW: Math.round(flags.fastPower * 1000), trickleW: Math.round(flags.tricklePower * 1000) }
  const hours = flags.hours ?? Number.POSITIVE_INFINITY
  const energyWh = energyRange(flags.energy)
  const { simulatorToken, simulatorUser, simulatorPassword } = flags
  const piles = (() => {
    try {
      return choosePiles(flags.piles, flags.protocol, power)
    } catch (error) {
      throw new Unusable((error as Error).message)
    }
  })()
  if (piles.some(pile => pile.protocol === 'http') && !simulatorToken && !(simulatorUser && simulatorPassword))
    throw new Unusable('HTTP piles need --simulator-user and --simulator-password, or --simulator-token.')
  return {
    url: flags.url.replace(/\/+$/, ''),
    ocppUrl: flags.ocpp.replace(/\/+$/, ''),
    mqttUrl: flags.mqtt,
    piles,
    clock: await readClock(flags.url.replace(/\/+$/, ''), flags.speed),
    seed: flags.seed,
    drivers: Math.ceil(flags.drivers),
    arrivalsPerHour: flags.arrivals ?? (Number.isFinite(hours) ? flags.drivers / hours : 6),
    hours,
    faultsPerHour: flags.faults,
    sampleIntervalSeconds: flags.sampleInterval,
    energyWh,
    ...(flags.pilePassword !== undefined && { pilePassword: flags.pilePassword }),
    ...(simulatorToken
      ? { simulatorUser: { token: simulatorToken } }
      : simulatorUser && { simulatorUser: { username: simulatorUser, password: simulatorPassword } }),
    quirks,
  }
}

function summary(report: SimulationReport): string {
  const kWh = (wh: number): string => `${(wh / 1000).toFixed(3)} kWh`
  const money = Object.entries(report.billed).map(([currency, amount]) => `${(amount / 100).toFixed(2)} ${currency}`)
  const visits = Object.entries(report.visits).filter(([, count]) => count > 0)
  return [
    `visits: ${visits.map(([outcome, count]) => `${count} ${outcome}`).join(', ') || 'none'}`,
    `sessions: ${report.sessions}, metered ${kWh(report.meteredWh)}, billed ${kWh(report.billedWh)}, ${money.join(', ') || 'no money'}`,
    report.mixedUp > 0 ? `${report.mixedUp} cars charged in the place of another driver` : '',
    report.stopped ? 'stopped before the end: nothing was compared' : '',
    ...report.problems.map(problem => `DID NOT HOLD: ${problem}`),
  ]
    .filter(Boolean)
    .join('\n')
}

async function main(): Promise<number> {
  const flags = program.parse().opts()
  if (flags.quirk.includes('list')) {
    console.log(QUIRKS.map(quirk => `${quirk.name}  ${quirk.summary}`).join('\n'))
    return 0
  }
  const screen = process.stdout.isTTY && !flags.json
  const recent: SimulationEvent[] = []
  const options = await optionsOf(flags)
  const simulation = await startSimulation({
    ...options,
    onEvent(event) {
      if (!screen) console.log(JSON.stringify({ ...event, at: new Date(event.at).toISOString() }))
      recent.push(event)
      if (recent.length > KEPT_EVENTS) recent.shift()
    },
  })
  const draw = (): void => {
    process.stdout.write(drawTable(simulation.now(), options.clock.speed, simulation.snapshot(), recent))
  }
  const redraw = screen ? setInterval(draw, REDRAW_MS) : undefined
  const stop = (): void => void simulation.stop()
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  try {
    const report = await simulation.done
    console.log(screen ? summary(report) : JSON.stringify({ type: 'report', ...report }))
    return report.problems.length > 0 ? 1 : 0
  } finally {
    clearInterval(redraw)
  }
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = error instanceof Unusable ? 2 : 1
}
