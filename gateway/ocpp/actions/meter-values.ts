import type { MeterSampled } from '../../../protocol/charger/report.ts'
import { readingsOf } from '../metering.ts'
import { inbound } from './action.ts'
import { ownTransactionId } from './transaction-id.ts'

/**
 * MeterValues (OCPP 1.6 section 4.7). Connector 0 is passed on: whether it is the only connector is not known here
 * (quirk 37).
 */
export const meterValues = inbound('MeterValues', {
  report: (request, { note }): MeterSampled => {
    const transactionId = ownTransactionId(request.transactionId, note)
    const report: MeterSampled = {
      type: 'meter-sampled',
      connectorId: connectorIdOf(request.connectorId),
      readings: readingsOf(request.meterValue, note),
    }
    return transactionId === undefined ? report : { ...report, transactionId }
  },
  respond: () => ({}),
})

/** 0, the charge point as a whole, where the charger named no connector that can exist. */
export const connectorIdOf = (connectorId: number | undefined): number =>
  connectorId !== undefined && Number.isInteger(connectorId) && connectorId >= 0 && connectorId <= 0x7fffffff
    ? connectorId
    : 0
