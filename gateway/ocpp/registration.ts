import { isActionFromChargePoint } from '../../protocol/ocpp16/actions.ts'

export type Standing = 'accepted' | 'pending' | 'rejected'

/**
 * Which messages a charge point may send besides BootNotification. OCPP 1.6 section 4.2: while Pending it sends only what
 * the central system asked for with TriggerMessage; while Rejected it sends nothing. A message against that is answered
 * with SecurityError, the code for a peer that may not do this; the charge point keeps what matters until it is accepted.
 * Without a BootNotification on this connection the last one counts (quirk 20); a charge point that never booted is let speak.
 */
export function createRegistration(last: Standing = 'accepted') {
  let standing = last
  const triggered = new Set<string>()
  return {
    answered(status: Standing): void {
      standing = status
      if (status === 'accepted') triggered.clear()
    },
    get standing(): Standing {
      return standing
    },
    /** We asked for a message. */
    asked(action: string, payload: unknown): void {
      if (action !== 'TriggerMessage' && action !== 'ExtendedTriggerMessage') return
      const { requestedMessage } = payload as { requestedMessage: string }
      triggered.add(requestedMessage === 'SignChargePointCertificate' ? 'SignCertificate' : requestedMessage)
    },
    allows: (action: string): boolean =>
      standing === 'accepted' ||
      action === 'BootNotification' ||
      !isActionFromChargePoint(action) ||
      (standing === 'pending' && triggered.has(action)),
  }
}
export type Registration = ReturnType<typeof createRegistration>
