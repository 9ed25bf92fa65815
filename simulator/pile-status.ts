import type { ConnectorStatus } from '../protocol/charger/status.ts'

/** What is true of a pile; its status follows from these alone. */
export interface PileFacts {
  faulted: boolean
  inService: boolean
  plugged: boolean
  /** A session ended and the cable is still in. */
  spent: boolean
  /** A tag was accepted, or a remote start, and no cable yet. */
  authorised: boolean
  reserved: boolean
  session: null | { powerW: number; offeredW: number }
}

/** The connector's status (OCPP 1.6 section 4.9) as a pure function of the facts. */
export function statusOf(facts: PileFacts): ConnectorStatus {
  if (facts.faulted) return 'Faulted'
  if (facts.session) {
    if (facts.session.offeredW === 0) return 'SuspendedEVSE'
    return facts.session.powerW > 0 ? 'Charging' : 'SuspendedEV'
  }
  if (!facts.inService) return 'Unavailable'
  if (facts.plugged) return facts.spent ? 'Finishing' : 'Preparing'
  if (facts.authorised) return 'Preparing'
  if (facts.reserved) return 'Reserved'
  return 'Available'
}
