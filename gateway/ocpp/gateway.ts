import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Central, ChargePointProfile, Chargers } from '../../protocol/charger/link.ts'
import type { Clock } from '../../protocol/clock.ts'
import { foldCase } from '../../protocol/ids.ts'
import { translate } from './dialect.ts'
import { addressOf, createDoor } from './door/door.ts'
import { identityOf } from './door/path.ts'
import { type Link, openLink } from './link.ts'
import { DEFAULT_OPTIONS, type Log, type OcppOptions } from './options.ts'
import { type Counters, createRecorder } from './recorder.ts'

export interface OcppStats {
  /** Open links. */
  connected: number
  refused: number
  /** By charge point, how often each repair or refusal was made since the start. */
  notes: Record<string, Counters>
}

export interface OcppGateway extends Chargers {
  /** Begins to listen; rejects with the system's own error, e.g. `EADDRINUSE`. */
  listen(): Promise<{ url: string; port: number }>
  /** Stops listening and closes every link; resolves when central has heard of every end. */
  close(): Promise<void>
  connected(chargePointId: string): boolean
  stats(): OcppStats
}

export interface OcppPorts {
  central: Central
  clock: Clock
  log: Log
  options?: Partial<OcppOptions>
}

/** Node's 511 overflows when thousands of chargers come back at once, and costs whole seconds (design.md section 7). */
const BACKLOG = 4096
/** Longest that a new connection waits for what the one before it still has to report. */
const HANDOVER_MS = 2000
const CLOSE_MS = 3000

/** The OCPP 1.6-J endpoint: one link per charge point, the newest wins (quirks 9, 10). */
export async function createOcppGateway({ central, clock, log, options: given = {} }: OcppPorts): Promise<OcppGateway> {
  const options: OcppOptions = { ...DEFAULT_OPTIONS, ...given }
  const links = new Map<string, Link>()
  const notes: Record<string, Counters> = Object.create(null)
  let refused = 0

  // Four times the bound on a message: one that is only too large can still be answered.
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: options.maxPayloadBytes * 4,
    // A name in another encoding must not make a transaction message be repeated for ever.
    skipUTF8Validation: true,
  })
  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000, headersTimeout: 10_000 })
  const onRefused = (): void => {
    refused += 1
  }
  server.on('upgrade', createDoor({ central, sockets, log, options, onAdmitted, onRefused }))
  server.on('request', (request, response) => {
    const path = identityOf(request.url ?? '/', options.path)
    const status = path.ok ? 426 : path.status
    // Quirk 3: a charger or proxy that loses the Upgrade header comes here, and its owner must be able to see it.
    if (path.ok) {
      onRefused()
      central.refused(
        path.identity,
        addressOf(request),
        'the request is no WebSocket upgrade (Connection or Upgrade header missing)',
      )
    }
    response.writeHead(status, { connection: 'close', ...(path.ok ? { upgrade: 'websocket' } : {}) }).end()
  })

  function onAdmitted(ws: WebSocket, profile: ChargePointProfile, address: string): void {
    const { chargePointId } = profile
    const key = foldCase(chargePointId)
    const before = links.get(key)
    const previous = before ? within(HANDOVER_MS, [before.idle()]) : Promise.resolve()
    if (before?.isOpen) void before.replace()
    notes[chargePointId] ??= {}
    const recorder = createRecorder(central, chargePointId, notes[chargePointId])
    links.set(key, openLink({ ws, profile, address, central, clock, log, options, recorder, previous, onClosed }))
    log.info({ chargePointId, address }, 'charge point connected')

    async function onClosed(link: Link): Promise<void> {
      await link.idle()
      if (links.get(key) === link) links.delete(key)
    }
  }

  const openLinkOf = (chargePointId: string): Link | undefined => {
    const link = links.get(foldCase(chargePointId))
    return link?.isOpen ? link : undefined
  }

  return {
    listen: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen({ host: options.host, port: options.port, backlog: BACKLOG }, () => {
          server.off('error', reject)
          const { port } = server.address() as AddressInfo
          resolve({ url: `ws://${reachable(options.host)}:${port}${options.path}`, port })
        })
      }),
    async close() {
      server.close()
      // From here on an upgrade that central still judges is refused.
      sockets.close()
      const open = [...links.values()]
      await within(
        CLOSE_MS,
        open.map(link => link.close(1001, 'the central system is going away')),
      )
      server.closeAllConnections()
      await within(
        CLOSE_MS,
        open.map(link => link.idle()),
      )
    },
    async send(chargePointId, command, sending) {
      const translation = translate(command, clock.now())
      if (!translation.ok) return { status: 'refused', code: translation.code, problems: translation.problems }
      const link = openLinkOf(chargePointId)
      if (!link) return { status: 'offline' }
      return link.send(translation.action, translation.payload, sending)
    },
    async disconnect(chargePointId, reason) {
      await openLinkOf(chargePointId)?.close(1000, reason)
    },
    connected: chargePointId => openLinkOf(chargePointId) !== undefined,
    stats: () => ({
      connected: [...links.values()].filter(link => link.isOpen).length,
      refused,
      notes: structuredClone(notes),
    }),
  }
}

async function within(ms: number, promises: Promise<unknown>[]): Promise<void> {
  await Promise.race([Promise.all(promises), delay(ms, undefined, { ref: false })])
}

/** An address that a charger on this machine can use, where the endpoint listens on all. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
