import mqtt, { type MqttClient } from 'mqtt'

/** What we need of a tap test. */
interface Test {
  teardown(done: () => Promise<void>): void
}

export interface Heard {
  // Tests assert on what is there; a wrong shape fails them.
  // biome-ignore lint/suspicious/noExplicitAny: the payload of any topic, null where it was emptied
  payload: any
  retain: boolean
  qos: number
}

/** Real ms in which a message has to come. */
const PATIENCE_MS = 20_000

/** An MQTT client of the test, gone when it ends. */
export async function mqttClient(t: Test, url: string, options: object): Promise<MqttClient> {
  const client = await mqtt.connectAsync(url, { reconnectPeriod: 0, ...options })
  t.teardown(() => client.endAsync(true))
  return client
}

/** Resolves with the next message of a topic that fits, already heard or yet to come. Each is given out once. */
export function hear(client: MqttClient) {
  const kept: (Heard & { topic: string })[] = []
  const waiting = new Set<() => void>()
  client.on('message', (topic, bytes, { retain, qos }) => {
    kept.push({ topic, payload: bytes.length === 0 ? null : JSON.parse(bytes.toString()), retain, qos })
    for (const look of waiting) look()
  })
  return (topic: string, fits: (payload: Heard['payload']) => boolean = () => true): Promise<Heard> =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`nothing fits on ${topic}`)), PATIENCE_MS)
      const look = (): void => {
        const index = kept.findIndex(one => one.topic === topic && fits(one.payload))
        if (index < 0) return
        waiting.delete(look)
        clearTimeout(late)
        const { payload, retain, qos } = kept.splice(index, 1)[0]!
        resolve({ payload, retain, qos })
      }
      waiting.add(look)
      look()
    })
}
