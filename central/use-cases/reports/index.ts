import type { Central } from '../../../protocol/charger/link.ts'
import { alive, booted, capabilities } from './boot.ts'
import type { Handlers, ReportPorts } from './handlers.ts'
import { linkDown, linkUp } from './link.ts'
import {
  dataTransfer,
  diagnosticsStatus,
  firmwareStatus,
  lateAnswer,
  reservationStatus,
  securityEvent,
} from './records.ts'
import { authorizationAsked, meterSampled, sessionEnded, sessionStarted } from './session.ts'
import { connectorStatus } from './status.ts'

/** One handler per report: this table is the whole router. */
const handlers: Handlers = {
  'link-up': linkUp,
  'link-down': linkDown,
  booted,
  alive,
  'connector-status': connectorStatus,
  'authorization-asked': authorizationAsked,
  'session-started': sessionStarted,
  'meter-sampled': meterSampled,
  'session-ended': sessionEnded,
  'reservation-status': reservationStatus,
  'firmware-status': firmwareStatus,
  'diagnostics-status': diagnosticsStatus,
  'security-event': securityEvent,
  'data-transfer': dataTransfer,
  'late-answer': lateAnswer,
  capabilities,
}

/** Resolves after the report's effect is committed (design: never acknowledge what is not durable). */
export function createReports(ports: ReportPorts): Central['report'] {
  // The table ties each report type to its handler; TypeScript cannot follow that through an index.
  const table = handlers as Record<string, (envelope: unknown, ports: ReportPorts) => Promise<unknown>>
  return envelope => table[envelope.report.type]!(envelope, ports) as never
}
