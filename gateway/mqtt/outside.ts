import mqtt, { type MqttClient } from 'mqtt'
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
  const client: MqttClient = mqtt.connect(ports.url, {
    manualConnect: true,
    protocolVersion: 4,
    clientId: ports.clientId ?? `gateway-${newId()}`,
    clean: false,
    resubscribe: false,
    reconnectPeriod: RECONNECT_MS,
    queueQoSZero: false,
    will: { ...ports.will, payload: Buffer.from(ports.will.payload), qos: 1, retain: true },
  })
  let sender: Sender | null = null

  function createSender(): Sender {
    const { stream } = client
    return {
      identity: { kind: 'anyone', mayCommand: true },
      address,
      gone: false,
      failed: false,
      close: () => stream.destroy(),
    }
  }

  // An error given to `done` lets mqtt.js go on reading without sending PUBACK: we send it when the effect is kept.
  client.handleMessage = (packet, done) => {
    const from = sender
    if (from === null) return done(new Error('not connected'))
    ports
      .inbound({
        topic: packet.topic,
        payload: packet.payload as Buffer,
        qos: packet.qos,
        retain: packet.retain,
        will: false,
        sender: from,
      })
      .then(
        () => {
          if (packet.qos !== 1 || from.gone) return
          ;(client as unknown as WithSend)._sendPacket({ cmd: 'puback', messageId: packet.messageId! }, () => {})
        },
        error => {
          log.warn({ topic: packet.topic, err: error }, 'mqtt message not kept')
          from.close()
        },
      )
    if (packet.qos === 1) done(new Error('acknowledged later'))
    else done()
  }

  client.on('connect', () => {
    sender = createSender()
    client.subscribe(inboundFilters(ports.base), { qos: 1 }, error => {
      if (error) log.error({ err: error }, 'mqtt broker does not let us read')
      else ports.onReady()
    })
    log.info({ broker: address }, 'mqtt broker connected')
  })
  client.on('close', () => {
    if (sender === null) return
    sender.gone = true
    links.release(sender, 'broker away')
    sender = null
    log.warn({ broker: address }, 'mqtt broker away')
  })
  client.on('error', error => log.warn({ broker: address, err: error }, 'mqtt broker error'))

  return {
    async listen() {
      client.connect()
      return { url: ports.url, port: Number(new URL(ports.url).port || 1883) }
    },

    publish: (topic, payload, options) =>
      client.connected
        ? new Promise((resolve, reject) => {
            client.publish(topic, payload, options, error => (error ? reject(error) : resolve()))
          })
        : Promise.reject(new Error('no broker')),

    connections: () => (client.connected ? 1 : 0),

    async close() {
      // A broker that is away never ends politely.
      if (!client.connected) return void (await client.endAsync(true))
      const timer = setTimeout(() => client.end(true), CLOSE_MS)
      await client.endAsync()
      clearTimeout(timer)
    },
  }
}
