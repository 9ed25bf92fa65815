import { faultType } from '../../../protocol/charger/faults.ts'
import { newId } from '../../../protocol/ids.ts'
import { breakDown, repair } from '../../core/queue/verbs.ts'
import type { CarRow, PileRow, SessionRow } from '../../store/site/snapshot.ts'
import { runningWindow } from './windows.ts'
import { askStop, decide, dueAt, notice, numberOf, openSessionAt, type SiteWork, viewPile, yardPile } from './work.ts'

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

/** Why a pile is out of dispatch: it failed, is switched off, is being worked on as announced, or has been away too long. */
type Outage = 'fault' | 'operator' | 'maintenance' | 'link'

function outageOf(work: SiteWork, pile: PileRow): Outage | null {
  const { now, rules } = work
  if (pile.openFaults.length > 0) return 'fault'
  if (!pile.inService) return 'operator'
  if (runningWindow(pile, now) !== undefined) return 'maintenance'
  if (pile.connected || pile.linkSince === null) return null
  const due = pile.linkSince + rules.offlineTimeoutMs
  if (now >= due) return 'link'
  dueAt(work, due)
  return null
}

/**
 * The cars of a pile that is out of dispatch are dealt elsewhere. Only a failed pile, or somebody who wants it so, ends a
 * running session; else its car charges on, and is the last to go.
 */
async function followBroken(work: SiteWork, pile: PileRow): Promise<void> {
  const outage = outageOf(work, pile)
  if (outage === null) {
    if (pile.broken) await mend(work, pile)
    return
  }
  const session = openSessionAt(work.snap, pile.id)
  const keepCharging = session !== undefined && outage !== 'fault' && session.endCause !== 'switched-off'
  const planned = yardPile(work, pile.id)?.cars ?? []
  const going = work.snap.cars.filter(
    car => planned.includes(car.requestId) && !(keepCharging && car.requestId === session.requestId),
  )
  if (pile.broken && going.length === 0) return
  if (!pile.broken) {
    pile.broken = true
    await work.db.pileBroken(pile.id, true)
    work.causes.set(pile.id, outage)
    if (outage === 'link')
      notice(work, 'charger-left', `${pile.id} has been away for too long: its cars are called elsewhere`, {
        pileId: pile.id,
      })
  }
  if (outage === 'fault') await keepAffected(work, pile, going, session)
  for (const car of going) {
    car.turnAt = null
    car.startAskedAt = null
    // what was asked of it has begun nothing
    const inYard = work.yard.cars.get(car.requestId)
    if (inYard !== undefined && car.requestId !== session?.requestId) inYard.charging = false
  }
  await decide(work, breakDown(work.yard, pile.id, { keepCharging }))
  if (outage === 'fault' && session !== undefined && session.stopAskedAt === null) await askStop(work, session, 'fault')
}

/** It works again. The yard was built while it could not be planned onto, and the cars are dealt to it too. */
async function mend(work: SiteWork, pile: PileRow): Promise<void> {
  pile.broken = false
  await work.db.pileBroken(pile.id, false)
  const inYard = yardPile(work, pile.id)
  if (inYard !== undefined) inYard.plannable = viewPile(work.snap, pile, inYard.cars[0]).plannable
  work.causes.set(pile.id, 'repair')
  await decide(work, repair(work.yard, pile.id))
}

/** Whom a fault has hit, in its records: those of this pile that are open. */
async function keepAffected(work: SiteWork, pile: PileRow, cars: CarRow[], session: SessionRow | undefined) {
  if (cars.length === 0) return
  const affected = cars.map(car => ({
    requestId: car.requestId,
    number: numberOf(car),
    charging: car.requestId === session?.requestId,
  }))
  await work.db.faultAffected(
    pile.openFaults.map(({ id }) => id),
    affected,
  )
}
