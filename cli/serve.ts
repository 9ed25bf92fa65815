import closeWithGrace from 'close-with-grace'
import type { Config } from '../config/schema.ts'
import type { start as startProduct } from '../main.ts'
import { UsageError } from './listening.ts'
import { createLog } from './log.ts'

const CLOSE_MS = 10_000

/** Runs until SIGTERM or SIGINT, which may come while it still starts, then ends cleanly with exit code 0. */
export async function serve(start: typeof startProduct, config: Config): Promise<void> {
  refuseRoot(config)
  const log = createLog(config.log)
  const ending = new AbortController()
  const starting = start(config, log, ending.signal)
  /** Undefined when the end came first: then it has ended what it had begun. */
  const started = () =>
    starting.catch(error => {
      if (error !== ending.signal.reason) throw error
      return undefined
    })
  const grace = closeWithGrace({ delay: CLOSE_MS, logger: log }, async ({ signal, err }) => {
    if (err !== undefined) log.fatal({ err }, 'unexpected fault: ending')
    else log.info({ signal }, 'ending')
    ending.abort()
    await (await started())?.close()
    log.info('ended')
    log.flush()
  })
  try {
    const product = await started()
    if (product !== undefined) tellReady(product, config)
  } catch (error) {
    grace.uninstall()
    throw error
  }
}

export function refuseRoot(config: Config): void {
  if (config.environment === 'production' && process.getuid?.() === 0 && !config.allowRoot) {
    throw new UsageError('In production the product does not run as root: use another user, or say ALLOW_ROOT=true.')
  }
}

/** One line for programs, and on a terminal some for people. */
export function tellReady(product: Awaited<ReturnType<typeof startProduct>>, config: Config): void {
  const { http, ocpp, mqtt, clock, adminPassword } = product
  console.log(JSON.stringify({ msg: 'ready', http, ocpp, mqtt, pid: process.pid }))
  const people: string[] = []
  if (process.stdout.isTTY) {
    people.push(
      `API and documentation   ${http}/docs`,
      `OCPP 1.6 charge points  ${ocpp}/<identity>`,
      `MQTT piles              ${mqtt}`,
      'Charge points without a password are let in from private addresses only; set one with PATCH /api/v1/charge-points/<id>.',
    )
  }
  if (clock.speed !== 1)
    people.push(
      `CLOCK_SPEED is ${clock.speed}: charging time runs faster than real time. For demonstrations and tests only.`,
    )
  if (adminPassword !== null)
    people.push(
      `First start: user "admin" has the password ${adminPassword} (kept in ${config.data.dir}/admin-password).`,
    )
  for (const line of people) console.error(line)
}
