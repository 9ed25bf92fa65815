import type { Logger } from 'pino'
import type { Envelope } from '../../../protocol/charger/link.ts'
import type { Replies, Report, ReportType, Verdict } from '../../../protocol/charger/report.ts'
import type { Clock } from '../../../protocol/clock.ts'
import type { SiteEvent } from '../../../protocol/events.ts'
import type { VerdictReason } from '../../core/session/verdict.ts'
import type { Writer } from '../../store/writer.ts'

/** What the handlers of reports need, each port named by what it can do. */
export interface ReportPorts {
  writer: Writer
  clock: Clock
  log: Logger
  /** This process, as written beside the links it holds. */
  node: string
  heartbeatIntervalSeconds: number
  /** Tells the dispatcher that facts of the site have changed; returns at once. */
  touch: (siteId: string) => void
  emit: (event: SiteEvent) => void
  /** Verdict on a card held to a charge point, and why; the pile where it has only one. */
  authorize: (
    chargePointId: string,
    idTag: string,
    now: number,
  ) => Promise<{ verdict: Verdict; why: VerdictReason; siteId: string; pileId: string | null }>
  /** Makes a pile for a connector nobody knew; false when there is no such charge point. */
  adoptConnector: (chargePointId: string, connectorId: number) => Promise<boolean>
  lateAnswer: (answer: Extract<Report, { type: 'late-answer' }>) => Promise<void>
  reservationStatus: (chargePointId: string, report: Extract<Report, { type: 'reservation-status' }>) => Promise<void>
  /** What a charger can do, as it says itself; its site, null where nobody knows it. */
  keepFeatures: (chargePointId: string, features: string[]) => Promise<string | null>
  /** The estimates of who waits at the site, looked at again every so often. */
  refresh: (siteId: string) => void
  /** Live figures of a session after a reading, told at most every so often. */
  sessionMoved: (reading: { siteId: string; pileId: string; sessionId: number | null; powerW: number | null }) => void
}

export type Handler<T extends ReportType> = (
  envelope: Envelope<Extract<Report, { type: T }>>,
  ports: ReportPorts,
) => Promise<Replies[T]>

export type Handlers = { [T in ReportType]: Handler<T> }
