import type { DataTransfer } from '../../../protocol/charger/report.ts'
import { inbound, present } from './action.ts'

const STATUS = {
  accepted: 'Accepted',
  rejected: 'Rejected',
  'unknown-vendor': 'UnknownVendorId',
  'unknown-message': 'UnknownMessageId',
} as const

/** DataTransfer from the charge point (OCPP 1.6 section 4.3). */
export const dataTransfer = inbound('DataTransfer', {
  report: (request): DataTransfer => {
    const messageId = present(request.messageId)
    const report: DataTransfer = { type: 'data-transfer', vendorId: request.vendorId ?? '' }
    if (messageId !== undefined) report.messageId = messageId
    if (request.data !== undefined) report.data = request.data
    return report
  },
  respond: reply =>
    reply.data === undefined ? { status: STATUS[reply.status] } : { status: STATUS[reply.status], data: reply.data },
})
