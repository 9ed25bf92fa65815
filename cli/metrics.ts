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

export function createMetrics(figures: Figures): Registry {
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
  return registry
}
