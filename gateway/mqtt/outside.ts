import mqtt, { type IPublishPacket, type MqttClient } from 'mqtt'
import { newId } from '../../protocol/ids.ts'
import { inboundFilters } from '../../protocol/mqtt/topics.ts'
import type { Links } from './links.ts'
import type { Inbound, Log, Sender, Wire } from './ports.ts'

const RECONNECT_MS = 1000
const CLOSE_MS = 2000

/** mqtt.js has no public way to acknowledge later; its own handlers use this method. */
type WithSend = { _sendPacket(packet: { cmd: 'puback'; messageId: number }, done: () => void): void }

/**
 * A gateway on an outside broker. That broker knows the piles, so it vouches for whoever publishes below `up/`.
 * Messages are acknowledged one by one after their effect is kept, in whatever order they finish; where one could not be
 * kept the connection is made anew, and the broker sends again what it has no acknowledgement for.
 */
export function createOutside(ports: {
  url: string
  base: string
  /** Keeps the session, and with it unacknowledged messages, over a restart. */
  clientId?: string
  will: { topic: string; payload: string }
  inbound: Inbound
  links: Links
  /** After each (re)connection, when messages can flow. */
  onReady: () => void
  log: Log
}): Wire {
  const { links, log } = ports
  const address = new URL(ports.url).host
  let client: MqttClient | null = null
  let sender: Sender | null = null

  /** Takes a message in; `true` where mqtt.js itself may acknowledge it now. */
  function take(on: MqttClient, packet: IPublishPacket): boolean {
    const from = sender
    if (from === null) return false
    const { topic, payload, qos, retain, messageId } = packet
    ports.inbound({ topic, payload: payload as Buffer, qos, retain, will: false, sender: from }).then(
      () => {
        if (qos !== 1 || from.gone) return
        ;(on as unknown as WithSend)._sendPacket({ cmd: 'puback', messageId: messageId! }, () => {})
      },
      error => {
        log.warn({ topic, err: error }, 'mqtt message not kept')
        from.close()
      },
    )
    return qos !== 1
  }

  function start(): MqttClient {
    const started = mqtt.connect(ports.url, {
      protocolVersion: 4,
      clientId: ports.clientId ?? `gateway-${newId()}`,
      clean: false,
      resubscribe: false,
      reconnectPeriod: RECONNECT_MS,
      queueQoSZero: false,
      will: { ...ports.will, payload: Buffer.from(ports.will.payload), qos: 1, retain: true },
    })
    // An error given to `done` lets mqtt.js go on reading without PUBACK: we send it when the effect is kept.
    started.handleMessage = (packet, done) => (take(started, packet) ? done() : done(new Error('acknowledged later')))
    started.on('connect', () => {
      const { stream } = started
      sender = {
        identity: { kind: 'anyone', mayCommand: true },
        address,
        gone: false,
        failed: false,
        close: () => stream.destroy(),
      }
      started.subscribe(inboundFilters(ports.base), { qos: 1 }, error => {
        if (error) log.error({ err: error }, 'mqtt broker does not let us read')
        else ports.onReady()
      })
      log.info({ broker: address }, 'mqtt broker connected')
    })
    started.on('close', () => {
      if (sender === null) return
      sender.gone = true
      links.release(sender, 'broker away')
      sender = null
      log.warn({ broker: address }, 'mqtt broker away')
    })
    started.on('error', error => log.warn({ broker: address, err: error }, 'mqtt broker error'))
    return started
  }

  return {
    async listen() {
      client = start()
      return { url: ports.url, port: Number(new URL(ports.url).port || 1883) }
    },

    async publish(topic, payload, options) {
      if (client === null || !client.connected) throw new Error('no broker')
      await client.publishAsync(topic, payload, options)
    },

    connections: () => (client?.connected ? 1 : 0),

    async close() {
      if (client === null) return
      const ending = client
      const { promise: late, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, CLOSE_MS)
      // A broker that is away, or does not answer, never ends politely.
      await Promise.race([ending.endAsync(!ending.connected), late])
      clearTimeout(timer)
      ending.stream?.destroy()
    },
  }
}
