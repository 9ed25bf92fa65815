import type { Handler } from './handlers.ts'

/** Status and error are kept as said; what they mean is decided by the pile state (domain.md section 2). */
export const connectorStatus: Handler<'connector-status'> = async (envelope, ports) => {
  const { chargePointId, receivedAt, report } = envelope
  const effect = {
    chargePointId,
    connectorId: report.connectorId,
    status: report.status,
    errorCode: report.errorCode,
    vendorErrorCode: report.vendorErrorCode ?? null,
    info: report.info ?? null,
    at: report.at ?? null,
    receivedAt,
    idTag: report.idTag ?? null,
  }
  let result = await ports.writer.submit('status', effect)
  if (!result.known && (await ports.adoptConnector(chargePointId, report.connectorId))) {
    result = await ports.writer.submit('status', effect)
  }
  if (result.siteId !== null && (result.changed || report.connectorId === 0)) ports.touch(result.siteId)
  return {}
}
