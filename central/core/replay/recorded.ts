import type { Mode } from '../../../protocol/modes.ts'
import type { EpochMs } from '../../../protocol/units.ts'

/** Local days of a site as the database has them. */
export interface RecordedDays {
  id: string
  timeZone: string
  waitingCapacity: number
  policy: object
  /** The first midnight, and the one in which the days end. */
  from: EpochMs
  to: EpochMs
  piles: RecordedPile[]
  /** Made in these days, or still there from before; in order of their making. */
  requests: RecordedRequest[]
  refusals: RecordedRefusal[]
  outages: Outage[]
}

export interface RecordedPile {
  id: string
  mode: Mode
  powerW: number
  queueLength: number
  /** In force when the days began; undefined where there was none. */
  tariff: unknown
}

export interface RecordedRequest {
  id: string
  /** The same for all requests that cannot be at one time: a vehicle's, or those of a driver without one. */
  vehicle: string
  /** As last asked. */
  mode: Mode
  energyWh: number
  hasTarget: boolean
  source: 'driver' | 'walk-up'
  priority: number
  status: 'active' | 'completed' | 'cancelled' | 'no-show'
  createdAt: EpochMs
  calledAt: EpochMs | null
  endedAt: EpochMs | null
  /** In their order. */
  changes: { at: EpochMs; fromMode: Mode; fromEnergyWh: number; toMode: Mode; toEnergyWh: number }[]
  /** In their order. */
  sessions: { startedAt: EpochMs; endedAt: EpochMs | null; energyMilliWh: number }[]
  /** What was billed for it, corrections included. */
  totalMinor: number
}

export interface RecordedRefusal {
  /** Null when nobody knows whose it was. */
  vehicle: string | null
  at: EpochMs
  mode: Mode
  energyWh: number
  priority: number
  reason: string
}

/** A time in which a pile was broken, out of service or without link. */
export interface Outage {
  pileId: string
  kind: 'fault' | 'off' | 'offline'
  from: EpochMs
  /** Null when it has not ended. */
  to: EpochMs | null
}
