import type { EpochMs, MilliWh } from '../units.ts'
import type { ConnectorStatus, Protocol } from './status.ts'

/**
 * The reports a charger makes, whatever it speaks. A gateway turns its dialect into these, one at a time and in order
 * for each charge point; central answers after the effect is durable. A gateway that gets no answer (a rejection) must
 * not acknowledge the message to the charger, so that the charger keeps it and sends it again.
 *
 * `at` is the charger's own time of the event, kept beside `receivedAt`; absent where the charger gave none.
 */
export type Report =
  | LinkUp
  | LinkDown
  | Booted
  | Alive
  | ConnectorStatusChanged
  | AuthorizationAsked
  | SessionStarted
  | MeterSampled
  | SessionEnded
  | ReservationStatus
  | FirmwareStatus
  | DiagnosticsStatus
  | SecurityEvent
  | DataTransfer
  | LateAnswer
  | Capabilities

export interface LinkUp {
  type: 'link-up'
  protocol: Protocol
  /** Names this one connection; a late `link-down` of an older connection changes nothing. */
  linkId: string
  address: string
}

export interface LinkDown {
  type: 'link-down'
  linkId: string
  reason: string
}

export interface Booted {
  type: 'booted'
  vendor: string
  model: string
  serial?: string
  firmware?: string
  /** Said by MQTT piles only. */
  mode?: 'fast' | 'trickle'
  powerW?: number
  /** The whole message as it was understood, for the record. */
  details: Record<string, unknown>
}

/** A heartbeat: answered from memory, last-seen is flushed in batches. */
export interface Alive {
  type: 'alive'
}

export interface ConnectorStatusChanged {
  type: 'connector-status'
  /** 0 is the charge point as a whole. */
  connectorId: number
  status: ConnectorStatus
  /** `NoError` or the charger's code; kept apart from the status. */
  errorCode: string
  vendorErrorCode?: string
  info?: string
  at?: EpochMs
  /** The tag of whoever plugged in, where the pile knows it (MQTT `plug`). */
  idTag?: string
}

export interface AuthorizationAsked {
  type: 'authorization-asked'
  idTag: string
}

export interface SessionStarted {
  type: 'session-started'
  connectorId: number
  idTag: string
  /** Equal for every repetition of the same start: this is what makes a start idempotent. */
  startKey: string
  /** Register at the start; absent where it could not be read. */
  registerMilliWh?: MilliWh
  reservationId?: number
  at?: EpochMs
  /** Set by the HTTP pile, whose task names its request. */
  requestId?: string
}

/** Which session a reading or an end belongs to: the number we gave, the key the charger chose, or neither. */
export interface SessionReference {
  /** The positive int32 we gave at the start; absent where the charger sent none or one that cannot be ours. */
  transactionId?: number
  startKey?: string
}

export interface MeterSampled extends SessionReference {
  type: 'meter-sampled'
  connectorId: number
  readings: Reading[]
}

/** One moment of a meter. What could not be read is absent, never zero. */
export interface Reading {
  at?: EpochMs
  context?: string
  registerMilliWh?: MilliWh
  powerW?: number
  voltageV?: number[]
  currentA?: number[]
  socPercent?: number
  /** Every sample as sent (measurand, phase, unit, location, format, value), signed data included. */
  samples?: unknown[]
}

export interface SessionEnded extends SessionReference {
  type: 'session-ended'
  /** Where the charger said it; OCPP 1.6 does not. */
  connectorId?: number
  registerMilliWh?: MilliWh
  idTag?: string
  /** The charger's reason, `Local` where it gave none. */
  reason: string
  at?: EpochMs
  /** Said by the HTTP pile, which tells both times at the end; it amends the start. */
  startedAt?: EpochMs
  readings: Reading[]
}

export interface ReservationStatus {
  type: 'reservation-status'
  reservationId: number
  status: 'used' | 'cancelled' | 'expired'
}

export interface FirmwareStatus {
  type: 'firmware-status'
  status: string
  requestId?: number
}

export interface DiagnosticsStatus {
  type: 'diagnostics-status'
  status: string
  requestId?: number
}

export interface SecurityEvent {
  type: 'security-event'
  event: string
  at?: EpochMs
  info?: string
}

export interface DataTransfer {
  type: 'data-transfer'
  vendorId: string
  messageId?: string
  data?: string
}

/** The answer to a command that had been given up; it is recorded and changes nothing else. */
export interface LateAnswer {
  type: 'late-answer'
  commandId: string
  result?: unknown
  error?: { code: string; description: string }
}

/** What this charger can do: the names of OCPP 1.6 feature profiles (section 9.1.26), which others may use too. */
export interface Capabilities {
  type: 'capabilities'
  features: string[]
}

/** Whether a tag may charge, with the exact reason when it may not. */
export interface Verdict {
  status: 'accepted' | 'blocked' | 'expired' | 'invalid' | 'concurrent-tx'
  expiresAt?: EpochMs
  parentTag?: string
}

/** What central answers to each report. `Record<string, never>` is an acknowledgement without content. */
export interface Replies {
  'link-up': Record<string, never>
  'link-down': Record<string, never>
  booted: {
    status: 'accepted' | 'pending' | 'rejected'
    now: EpochMs
    intervalSeconds: number
    /** What this firmware can do is not known: the gateway may ask, and report `capabilities`. */
    askCapabilities?: true
  }
  alive: { now: EpochMs }
  'connector-status': Record<string, never>
  'authorization-asked': { verdict: Verdict }
  /** A transaction id always, also for a tag that is not accepted. */
  'session-started': { transactionId: number; verdict: Verdict }
  'meter-sampled': Record<string, never>
  'session-ended': { verdict?: Verdict; transactionId?: number }
  'reservation-status': Record<string, never>
  'firmware-status': Record<string, never>
  'diagnostics-status': Record<string, never>
  'security-event': Record<string, never>
  'data-transfer': { status: 'accepted' | 'rejected' | 'unknown-vendor' | 'unknown-message'; data?: string }
  'late-answer': Record<string, never>
  capabilities: Record<string, never>
}

export type ReportType = Report['type']
export type ReplyTo<R extends Report> = Replies[R['type']]
