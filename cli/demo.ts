import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import closeWithGrace from 'close-with-grace'
import type { start as startProduct } from '../main.ts'
import { choosePiles, startSimulation } from '../simulator/index.ts'
import { createLog } from './log.ts'
import { configOf } from './program.ts'
import { refuseRoot, tellReady } from './serve.ts'

const DEMO = { CLOCK_SPEED: '60', DATA_DIR: './data/demo', LOG_LEVEL: 'error' }
const PILES = 'F1,F2,T1,T2,T3'
const PROTOCOLS = 'F1:ocpp,F2:ocpp,T1:ocpp,T2:ocpp,T3:mqtt'

/** Everything at once: the product on a fresh database of its own, five simulated piles, drivers. Ends with Ctrl-C. */
export async function demo(start: typeof startProduct, options: Record<string, string>): Promise<void> {
  const config = configOf(options, DEMO)
  refuseRoot(config)
  // Charging time runs ahead of real time in a demonstration: what an earlier one has written lies in the future.
  if (config.data.dir === DEMO.DATA_DIR) await forget(config.data.dir)
  console.log('Starting the gateway: PostgreSQL, OCPP, MQTT, REST. The first start takes some seconds ...')
  const log = createLog(config.log)
  const product = await start(config, log)
  tellReady(product, config)
  console.log(`
  API and documentation  ${product.http}/docs
  Health                 ${product.http}/health
  Administrator          user "admin", password in ${config.data.dir}/admin-password
  Speed                  ${product.clock.speed} charging minutes in a minute; Ctrl-C ends
`)
  const clockText = new Intl.DateTimeFormat('en-GB', {
    timeZone: config.charging.timeZone,
    hour: '2-digit',
    minute: '2-digit',
  })
  const simulation = await startSimulation({
    url: product.http,
    ocppUrl: product.ocpp,
    mqttUrl: product.mqtt,
    piles: choosePiles(PILES, PROTOCOLS, {
      fastW: config.charging.fastChargingPower * 1000,
      trickleW: config.charging.trickleChargingPower * 1000,
    }),
    clock: product.clock,
    seed: 1,
    drivers: 20,
    arrivalsPerHour: 6,
    hours: Number.POSITIVE_INFINITY,
    faultsPerHour: 0.2,
    energyWh: { low: 1000, high: 6000 },
    onEvent: event => console.log(`  ${clockText.format(event.at)}  ${event.text}`),
  })
  simulation.done.catch(error => {
    log.error({ err: error }, 'the simulation ended')
    console.error(`The simulation ended: ${error instanceof Error ? error.message : String(error)}`)
  })
  closeWithGrace({ delay: 5000, logger: log }, async ({ err }) => {
    if (err !== undefined) log.fatal({ err }, 'unexpected fault: ending')
    console.log('Ending ...')
    await simulation.stop()
    await product.close()
  })
}

/** Also what the embedded database keeps elsewhere, because its user cannot enter the folder (docs/guide/operations.md). */
async function forget(dataDir: string): Promise<void> {
  const elsewhere = (await readFile(join(dataDir, 'postgres.location'), 'utf8').catch(() => '')).trim()
  if (elsewhere !== '') await rm(elsewhere, { recursive: true, force: true })
  await rm(dataDir, { recursive: true, force: true })
}
