import type { Handler } from './handlers.ts'

export const reservationStatus: Handler<'reservation-status'> = async ({ chargePointId, report }, ports) => {
  await ports.reservationStatus(chargePointId, report)
  return {}
}

export const lateAnswer: Handler<'late-answer'> = async ({ report }, ports) => {
  await ports.lateAnswer(report)
  return {}
}

/** Kept in the raw frames; what they mean on a record belongs to the firmware and security profiles. */
export const firmwareStatus: Handler<'firmware-status'> = async ({ chargePointId, report }, { log }) => {
  log.info({ chargePoint: chargePointId, status: report.status }, 'firmware status')
  return {}
}

export const diagnosticsStatus: Handler<'diagnostics-status'> = async ({ chargePointId, report }, { log }) => {
  log.info({ chargePoint: chargePointId, status: report.status }, 'diagnostics status')
  return {}
}

export const securityEvent: Handler<'security-event'> = async ({ chargePointId, report }, { log }) => {
  log.warn({ chargePoint: chargePointId, event: report.event }, 'security event')
  return {}
}

/** No vendor's messages are understood yet: saying Accepted would hide that (quirk 39). */
export const dataTransfer: Handler<'data-transfer'> = async () => ({ status: 'unknown-vendor' })
