import { RPCClient } from 'ocpp-rpc'
import type { VirtualTime } from '../time.ts'

export interface LinkOptions {
  /** `ws://host:9000/ocpp`; the identity is appended. */
  endpoint: string
  identity: string
  password?: string
  callTimeoutMs: number
  time: VirtualTime
  onUp(): void
  onDown(): void
  /** A connection attempt failed; told once until the next success. */
  onRefused(reason: string): void
}

export interface Link {
  isUp(): boolean
  open(): void
  /** Cuts the connection and comes back after `ms` of charging time. */
  drop(ms: number): void
  close(): Promise<void>
  call(action: string, payload: object): Promise<Record<string, unknown>>
  handle(action: string, handler: (payload: unknown) => unknown): void
}

const RECONNECT_MIN_REAL_MS = 250
const RECONNECT_MAX_REAL_MS = 5000
const DROP_MIN_REAL_MS = 100

/** A CALLERROR, as opposed to a time-out or a lost link. */
export const isCallError = (error: unknown): boolean => error instanceof Error && 'rpcErrorCode' in error

/**
 * The WebSocket of a charge point on ocpp-rpc's client. Reconnecting is done here: its own would send what was called
 * during a reconnect before the BootNotification.
 */
export function createLink(options: LinkOptions): Link {
  const { time } = options
  const client = new RPCClient({
    endpoint: options.endpoint,
    identity: options.identity,
    password: options.password ?? null,
    protocols: ['ocpp1.6'],
    callTimeoutMs: options.callTimeoutMs,
    callConcurrency: 1,
    pingIntervalMs: 0,
    reconnect: false,
    strictMode: false,
    wsOpts: { perMessageDeflate: false },
  } as unknown as ConstructorParameters<typeof RPCClient>[0])

  let wanted = false
  let up = false
  let failures = 0
  /** Charging ms that a cut link stays away. */
  let away: number | null = null

  const connect = (): void => {
    if (!wanted) return
    client.connect().catch((error: Error) => {
      if (failures === 1) options.onRefused(error.message || 'no connection')
    })
  }

  client.on('open', () => {
    up = true
    failures = 0
    options.onUp()
  })
  client.on('disconnect', () => {
    if (!up) return
    up = false
    if (wanted) options.onDown()
  })
  client.on('close', () => {
    if (!wanted) return
    failures++
    const realMs = Math.min(RECONNECT_MAX_REAL_MS, RECONNECT_MIN_REAL_MS * failures)
    if (away !== null) time.after(away, connect, DROP_MIN_REAL_MS)
    else time.after(0, connect, realMs)
    away = null
  })

  return {
    isUp: () => up,
    open() {
      wanted = true
      connect()
    },
    drop(ms) {
      if (!up) return
      away = ms
      void client.close({ force: true })
    },
    async close() {
      wanted = false
      await client.close({ code: 1000, reason: 'bye' })
    },
    call: async (action, payload) => (await client.call(action, payload)) as Record<string, unknown>,
    handle(action, handler) {
      client.handle(action, async ({ params }) => handler(params) as Record<string, unknown>)
    },
  }
}
