import type { ConnectorStatus } from '../../../protocol/charger/status.ts'
import type { OccupiedDetail, PileState } from '../../../protocol/events.ts'

/** All that decides what a pile shows. Facts, each with one writer; the state is never stored as an opinion of its own. */
export interface PileFacts {
  /** Operator's intent. */
  inService: boolean
  linkUp: boolean
  /** What the connector last said of itself; null when it has not said anything yet. */
  status: ConnectorStatus | null
  /**
   * What it last said is wrong. Shown beside the state and never decides it: chargers send error codes with every status,
   * and `NoError` with Faulted (quirk 28).
   */
  errorCode: string
  /** What connector 0, the charge point as a whole, last said. */
  chargePointStatus: ConnectorStatus | null
  /** A fault record that is not resolved. */
  openFault: boolean
  sessionOpen: boolean
  /** The dispatcher has called a car here that is not charging yet. */
  heldForCar: boolean
}

export interface PileView {
  state: PileState
  /** Set exactly when the state is `occupied`. */
  detail: OccupiedDetail | null
  /** May the dispatcher plan cars onto it? Only where the present occupation has an end that can be estimated. */
  plannable: boolean
}

const closed = (state: PileState): PileView => ({ state, detail: null, plannable: false })

/**
 * What a pile shows (domain.md section 2): maintenance (operator's intent) > offline > fault > maintenance (the charger
 * calls itself Unavailable) > occupied > available. A session outlives a lost link, a fault report and the operator's
 * intent, which therefore waits for its end; meanwhile nobody is planned there.
 */
export function pileState(facts: PileFacts): PileView {
  if (!facts.inService && !facts.sessionOpen) return closed('maintenance')
  if (!facts.linkUp) return closed('offline')
  if (facts.openFault || says(facts, 'Faulted')) return closed('fault')
  if (!facts.sessionOpen && says(facts, 'Unavailable')) return closed('maintenance')
  const occupation = facts.sessionOpen ? duringSession(facts.status) : withoutSession(facts)
  if (occupation === null) return { state: 'available', detail: null, plannable: true }
  return { state: 'occupied', ...occupation, plannable: occupation.plannable && facts.inService }
}

const says = ({ status, chargePointStatus }: PileFacts, word: ConnectorStatus): boolean =>
  status === word || chargePointStatus === word

type Occupation = Pick<PileView, 'plannable'> & { detail: OccupiedDetail }

function duringSession(status: ConnectorStatus | null): Occupation {
  switch (status) {
    case 'SuspendedEV':
      return { detail: 'suspended-ev', plannable: false }
    case 'SuspendedEVSE':
      return { detail: 'suspended-evse', plannable: false }
    case 'Finishing':
      return { detail: 'finishing', plannable: false }
    default:
      // the status of the connector may lag behind the session in either direction
      return { detail: 'charging', plannable: true }
  }
}

function withoutSession({ status, heldForCar }: PileFacts): Occupation | null {
  switch (status) {
    case 'Preparing':
      // somebody is plugged in: for the car that was called this is the way to its session, otherwise nobody knows
      return { detail: 'preparing', plannable: heldForCar }
    case 'Charging':
      return { detail: 'charging', plannable: false }
    case 'SuspendedEV':
    case 'SuspendedEVSE':
    case 'Finishing':
      return duringSession(status)
    case 'Reserved':
      return { detail: 'reserved', plannable: heldForCar }
    default:
      return heldForCar ? { detail: 'reserved', plannable: true } : null
  }
}
