import type { DiagnosticsStatus, FirmwareStatus } from '../../../protocol/charger/report.ts'
import { inbound, type RequestContext } from './action.ts'
import { idOf } from './numbers.ts'

type Progress = { status?: string | undefined; requestId?: number | undefined }

const firmwareStatus = (request: Progress, { note }: RequestContext): FirmwareStatus => {
  const requestId = idOf(request.requestId, 'requestId', note)
  const report: FirmwareStatus = { type: 'firmware-status', status: request.status ?? 'Idle' }
  return requestId === undefined ? report : { ...report, requestId }
}

const diagnosticsStatus = (request: Progress, { note }: RequestContext): DiagnosticsStatus => {
  const requestId = idOf(request.requestId, 'requestId', note)
  const report: DiagnosticsStatus = { type: 'diagnostics-status', status: request.status ?? 'Idle' }
  return requestId === undefined ? report : { ...report, requestId }
}

/** FirmwareStatusNotification (OCPP 1.6 section 4.5). */
export const firmwareStatusNotification = inbound('FirmwareStatusNotification', {
  report: firmwareStatus,
  respond: () => ({}),
})

/** SignedFirmwareStatusNotification (security whitepaper edition 3, section 4.2.5). */
export const signedFirmwareStatusNotification = inbound('SignedFirmwareStatusNotification', {
  report: firmwareStatus,
  respond: () => ({}),
})

/** DiagnosticsStatusNotification (OCPP 1.6 section 4.4). */
export const diagnosticsStatusNotification = inbound('DiagnosticsStatusNotification', {
  report: diagnosticsStatus,
  respond: () => ({}),
})

/** LogStatusNotification (security whitepaper edition 3, section 4.2.3): the successor of the above. */
export const logStatusNotification = inbound('LogStatusNotification', {
  report: diagnosticsStatus,
  respond: () => ({}),
})
