import type { ConnectorStatusChanged } from '../../../protocol/charger/report.ts'
import { CONNECTOR_STATUSES, type ConnectorStatus } from '../../../protocol/charger/status.ts'
import { chargePointErrorCode } from '../../../protocol/ocpp16/core.ts'
import { parseTime } from '../time.ts'
import { inbound, present } from './action.ts'
import { connectorIdOf } from './numbers.ts'

const ERROR_CODES = new Set<string>(chargePointErrorCode.options)

/** StatusNotification (OCPP 1.6 section 4.9). Status and error code are kept apart (quirk 28). */
export const statusNotification = inbound('StatusNotification', {
  report: (request, { note }): ConnectorStatusChanged => {
    const code = request.errorCode ?? 'NoError'
    const foreign = ERROR_CODES.has(code) ? undefined : code
    const vendorErrorCode = present(request.vendorErrorCode)
    const info = present(request.info)
    const at = parseTime(request.timestamp)
    if (at === undefined && request.timestamp !== undefined) note('bad-time:timestamp')
    const report: ConnectorStatusChanged = {
      type: 'connector-status',
      connectorId: connectorIdOf(request.connectorId, note),
      status: nearestStatus(request.status ?? '', code),
      errorCode: foreign === undefined ? code : 'OtherError',
    }
    if (vendorErrorCode !== undefined) report.vendorErrorCode = vendorErrorCode
    else if (foreign !== undefined) report.vendorErrorCode = foreign
    if (info !== undefined) report.info = info
    else if (foreign !== undefined && vendorErrorCode !== undefined) report.info = foreign
    if (at !== undefined) report.at = at
    return report
  },
  respond: () => ({}),
})

/**
 * A word outside the list (quirk 27): `Occupied` of OCPP 1.5 says that somebody is there, not that energy flows; any other
 * word with an error is a fault, and without one a connector nobody should be sent to.
 */
function nearestStatus(word: string, errorCode: string): ConnectorStatus {
  const status = CONNECTOR_STATUSES.find(known => known === word)
  if (status) return status
  if (word.toLowerCase() === 'occupied') return 'Preparing'
  return errorCode === 'NoError' ? 'Unavailable' : 'Faulted'
}
