import { newId } from '../../../protocol/ids.ts'
import { breakDown, repair } from '../../core/queue/verbs.ts'
import type { PileRow } from '../../store/site/snapshot.ts'
import { askStop, decide, notice, openSessionAt, type SiteWork, viewPile, yardPile } from './work.ts'

/** What the charger says of itself opens and closes its own fault record; piles that cannot serve lose their cars. */
export async function followFaults(work: SiteWork): Promise<void> {
  for (const pile of work.snap.piles) {
    await followCharger(work, pile)
    await followBroken(work, pile)
  }
}

async function followCharger(work: SiteWork, pile: PileRow): Promise<void> {
  const { site } = work.snap
  const faulted = pile.connected && (pile.status === 'Faulted' || pile.chargePointStatus === 'Faulted')
  const own = pile.openFaults.find(fault => fault.source === 'charger')
  if (faulted && own === undefined) {
    const id = newId()
    const type = faultType(pile.errorCode)
    await work.db.addFault({
      id,
      siteId: site.id,
      chargePointId: pile.chargePointId,
      pileId: pile.id,
      type,
      source: 'charger',
      errorCode: pile.errorCode,
      vendorErrorCode: pile.vendorErrorCode,
      description: pile.info ?? '',
      openedAt: work.now,
    })
    pile.openFaults.push({ id, source: 'charger', state: 'open' })
    notice(
      work,
      'fault',
      `${pile.id} reports a fault: ${pile.errorCode}${pile.vendorErrorCode === null ? '' : ` (${pile.vendorErrorCode})`}`,
      {
        pileId: pile.id,
        data: { faultId: id, type, errorCode: pile.errorCode },
      },
    )
    return
  }
  // while a technician repairs it, the charger's own word does not close the record (domain.md section 6)
  const closable = own?.state === 'open' || own?.state === 'acknowledged'
  if (own !== undefined && closable && !faulted && pile.connected && pile.status !== null) {
    await work.db.resolveFault(own.id, work.now)
    pile.openFaults = pile.openFaults.filter(fault => fault !== own)
    notice(work, 'repair', `${pile.id} reports that its fault is gone`, { pileId: pile.id, data: { faultId: own.id } })
  }
}

/** A pile with an open fault, or taken out of service and idle, is broken for the dispatcher: its cars are dealt elsewhere. */
async function followBroken(work: SiteWork, pile: PileRow): Promise<void> {
  const session = openSessionAt(work.snap, pile.id)
  const faulty = pile.openFaults.length > 0
  const off = !pile.inService && (session === undefined || session.endCause === 'switched-off')
  const broken = faulty || off
  if (broken === pile.broken) return
  pile.broken = broken
  await work.db.pileBroken(pile.id, broken)
  if (!broken) {
    // the yard was built while it could not be planned onto, and the cars are dealt to it too
    const inYard = yardPile(work, pile.id)
    if (inYard !== undefined) inYard.plannable = viewPile(work.snap, pile, inYard.cars[0]).plannable
    work.causes.set(pile.id, 'repair')
    await decide(work, repair(work.yard, pile.id))
    return
  }
  work.causes.set(pile.id, faulty ? 'fault' : 'operator')
  for (const car of work.snap.cars) {
    if (car.pileId !== pile.id) continue
    car.turnAt = null
    car.startAskedAt = null
  }
  await decide(work, breakDown(work.yard, pile.id))
  if (session !== undefined && session.stopAskedAt === null)
    await askStop(work, session, faulty ? 'fault' : 'switched-off')
}

/** OCPP 1.6 section 7.6 error codes by what a technician has to look at. */
export function faultType(errorCode: string): 'hardware' | 'software' | 'power' | 'connector' | 'communication' {
  switch (errorCode) {
    case 'OverCurrentFailure':
    case 'OverVoltage':
    case 'UnderVoltage':
    case 'PowerSwitchFailure':
    case 'PowerMeterFailure':
    case 'GroundFailure':
      return 'power'
    case 'ConnectorLockFailure':
      return 'connector'
    case 'EVCommunicationError':
    case 'WeakSignal':
      return 'communication'
    case 'InternalError':
    case 'LocalListConflict':
    case 'ResetFailure':
      return 'software'
    default:
      return 'hardware'
  }
}
