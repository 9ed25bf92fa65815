import type { MeterSampled } from '../../../protocol/charger/report.ts'
import { readingsOf } from '../metering.ts'
import { inbound } from './action.ts'
import { connectorIdOf, idOf } from './numbers.ts'

/**
 * MeterValues (OCPP 1.6 section 4.7). Connector 0 is passed on: whether it is the only connector is not known here
 * (quirk 37).
 */
export const meterValues = inbound('MeterValues', {
  report: (request, { note }): MeterSampled => {
    const transactionId = idOf(request.transactionId, 'transactionId', note)
    const report: MeterSampled = {
      type: 'meter-sampled',
      connectorId: connectorIdOf(request.connectorId, note),
      readings: readingsOf(request.meterValue, note),
    }
    return transactionId === undefined ? report : { ...report, transactionId }
  },
  respond: () => ({}),
})
