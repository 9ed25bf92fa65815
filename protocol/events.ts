import type { Mode } from './modes.ts'
import type { EpochMs, Money } from './units.ts'

/** What everyone may read, live: emitted by central after commit, spoken over MQTT and SSE. Never a command. */
export type SiteEvent =
  | PileStateEvent
  | PileMeterEvent
  | PileSessionEvent
  | QueueEvent
  | SitePowerEvent
  | SessionEvent
  | BillEvent
  | NoticeEvent

export const PILE_STATES = ['available', 'occupied', 'fault', 'maintenance', 'offline'] as const
export type PileState = (typeof PILE_STATES)[number]
export const OCCUPIED_DETAILS = [
  'reserved',
  'preparing',
  'charging',
  'suspended-ev',
  'suspended-evse',
  'finishing',
] as const
export type OccupiedDetail = (typeof OCCUPIED_DETAILS)[number]

export interface PileStateEvent {
  type: 'pile-state'
  siteId: string
  pileId: string
  at: EpochMs
  state: PileState
  detail: OccupiedDetail | null
  errorCode: string
  since: EpochMs
  sessionId: string | null
  inService: boolean
  /** Why it changed, in a word: `status`, `link-down`, `operator`, `fault`, ... */
  cause: string
}

export interface PileMeterEvent {
  type: 'pile-meter'
  siteId: string
  pileId: string
  at: EpochMs
  powerW: number | null
  energyWh: number | null
  voltageV: number[]
  currentA: number[]
  socPercent: number | null
}

export interface PileSessionEvent {
  type: 'pile-session'
  siteId: string
  pileId: string
  at: EpochMs
  /** null when the session has ended: the retained topic is emptied. */
  session: {
    sessionId: string
    number: string | null
    startedAt: EpochMs
    energyWh: number
    costMinor: number
    currency: string
    etaAt: EpochMs | null
  } | null
}

export interface QueueEvent {
  type: 'site-queue'
  siteId: string
  at: EpochMs
  capacity: number
  waiting: { number: string; mode: Mode; position: number; expectedStartAt: EpochMs | null }[]
}

export interface SitePowerEvent {
  type: 'site-power'
  siteId: string
  at: EpochMs
  powerW: number
  limitW: number | null
}

export interface SessionEvent {
  type: 'session'
  siteId: string
  pileId: string
  at: EpochMs
  sessionId: string
  event: 'started' | 'suspended' | 'ended' | 'billed'
  energyWh: number
  reason: string | null
}

export interface BillEvent {
  type: 'bill'
  siteId: string
  at: EpochMs
  billId: string
  number: string
  total: Money
  lines: { sessionId: string; pileId: string; energyWh: number; total: Money }[]
}

/** Facts for people: a charger joined, an unknown tag, a fault, a dispatch decision with its reason. */
export interface NoticeEvent {
  type: 'notice'
  siteId: string | null
  at: EpochMs
  notice:
    | 'charger-joined'
    | 'charger-left'
    | 'unknown-tag'
    | 'wrong-tag'
    | 'fault'
    | 'repair'
    | 'decision'
    | 'command'
    | 'anomaly'
    | 'no-show'
    | 'request'
  pileId: string | null
  requestId: string | null
  /** Short text in English; `data` holds the values for programs and other languages. */
  text: string
  data: Record<string, unknown>
}
