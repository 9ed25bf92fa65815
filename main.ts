import { readFileSync } from 'node:fs'
import type { Logger } from 'pino'
import { createApi } from './central/api/app.ts'
import { createCentral } from './central/central.ts'
import { startEmbedded } from './central/store/embedded/embedded.ts'
import { keepPartitions } from './central/store/keep-partitions.ts'
import { migrate } from './central/store/migrate.ts'
import { openDatabase } from './central/store/orm.ts'
import { createPing } from './central/store/ping.ts'
import { serviceFigures } from './central/store/views/service-figures.ts'
import { sitesInShort } from './central/store/views/sites.ts'
import { createWriter } from './central/store/writer.ts'
import { connectWriter } from './central/store/writer-client.ts'
import { ensureAdmin } from './central/use-cases/accounts/ensure-admin.ts'
import { jwtSecret } from './central/use-cases/accounts/kept-secret.ts'
import { listening } from './cli/listening.ts'
import { createMetrics } from './cli/metrics.ts'
import { runCommandLine } from './cli/program.ts'
import { reachingDatabase, startingDatabase } from './cli/reaching.ts'
import { createShutdown } from './cli/shutdown.ts'
import { databaseUrl } from './config/load.ts'
import type { Config } from './config/schema.ts'
import { createHttpPiles } from './gateway/http/piles.ts'
import { createLocalChargers, type Gateway } from './gateway/link/local.ts'
import { createMqttGateway } from './gateway/mqtt/gateway.ts'
import { checkNative, reservationOf } from './gateway/ocpp/dialect.ts'
import { createOcppGateway } from './gateway/ocpp/gateway.ts'
import { scaledClock } from './protocol/clock.ts'

export const VERSION: string = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')).version

/** The running product: where it listens, and how to end it. */
export interface Product extends AsyncDisposable {
  http: string
  ocpp: string
  mqtt: string
  clock: { speed: number; start: number }
  /** Password of the first administrator, when it was made now. */
  adminPassword: string | null
  close(): Promise<void>
}

const MINUTES = 60_000

/**
 * The architecture, from the bottom up: a database, a writer that acknowledges after commit, central (what things mean),
 * three gateways (how chargers speak), the API (how people do). Gateways and central meet only here. A `signal` that comes
 * during the start ends what has begun; the promise is rejected with its reason.
 */
export async function start(config: Config, log: Logger, signal?: AbortSignal): Promise<Product> {
  const shutdown = createShutdown(log, signal)
  try {
    const clock = scaledClock(config.clock.speed)
    const begin = () => startEmbedded({ dataDir: config.data.dir, log })
    const url = databaseUrl(config) ?? shutdown.after(await startingDatabase(begin), server => server.stop()).url
    await reachingDatabase(url, () => migrate(url, log))
    const database = shutdown.after(await openDatabase({ url, poolSize: config.database.poolSize, log }), db =>
      db.close(),
    )
    shutdown.after(await keepPartitions({ pool: database.pool, clock, log, retention: config.retention }), job =>
      job.stop(),
    )
    const writer = shutdown.after(createWriter({ connect: () => connectWriter(url), log }), w =>
      w[Symbol.asyncDispose](),
    )

    const gateways: Gateway[] = []
    const chargers = createLocalChargers(gateways)
    const { charging, ocpp: ocppConfig } = config
    const central = await createCentral({
      database,
      writer,
      clock,
      log,
      chargers,
      options: {
        first: charging,
        rules: {
          arrivalGraceMs: charging.arrivalGraceMinutes * MINUTES,
          startTimeoutMs: charging.startTimeoutMinutes * MINUTES,
          stopTimeoutMs: charging.stopTimeoutMinutes * MINUTES,
          offlineTimeoutMs: charging.offlineTimeoutMinutes * MINUTES,
        },
        validation: ocppConfig.validation,
        pingSeconds: ocppConfig.pingSeconds,
        acceptUnknown: ocppConfig.acceptUnknown,
        heartbeatIntervalSeconds: ocppConfig.heartbeatIntervalSeconds,
        callTimeoutMs: ocppConfig.callTimeoutSeconds * 1000,
      },
    })
    shutdown.after(central, c => c.stop())

    const ports = { central: central.port, clock, log }
    const httpPiles = shutdown.after(
      createHttpPiles({ ...ports, linkTimeoutSeconds: config.http.linkTimeoutSeconds }),
      piles => piles.close(),
    )
    const verbs = central.verbs(httpPiles, { checkNative, reservationOf })
    const ping = createPing(database.pool)
    const part = (role: 'ocpp' | 'mqtt') => ({
      status: config.roles.includes(role) ? ('up' as const) : ('off' as const),
    })
    const health = async () => ({ database: await ping(), ocpp: part('ocpp'), mqtt: part('mqtt') })
    const mqtt = createMqttGateway({
      ...ports,
      options: {
        host: config.mqtt.host,
        port: config.mqtt.port,
        ...(config.mqtt.url === undefined ? {} : { url: config.mqtt.url }),
        allowAnonymous: config.mqtt.allowAnonymous,
        integrations: config.mqtt.integrations,
        callTimeoutMs: ocppConfig.callTimeoutSeconds * 1000,
        onSet: (pileId, order, by) => verbs.orderPile({ id: null, name: by, role: 'operator' }, pileId, order),
        onReady: () => void central.retell(),
        about: async () => ({ version: VERSION, ...(await sitesInShort(database.pool)) }),
        parts: async () =>
          Object.fromEntries(Object.entries(await health()).map(([part, { status }]) => [part, status])),
      },
    })
    const ocpp = await createOcppGateway({
      ...ports,
      options: {
        host: ocppConfig.host,
        port: ocppConfig.port,
        path: ocppConfig.path,
        callTimeoutMs: ocppConfig.callTimeoutSeconds * 1000,
        maxPayloadBytes: ocppConfig.maxMessageBytes,
        messagesPerSecond: ocppConfig.messagesPerSecond,
        connectionsPerAddress: ocppConfig.connectionsPerAddress,
        settleDelayMs: ocppConfig.settleDelaySeconds * 1000,
        pingSeconds: ocppConfig.pingSeconds,
      },
    })
    gateways.push(ocpp, mqtt, httpPiles)
    central.events.subscribe(event => mqtt.feed(event))

    const admin = await ensureAdmin({ database, clock }, { dataDir: config.data.dir, password: config.admin.password })
    const api = await createApi({
      verbs,
      database,
      clock,
      events: central.events,
      config: { version: VERSION, jwtSecret: await jwtSecret(config.data.dir, config.jwt.secret) },
      health,
      log,
      touch: central.sites.touch,
      link: { connected: id => gateways.some(gateway => gateway.connected(id)), disconnect: chargers.disconnect },
      metrics: createMetrics(
        {
          ocppConnections: () => ocpp.stats().connected,
          ocppRefused: () => ocpp.stats().refused,
          mqttConnections: () => mqtt.stats().connections,
          writesWaiting: () => writer.stats().waiting,
          poolWaiting: () => database.pool.waitingCount,
        },
        () => serviceFigures(database.pool, clock.now()),
      ),
    })

    await central.start()
    // Each is to be closed also when it could not listen: what it has begun would keep the process from ending.
    const where = {
      http: await listening('http', config.http.port, () =>
        shutdown.after(api, app => app.close()).listen({ host: config.http.host, port: config.http.port }),
      ),
      ocpp: await listening(
        'ocpp',
        config.ocpp.port,
        async () => (await shutdown.after(ocpp, gateway => gateway.close()).listen()).url,
      ),
      mqtt: await listening(
        'mqtt',
        config.mqtt.port,
        async () => (await shutdown.after(mqtt, gateway => gateway.close()).listen()).url,
      ),
    }
    return {
      ...where,
      clock,
      adminPassword: admin?.password ?? null,
      close: shutdown.run,
      [Symbol.asyncDispose]: shutdown.run,
    }
  } catch (error) {
    await shutdown.run()
    throw error
  }
}

if (import.meta.main) await runCommandLine({ start, version: VERSION })
