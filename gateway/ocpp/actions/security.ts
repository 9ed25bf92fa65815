import type { SecurityEvent } from '../../../protocol/charger/report.ts'
import { parseTime } from '../time.ts'
import { type InboundAction, inbound, present } from './action.ts'

/** SecurityEventNotification (security whitepaper edition 3). */
export const securityEventNotification = inbound('SecurityEventNotification', {
  report: (request): SecurityEvent => {
    const at = parseTime(request.timestamp)
    const info = present(request.techInfo)
    const report: SecurityEvent = { type: 'security-event', event: request.type ?? '' }
    if (at !== undefined) report.at = at
    if (info !== undefined) report.info = info
    return report
  },
  respond: () => ({}),
})

/** SignCertificate: without a certificate authority behind us the only honest answer is Rejected. */
export const signCertificate: InboundAction = { answer: { status: 'Rejected' } }
