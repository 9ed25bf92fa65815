import { setTimeout as pause } from 'node:timers/promises'
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'

/** Every figure of the product, by name: read when somebody asks, kept by nobody. */
export interface Figures {
  ocppConnections: () => number
  ocppRefused: () => number
  mqttConnections: () => number
  writesWaiting: () => number
  poolWaiting: () => number
}

const ABOUT: Record<keyof Figures, string> = {
  ocppConnections: 'Charge points connected over OCPP to this process',
  ocppRefused: 'Connections refused at the OCPP door since the start',
  mqttConnections: 'MQTT clients connected to this process',
  writesWaiting: 'Reports waiting for their commit',
  poolWaiting: 'Queries waiting for a database connection',
}

/** How drivers are served at one site in one mode; null where nothing is known. */
export interface Service {
  site: string
  mode: string
  waiting: number
  waitMedianSeconds: number | null
  waitP95Seconds: number | null
  estimateErrorMedianSeconds: number | null
  estimateErrorP95Seconds: number | null
}

export function createMetrics(figures: Figures, service: () => Promise<readonly Service[]>): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  for (const [key, help] of Object.entries(ABOUT) as [keyof Figures, string][]) {
    new Gauge({
      name: `ev_${key.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)}`,
      help,
      registers: [registry],
      collect() {
        this.set(figures[key]())
      },
    })
  }
  addService(registry, service)
  return registry
}

/** Real ms for which one answer of the database serves all gauges, and a second scraper. */
const SERVICE_MS = 5_000
/** Longer than this nobody waits for a database that is away, real ms. */
const PATIENCE_MS = 2_000

/** Waits and errors of estimates of the last day, by site and mode. Of what could not be read there are no samples. */
function addService(registry: Registry, service: () => Promise<readonly Service[]>): void {
  let read: { at: number; rows: Promise<readonly Service[]> } | undefined
  const rows = (): Promise<readonly Service[]> => {
    if (read === undefined || Date.now() - read.at > SERVICE_MS) {
      const nothing = pause(PATIENCE_MS, [], { ref: false })
      read = { at: Date.now(), rows: Promise.race([service().catch(() => []), nothing]) }
    }
    return read.rows
  }
  const gauge = (name: string, help: string, samples: (row: Service) => Record<string, number | null>): void => {
    const labelled = new Gauge({
      name,
      help,
      labelNames: ['site', 'mode', 'quantile'],
      registers: [registry],
      async collect() {
        labelled.reset()
        for (const row of await rows()) {
          for (const [quantile, value] of Object.entries(samples(row))) {
            const labels = { site: row.site, mode: row.mode, ...(quantile === '' ? {} : { quantile }) }
            if (value !== null) labelled.set(labels, value)
          }
        }
      },
    })
  }
  gauge('ev_waiting_cars', 'Cars that wait for a place now', ({ waiting }) => ({ '': waiting }))
  gauge('ev_wait_seconds', 'From the request to the start of charging, requests of the last day', row => ({
    0.5: row.waitMedianSeconds,
    0.95: row.waitP95Seconds,
  }))
  gauge('ev_estimate_error_seconds', 'Error of the start promised at the request, requests of the last day', row => ({
    0.5: row.estimateErrorMedianSeconds,
    0.95: row.estimateErrorP95Seconds,
  }))
}
