import type { OrderResult, PileOrder } from '../../protocol/charger/order.ts'
import type { PayloadOf, TopicName } from '../../protocol/mqtt/topics.ts'

/** A pino logger fits. Fields first, then the fact. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** Somebody who reads everything and, if allowed, commands: a building, a dashboard, Home Assistant. */
export interface Integration {
  username: string
  password: string
  mayCommand: boolean
}

/** What runs here. */
export interface About {
  version: string
  sites: string[]
  timeZone: string
  currency: string
}

export interface MqttOptions {
  host: string
  /** 0 is any free port. */
  port: number
  /** An outside broker (`mqtt://...`) in place of the embedded one; it then authenticates the piles, not we. */
  url?: string
  /** Our client id there; a fixed one keeps the session over a restart. */
  clientId?: string
  /** A client without a user name may act as any pile and read all. */
  allowAnonymous: boolean
  /** Base topic. */
  base: string
  integrations: Integration[]
  /** Larger payloads are dropped. */
  maxPayloadBytes: number
  /** The most a command may wait for its result. */
  callTimeoutMs: number
  /** Executes what an integration, `by`, asks of a pile; without it all is rejected as `not-supported`. */
  onSet?: (pileId: string, order: PileOrder, by: string) => Promise<OrderResult>
  /** The broker is there, and may know nothing of what is: now everything is to be told. */
  onReady?: () => void
  about?: () => About | Promise<About>
  /** The parts of the product and how each fares: `up`, `down`, `off`. */
  parts?: () => Record<string, string> | Promise<Record<string, string>>
}

export const defaultOptions: MqttOptions = {
  host: '127.0.0.1',
  port: 1883,
  allowAnonymous: false,
  base: 'ev',
  integrations: [],
  maxPayloadBytes: 262_144,
  callTimeoutMs: 30_000,
}

/** For whom a client speaks. `anyone` is an anonymous client, or a whole outside broker that knows its own clients. */
export type Identity =
  | { kind: 'pile'; chargePointId: string }
  | { kind: 'integration'; username: string; mayCommand: boolean }
  | { kind: 'anyone'; mayCommand: boolean }

/** One connection that messages come from. */
export interface Sender {
  readonly identity: Identity
  readonly address: string
  /** The connection is over. */
  gone: boolean
  /** One of its messages could not be kept: later ones wait for its return, so that order holds. */
  failed: boolean
  close(): void
}

export interface Message {
  topic: string
  payload: Buffer
  qos: 0 | 1 | 2
  retain: boolean
  /** The last will of a connection that is over. */
  will: boolean
  sender: Sender
}

/**
 * Takes in one message. Resolves when its effect is durable (`kept`) or when it was thrown away for good (`dropped`):
 * acknowledge in both cases. Rejects when it must not be acknowledged: the sender is then disconnected.
 */
export type Inbound = (message: Message) => Promise<'kept' | 'dropped'>

/** A broker, embedded or outside. */
export interface Wire {
  listen(): Promise<{ url: string; port: number }>
  /** Rejects when there is no broker to take it. */
  publish(topic: string, payload: string, options: { qos: 0 | 1; retain: boolean }): Promise<void>
  connections(): number
  close(): Promise<void>
}

/** Says one thing on a topic of the table, with its retention and quality of service; null empties the topic. Never fails. */
export type Speak = <N extends TopicName>(
  name: N,
  params: Record<string, string>,
  payload: PayloadOf<N> | null,
) => Promise<boolean>
