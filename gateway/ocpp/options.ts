/** How the OCPP endpoint behaves. Times here are real time: sockets do not run on charging time. */
export interface OcppOptions {
  host: string
  /** 0 is any free port. */
  port: number
  /** What stands before the identity. */
  path: string
  /** Longest wait for the answer to one of our calls. */
  callTimeoutMs: number
  /** Characters of one message. */
  maxPayloadBytes: number
  /** Messages of one charge point in a second; more are read later. */
  messagesPerSecond: number
  /** Broken messages one after another; one more closes. */
  badMessagesInARow: number
  /** Open sockets and handshakes from one address; 0 is any number. */
  connectionsPerAddress: number
  /** From the answer to a BootNotification until the first call of ours (quirks 14, 21). */
  settleDelayMs: number
  /** From the connection until the first call of ours where no BootNotification comes (quirk 20). */
  bootGraceMs: number
  /** Between pings, where the charge point's profile does not say; 0 is none. */
  pingSeconds: number
  /** Messages of one charge point that wait to be handled; with more, its socket is not read. */
  inboundQueue: number
  /** Commands for one charge point that wait to be sent. */
  commandQueue: number
  /** How long a charge point may send more than it may before it is closed. */
  floodMs: number
}

export const DEFAULT_OPTIONS: OcppOptions = {
  host: '0.0.0.0',
  port: 9000,
  path: '/ocpp',
  callTimeoutMs: 30_000,
  maxPayloadBytes: 1024 * 1024,
  messagesPerSecond: 1000,
  badMessagesInARow: 10,
  connectionsPerAddress: 10_000,
  settleDelayMs: 2000,
  bootGraceMs: 10_000,
  pingSeconds: 30,
  inboundQueue: 64,
  commandQueue: 64,
  floodMs: 10_000,
}

/** Where facts for the log go; pino's shape. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
