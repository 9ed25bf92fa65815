import type { EpochMs } from '../units.ts'
import type { Command, Outcome } from './command.ts'
import type { ReplyTo, Report } from './report.ts'
import type { Protocol } from './status.ts'

/** A report with its sender. */
export interface Envelope<R extends Report = Report> {
  /** Canonical identity, as stored. */
  chargePointId: string
  /** Charging time (`Clock`) at which the gateway had the message. */
  receivedAt: EpochMs
  report: R
}

/** Who wants to connect, as seen at the door. Nothing of this is trusted. */
export interface Knock {
  protocol: Protocol
  /** Decoded once; compared without regard to case. */
  identity: string
  address: string
  /** TLS was used, and the subject of a verified client certificate. */
  tls: boolean
  certificateName?: string
  /** User name and password as bytes: passwords are not text. */
  user?: string
  password?: Uint8Array
}

/** What the gateway must know of a charge point to speak with it. */
export interface ChargePointProfile {
  chargePointId: string
  validation: 'tolerant' | 'strict'
  /** Accept a WebSocket without a subprotocol as OCPP 1.6 (quirk 1). */
  assumeOcpp16: boolean
  quirkProfile: string | null
  /** Seconds between our pings; 0 is none (quirk 11). */
  pingSeconds: number
  /** What its last registration came to; absent before the first. */
  registration?: 'accepted' | 'pending' | 'rejected'
}

export type Admission =
  | { admitted: true; profile: ChargePointProfile }
  | {
      admitted: false
      reason:
        | 'unknown'
        | 'no-credentials'
        | 'bad-credentials'
        | 'tls-required'
        | 'certificate-required'
        | 'address-not-allowed'
        | 'in-use'
        | 'disabled'
      detail: string
    }

/** One frame as it went over the wire, for `ocpp_messages`. Times here are real time. */
export interface FrameRecord {
  chargePointId: string
  at: EpochMs
  direction: 'in' | 'out'
  kind: 'call' | 'result' | 'error' | 'invalid'
  messageId: string | null
  action: string | null
  /** The text of the frame, cut at 64 KiB. */
  raw: string
  latencyMs: number | null
  /** What was repaired or refused, in a word each. */
  notes: string[]
}

/** Central, as a gateway sees it. */
export interface Central {
  /** Decides at the door. Rejects (throws) only when it cannot know, e.g. the database is away. */
  admit(knock: Knock): Promise<Admission>
  /** A connection that was refused before or after `admit`, with its cause; kept for the operator. */
  refused(identity: string, address: string, reason: string): void
  /** Resolves after the effect is durable. Rejects when it could not be made durable: do not acknowledge then. */
  report<R extends Report>(envelope: Envelope<R>): Promise<ReplyTo<R>>
  /**
   * Keeps a frame. Buffered: a frame recorded before `report` is durable when that report's promise resolves.
   */
  record(frame: FrameRecord): void
}

/** The chargers, as central sees them. */
export interface Chargers {
  /** Sends a command and waits for its outcome; always resolves, in bounded time. */
  send(chargePointId: string, command: Command, options: { commandId: string; timeoutMs: number }): Promise<Outcome>
  /** Closes the charger's link (credentials changed, taken out of service). */
  disconnect(chargePointId: string, reason: string): Promise<void>
}
