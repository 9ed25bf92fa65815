import type { SessionRow } from '../../store/site/snapshot.ts'
import { dueAt, notice, type SiteWork } from './work.ts'

/** Why a session was ended by rule, as its stop reason until the charger tells its own. */
export type CloseReason =
  /** Its connector has long been free. */
  | 'no-stop-received'
  /** A newer session has begun on its connector. */
  | 'superseded'
  /** It was to end, its pile cannot be told so (HTTP), and has not completed it. */
  | 'no-complete-received'

/**
 * Ends a session without its charger's word, at its last reading and with its last register. The charger's own end, however
 * late, takes the place of this one; what was billed by then is corrected.
 */
export async function closeProvisionally(work: SiteWork, session: SessionRow, reason: CloseReason): Promise<void> {
  const closed = await work.db.closeProvisionally(session.id, reason)
  if (closed === undefined) {
    // the charger's own end has come since the snapshot: it is looked at in the next run
    dueAt(work, work.now)
    return
  }
  Object.assign(session, closed, { provisional: true, stopReason: reason })
  notice(work, 'anomaly', `session ${session.id} got no end and is closed provisionally: ${reason}`, {
    pileId: session.pileId,
    requestId: session.requestId,
  })
}
