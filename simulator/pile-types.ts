import type { ConnectorStatus } from '../protocol/charger/status.ts'
import type { Mode } from '../protocol/modes.ts'
import type { EpochMs, MilliWh } from '../protocol/units.ts'
import type { Car } from './car.ts'
import type { SimulationEvent } from './events.ts'
import type { Random } from './random.ts'
import type { VirtualTime } from './time.ts'

/** What is wrong with a pile: the words of StatusNotification.errorCode (OCPP 1.6 section 7.6) and a vendor's own. */
export interface PileFault {
  errorCode: string
  vendorErrorCode?: string
  info?: string
}

/** A car at the plug, with what its driver can say at a pile that asks (HTTP piles do). */
export interface Visitor {
  driver: string
  car: Car
  number?: string
  userId?: string
  /** Held to the pile with the plug, where the pile can read it. */
  idTag?: string
  energyWh: number
}

/** One session as the pile itself knows it: the truth that bills are compared with. */
export interface PileSession {
  /** Unique over all piles and runs. */
  key: string
  pileId: string
  idTag: string
  driver: string | null
  startedAt: EpochMs
  /** Whole Wh, in mWh. */
  startMilliWh: MilliWh
  endedAt: EpochMs | null
  endMilliWh: MilliWh | null
  /** OCPP 1.6 section 7.36 `Reason`. */
  reason: StopReason | null
  /** transactionId or session id of the product, once it answered. */
  remoteId: string | number | null
  reservationId: number | null
}

export type StopReason =
  | 'DeAuthorized'
  | 'EmergencyStop'
  | 'EVDisconnected'
  | 'HardReset'
  | 'Local'
  | 'Other'
  | 'PowerLoss'
  | 'Remote'
  | 'SoftReset'
  | 'UnlockCommand'

export interface StatusReport {
  at: EpochMs
  status: ConnectorStatus
  errorCode: string
  vendorErrorCode?: string
  info?: string
}

/** One moment of the meter while a session runs or ends. */
export interface Sample {
  at: EpochMs
  context: 'Sample.Periodic' | 'Trigger' | 'Transaction.End'
  registerMilliWh: MilliWh
  powerW: number
  voltageV: number[]
  currentA: number[]
  socPercent: number
}

export type TagVerdict = 'accepted' | 'refused' | 'unknown'

/** How a pile says what happens: one dialect for each transport. Nothing here waits for the link. */
export interface Dialect {
  /** The present status; where the link is down, the latest is told when it is up again. */
  status(report: StatusReport): void
  plug(plugged: boolean, visitor: Visitor): void
  authorize(idTag: string): Promise<TagVerdict>
  started(session: PileSession): void
  sampled(session: PileSession, sample: Sample): void
  ended(session: PileSession, last: Sample): void
}

export interface PileOptions {
  pileId: string
  mode: Mode
  powerW: number
  time: VirtualTime
  random: Random
  /** Charging seconds between meter values. */
  sampleIntervalSeconds: number
  emit(event: SimulationEvent): void
}

/** A pile as drivers and checks see it, whatever it speaks. */
export interface SimulatedPile {
  readonly id: string
  readonly mode: Mode
  readonly powerW: number
  readonly protocol: 'ocpp' | 'mqtt' | 'http'
  /** Every session since it was made, the running one included. */
  readonly sessions: readonly PileSession[]
  snapshot(): PileSnapshot
  /** Connects; goes on trying until `close`. */
  open(): void
  /** Says what it must still say for at most `graceMs` of real time, then ends. */
  close(graceMs?: number): Promise<void>
  /** Transaction messages that are not answered yet. */
  pending(): number
  /** Puts the cable in; false when another car is there. */
  plug(visitor: Visitor): boolean
  /** Pulls the cable: a running session ends. */
  unplug(driver: string): void
  /** A card held to the reader; true when it was accepted. */
  presentCard(idTag: string): Promise<boolean>
  fault(fault: PileFault): void
  recover(): void
  /** The link is lost for a while; sessions go on. */
  dropLink(ms: number): void
}

export interface PileSnapshot {
  pileId: string
  status: ConnectorStatus
  errorCode: string
  connected: boolean
  driver: string | null
  session: PileSession | null
  energyWh: number
  powerW: number
  socPercent: number | null
}
