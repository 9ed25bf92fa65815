import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocket, WebSocketServer } from 'ws'
import type { Central, ChargePointProfile, Knock } from '../../../protocol/charger/link.ts'
import type { Log, OcppOptions } from '../options.ts'
import { basicCredentials, namesIdentity } from './credentials.ts'
import { identityOf } from './path.ts'
import { refuseUpgrade, STATUS_OF_REASON } from './refusal.ts'
import { offeredOcpp16 } from './subprotocol.ts'

export interface DoorPorts {
  central: Pick<Central, 'admit' | 'refused'>
  sockets: WebSocketServer
  log: Log
  options: Pick<OcppOptions, 'path' | 'connectionsPerAddress'>
  onAdmitted(ws: WebSocket, profile: ChargePointProfile, address: string): void
  onRefused(): void
}

interface Refusal {
  identity: string
  status: number
  reason: string
}

/**
 * Who may come in: path, WebSocket headers, number of connections, Basic credentials, central's decision, subprotocol, in
 * that order. Every refusal is answered, logged and told to central with its cause. The handler never throws or rejects.
 */
export function createDoor({ central, sockets, log, options, onAdmitted, onRefused }: DoorPorts) {
  const connections = new Map<string, number>()

  function count(address: string, socket: Duplex): number {
    const open = (connections.get(address) ?? 0) + 1
    connections.set(address, open)
    socket.once('close', () => {
      const left = (connections.get(address) ?? 1) - 1
      if (left > 0) connections.set(address, left)
      else connections.delete(address)
    })
    return open
  }

  function refuse(socket: Duplex, address: string, { identity, status, reason }: Refusal): void {
    onRefused()
    log.info({ identity, address, status, reason }, 'connection refused')
    refuseUpgrade(socket, status, reason)
    central.refused(identity, address, reason)
  }

  /** Resolves to the profile of whoever may come in, or to the refusal. */
  async function judge(request: IncomingMessage, address: string, open: number): Promise<ChargePointProfile | Refusal> {
    const path = identityOf(request.url ?? '/', options.path)
    if (!path.ok) return { identity: path.written, status: path.status, reason: path.reason }
    const { identity, written } = path
    const flaw = headerFlaw(request)
    if (flaw !== null) return { identity, ...flaw }
    if (options.connectionsPerAddress > 0 && open > options.connectionsPerAddress) {
      return { identity, status: 429, reason: 'too many connections from this address' }
    }
    const credentials = basicCredentials(request.headers.authorization)
    if (credentials && !namesIdentity(credentials.user, identity, written)) {
      return { identity, status: 401, reason: 'bad-credentials: the user name is not the identity in the path' }
    }
    const tls = 'encrypted' in request.socket && request.socket.encrypted === true
    const knock: Knock = { protocol: 'ocpp1.6', identity, address, tls, ...credentials }
    const admission = await central.admit(knock)
    if (!admission.admitted) {
      const { reason, detail } = admission
      return { identity, status: STATUS_OF_REASON[reason], reason: `${reason}: ${detail}` }
    }
    const offer = offeredOcpp16(request.headers['sec-websocket-protocol'])
    if (offer === null && !admission.profile.assumeOcpp16) {
      const offered = request.headers['sec-websocket-protocol'] ?? 'none'
      return { identity, status: 400, reason: `subprotocol ocpp1.6 is not offered (offered: ${offered.slice(0, 100)})` }
    }
    // ws answers with the first offer it finds, and refuses lists that are not perfect.
    if (offer === null) delete request.headers['sec-websocket-protocol']
    else request.headers['sec-websocket-protocol'] = offer
    return admission.profile
  }

  return async function onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const address = addressOf(request)
    // A reset while central decides must not end the process.
    socket.on('error', () => {})
    try {
      const verdict = await judge(request, address, count(address, socket))
      if ('status' in verdict) return refuse(socket, address, verdict)
      if (socket.destroyed) return
      sockets.handleUpgrade(request, socket, head, ws => onAdmitted(ws, verdict, address))
    } catch (error) {
      log.error({ err: error, address, url: request.url?.slice(0, 255) }, 'connection could not be judged')
      const identity = identityOf(request.url ?? '/', options.path)
      refuse(socket, address, {
        identity: identity.ok ? identity.identity : identity.written,
        status: 503,
        reason: 'cannot be decided at present',
      })
    }
  }
}

const KEY = /^[+/0-9A-Za-z]{22}==$/

/** What `ws` would refuse on its own, found here so that it is recorded (quirk 3). */
function headerFlaw({ method, headers }: IncomingMessage): { status: number; reason: string } | null {
  if (method !== 'GET') return { status: 405, reason: 'a WebSocket begins with GET' }
  if (headers.upgrade?.toLowerCase() !== 'websocket') return { status: 400, reason: 'Upgrade is not websocket' }
  if (!KEY.test(headers['sec-websocket-key'] ?? ''))
    return { status: 400, reason: 'Sec-WebSocket-Key is missing or bad' }
  const version = headers['sec-websocket-version']
  if (version !== '13' && version !== '8') return { status: 426, reason: 'Sec-WebSocket-Version is not 13' }
  return null
}

export const addressOf = (request: IncomingMessage): string =>
  (request.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '')
