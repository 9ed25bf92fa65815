import type { ConnectorStatus, Protocol } from '../../../protocol/charger/status.ts'
import type { OccupiedDetail, PileState } from '../../../protocol/events.ts'
import type { Mode } from '../../../protocol/modes.ts'
import type { EpochMs, MilliWh } from '../../../protocol/units.ts'

/** One site as the database has it: what the dispatcher plans on. Times are charging time in epoch ms. */
export interface SiteSnapshot {
  /** As of when. */
  now: EpochMs
  site: SiteRow
  piles: PileRow[]
  /** Active requests, wherever they are. */
  cars: CarRow[]
  /** Sessions that are not settled yet: running, or ended and to be billed, now or when the cable is out. */
  sessions: SessionRow[]
}

export interface SiteRow {
  id: string
  timeZone: string
  currency: string
  waitingCapacity: number
  powerLimitW: number | null
  policy: Record<string, unknown>
  nextFast: number
  nextTrickle: number
}

export interface PileRow {
  id: string
  chargePointId: string
  connectorId: number
  mode: Mode
  powerW: number
  queueLength: number
  inService: boolean
  /** The dispatcher has taken this pile's cars away because it is broken or switched off. */
  broken: boolean
  status: ConnectorStatus | null
  errorCode: string
  vendorErrorCode: string | null
  info: string | null
  statusReceivedAt: EpochMs | null
  /** Preparing since the connector was last seen free, so that the cable is not the last session's. */
  freshPlug: boolean
  pluggedTag: string | null
  chargePointStatus: ConnectorStatus | null
  connected: boolean
  protocol: Protocol | null
  /** Since when the link is as it is, up or down; null before the first. */
  linkSince: EpochMs | null
  /** The charger can be asked to hold a connector for a card, and has not refused to over this link. */
  reserves: boolean
  /** What the charger has promised to hold this connector for, and has not said is over. */
  reservations: ReservationRow[]
  /** Announced work that is not over, and such that the charger has still to hear the end of; the earliest first. */
  windows: WindowRow[]
  /** Faults not resolved yet. */
  openFaults: { id: string; source: string; state: string }[]
  /** The last state written to the pile's history; null before the first. */
  shown: { state: PileState; detail: OccupiedDetail | null; errorCode: string; at: EpochMs } | null
}

export interface ReservationRow {
  id: number
  /** The called car's; null for one that an operator made. */
  requestId: string | null
  idTag: string
  expiresAt: EpochMs
}

export interface WindowRow {
  id: string
  from: EpochMs
  to: EpochMs
  reason: string
  cancelled: boolean
  /** The charger has been told to serve nobody, and not yet to serve again. */
  closed: boolean
}

export interface CarRow {
  requestId: string
  userId: string | null
  vehicleId: string | null
  idTag: string | null
  mode: Mode
  number: number
  energyWh: number
  hasTarget: boolean
  source: 'driver' | 'walk-up'
  priority: number
  endCause: string | null
  noShows: number
  createdAt: EpochMs
  /** Since when it has its present number: another mode begins anew. */
  numberedAt: EpochMs
  firstCalledAt: EpochMs | null
  estimatedStartAt: EpochMs | null
  place: 'waiting' | 'pile' | 'fault'
  pileId: string | null
  position: number
  since: EpochMs
  turnAt: EpochMs | null
  startAskedAt: EpochMs | null
  /** When the charger was asked to hold the pile for it. */
  reserveAskedAt: EpochMs | null
  /** Over all sessions of the request, the running one included. */
  deliveredMilliWh: MilliWh
}

export interface SessionRow {
  id: number
  chargePointId: string
  connectorId: number
  pileId: string | null
  requestId: string | null
  /** The request named by an HTTP pile's task, before the session is joined to it. */
  askedRequestId: string | null
  userId: string | null
  idTag: string
  startKey: string
  verdict: string
  tariffVersionId: string | null
  targetMilliWh: MilliWh | null
  meterStartMilliWh: MilliWh | null
  meterStopMilliWh: MilliWh | null
  startedAt: EpochMs
  startedReceivedAt: EpochMs
  lastReadingAt: EpochMs | null
  lastRegisterMilliWh: MilliWh | null
  energyMilliWh: MilliWh
  powerW: number | null
  endedAt: EpochMs | null
  endedReceivedAt: EpochMs | null
  stopReason: string | null
  endCause: string | null
  stopAskedAt: EpochMs | null
  provisional: boolean
  /** Its outcome is known; only its detail waits, for the cable to be pulled. */
  parked: boolean
}
