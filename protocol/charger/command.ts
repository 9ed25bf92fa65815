import type { EpochMs } from '../units.ts'

/** The commands a charger takes, whatever it speaks. A gateway turns them into its dialect. */
export type Command =
  | { verb: 'start'; connectorId: number; idTag: string; energyWh?: number }
  | { verb: 'stop'; transactionId: number; startKey: string }
  | {
      verb: 'reserve'
      reservationId: number
      connectorId: number
      idTag: string
      expiresAt: EpochMs
      parentTag?: string
    }
  | { verb: 'cancel-reservation'; reservationId: number }
  | { verb: 'unlock'; connectorId: number }
  | { verb: 'reset'; hard: boolean }
  | { verb: 'set-availability'; connectorId: number; available: boolean }
  | { verb: 'set-limit'; connectorId: number; limitW: number; transactionId?: number }
  | { verb: 'clear-limit'; connectorId: number }
  | { verb: 'get-configuration'; keys?: string[] }
  | { verb: 'change-configuration'; key: string; value: string }
  | { verb: 'trigger'; message: 'boot' | 'heartbeat' | 'meter-values' | 'status'; connectorId?: number }
  /** An action in the charger's own dialect: it goes out unchanged, member order kept, and is not pre-judged. */
  | { verb: 'native'; action: string; payload: unknown; means?: Reservation }

/** What a native action means beyond the charger, in neutral words: its gateway reads it. */
export type Reservation = Extract<Command, { verb: 'reserve' | 'cancel-reservation' }>

/**
 * What became of a command. Whether its effect was observed is another fact, recorded elsewhere. A command is never
 * repeated blindly.
 */
export type Outcome =
  /** The charger's own answer, unchanged. `forNow`: it says no because of how it is at present, not because it cannot. */
  | { status: 'accepted' | 'rejected'; result: unknown; forNow?: true }
  /** A CALLERROR with the charger's code, or an answer the schema forbids (`invalid-answer`, the answer in `result`). */
  | { status: 'failed'; error: { code: string; description: string }; result?: unknown }
  /** No answer in bounded time. */
  | { status: 'timed-out'; error: { code: 'timed-out'; description: string } }
  /** The link was lost or replaced while the call was open: the charger may or may not have done it. */
  | { status: 'unknown'; error: { code: 'link-lost'; description: string } }
  /** Nothing was sent: no link. */
  | { status: 'offline' }
  /** Nothing was sent: the dialect has no such action, or its schema forbids the payload. */
  | { status: 'refused'; code: 'unknown-action' | 'invalid-payload' | 'not-supported'; problems: Problem[] }

export interface Problem {
  /** JSON path of the offending member, `/` for the whole. */
  path: string
  message: string
}
