import type { Central, Chargers } from '../../protocol/charger/link.ts'
import type { Clock } from '../../protocol/clock.ts'
import type { SiteEvent } from '../../protocol/events.ts'
import { TOPICS } from '../../protocol/mqtt/topics.ts'
import { rfc3339 } from '../../protocol/units.ts'
import { createBroker } from './broker.ts'
import { createCommands } from './commands.ts'
import { type Counters, createCounters } from './counters.ts'
import { createAuthenticate } from './credentials.ts'
import { createFeed } from './feed.ts'
import { createInbound } from './inbound.ts'
import { createLinks } from './links.ts'
import { createOutside } from './outside.ts'
import { createPiles } from './pile.ts'
import { defaultOptions, type Log, type MqttOptions, type Speak, type Wire } from './ports.ts'
import { createSet } from './set.ts'

const HEALTH_PERIOD_MS = 30_000

export interface MqttGateway extends Chargers {
  listen(): Promise<{ url: string; port: number }>
  /** Says `offline`, parts from everybody, and waits for what is being kept. */
  close(): Promise<void>
  connected(chargePointId: string): boolean
  /** Says one event of central on its topic. */
  feed(event: SiteEvent): void
  stats(): Counters & { connections: number; piles: number }
}

/** The MQTT side of the product: piles in, commands out, state for everyone (protocol/mqtt). */
export function createMqttGateway(ports: {
  central: Central
  clock: Clock
  log: Log
  options?: Partial<MqttOptions>
}): MqttGateway {
  const { central, clock, log } = ports
  const options: MqttOptions = { ...defaultOptions, ...ports.options }
  const { base, maxPayloadBytes } = options
  const trouble = createCounters({ central, log })
  let wire: Wire | null = null
  let health: NodeJS.Timeout | null = null

  const speak: Speak = async (name, params, payload) => {
    const topic = TOPICS[name]
    const build = topic.build as (params: Record<string, string>, base: string) => string
    if (wire === null) return false
    try {
      const text = payload === null ? '' : JSON.stringify(payload)
      await wire.publish(build(params, base), text, { qos: topic.qos, retain: topic.retained })
      trouble.counters.published++
      return true
    } catch (error) {
      log.debug({ topic: name, err: error }, 'mqtt message not sent')
      return false
    }
  }

  const commands = createCommands({ speak, clock, callTimeoutMs: options.callTimeoutMs })
  const links = createLinks({ central, clock, log, onDown: commands.abandon })
  const piles = createPiles({ links, speak, clock })
  const order = createSet({ speak, clock, log, onSet: options.onSet })
  const inbound = createInbound({ central, links, piles, commands, order, trouble, base, maxPayloadBytes })
  const feed = createFeed({ speak })

  const now = (): string => rfc3339(clock.now())
  /** Never rejects: what cannot be asked at present is not said. */
  const saying = (say: () => Promise<unknown>): Promise<void> =>
    say().then(
      () => {},
      error => log.debug({ err: error }, 'gateway topic not said'),
    )
  const sayHealth = (): Promise<void> =>
    saying(async () =>
      speak(
        'gatewayHealth',
        {},
        {
          parts: (await options.parts?.()) ?? { mqtt: 'up' },
          uptime_s: Math.floor(process.uptime()),
          rss_mb: Math.round(process.memoryUsage.rss() / 1_048_576),
          ts: now(),
        },
      ),
    )
  /** Again only when it has changed. */
  let info = ''
  const sayInfo = (): Promise<void> =>
    saying(async () => {
      const about = await options.about?.()
      const said = {
        version: about?.version ?? '',
        sites: about?.sites ?? [],
        time_zone: about?.timeZone ?? '',
        currency: about?.currency ?? '',
      }
      if (info === JSON.stringify(said)) return
      if (await speak('gatewayInfo', {}, { ...said, ts: now() })) info = JSON.stringify(said)
    })
  const sayHello = async (): Promise<void> => {
    info = ''
    await speak('gatewayState', {}, { state: 'online', ts: now() })
    options.onReady?.()
    await Promise.all([sayInfo(), sayHealth()])
  }

  const outdated = (topic: string, payload: Buffer): boolean => {
    if (!topic.endsWith('/down/command')) return false
    const place = TOPICS.command.parse(topic, base)
    return place !== null && commands.outdated(links.find(place.id), payload)
  }

  const createWire = async (): Promise<Wire> =>
    options.url === undefined
      ? createBroker({
          host: options.host,
          port: options.port,
          base,
          maxPayloadBytes,
          authenticate: createAuthenticate({
            central,
            integrations: options.integrations,
            allowAnonymous: options.allowAnonymous,
          }),
          inbound,
          outdated,
          links,
          trouble,
          log,
        })
      : createOutside({
          url: options.url,
          base,
          ...(options.clientId === undefined ? {} : { clientId: options.clientId }),
          will: {
            topic: TOPICS.gatewayState.build({}, base),
            payload: JSON.stringify({ state: 'offline', ts: now() }),
          },
          inbound,
          links,
          onReady: () => void sayHello(),
          log,
        })

  return {
    async listen() {
      wire = await createWire()
      const place = await wire.listen()
      if (options.url === undefined) await sayHello()
      health = setInterval(() => {
        void sayHealth()
        void sayInfo()
      }, HEALTH_PERIOD_MS)
      health.unref()
      return place
    },

    async close() {
      if (health !== null) clearInterval(health)
      feed.close()
      await speak('gatewayState', {}, { state: 'offline', ts: now() })
      commands.abandonAll('gateway closing')
      await wire?.close()
      wire = null
      await links.close()
    },

    send: commands.send(links),

    async disconnect(chargePointId, reason) {
      const link = links.find(chargePointId)
      if (link === undefined) return
      links.down(link, reason)
      for (const sender of [...link.senders]) if (sender.identity.kind === 'pile') sender.close()
    },

    connected: chargePointId => (links.find(chargePointId)?.linkId ?? null) !== null,
    feed: feed.feed,
    stats: () => ({
      ...structuredClone(trouble.counters),
      connections: wire?.connections() ?? 0,
      piles: links.connected(),
    }),
  }
}
