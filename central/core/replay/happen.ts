import type { RefusedTrip } from '../dispatch/fairness.ts'
import { breakDownInPlace, repairInPlace } from '../queue/faults.ts'
import { changeInPlace, enterInPlace, leaveInPlace, type Refusal } from '../queue/requests.ts'
import type { Yard } from '../queue/yard.ts'
import type { EndReason, Ledger } from './ledger.ts'
import type { TimelineEvent } from './parse.ts'
import type { Ticks } from './ticks.ts'

export interface Rejected {
  at: string
  vehicle: string
  type: 'request' | 'change' | 'cancel'
  reason: Refusal
}

type CarEvent = Extract<TimelineEvent, { vehicle: string }>
type Down = 'fault' | 'switched-off' | 'offline'

/** What the site, not the driver, is the reason of. */
const TURNED_AWAY: readonly Refusal[] = ['waiting-area-full', 'no-pile-of-mode']

/** What each event of a timeline does to a yard and its ledger, both brought up to date for `now` by the caller. */
export function createEvents(site: { yard: Yard; ledger: Ledger; ticks: Ticks; refusals: RefusedTrip[] }) {
  const { yard, ledger, ticks, refusals } = site
  /** Why piles are down. One that is switched off and broken needs both a repair and to be switched on. */
  const down = new Map<string, Set<Down>>(yard.piles.map(({ id }) => [id, new Set()]))

  const stop = (vehicle: string, now: number, reason: EndReason): void => {
    const session = ledger.running.get(vehicle)
    if (session !== undefined) ledger.end(session, now, reason)
  }

  const goDown = (pile: string, now: number, reason: Down): void => {
    down.get(pile)!.add(reason)
    // who charges at a pile that nobody hears of any more charges on
    const { interrupted } = breakDownInPlace(yard, pile, { keepCharging: reason === 'offline' })
    if (interrupted !== null && reason !== 'offline') stop(interrupted.id, now, reason)
  }

  const comeBack = (pile: string, reason: Down): void => {
    const reasons = down.get(pile)!
    reasons.delete(reason)
    if (reasons.size === 0) repairInPlace(yard, pile)
  }

  const change = ({ vehicle, mode, kWh }: CarEvent & { type: 'change' }, now: number): Refusal | null => {
    const session = ledger.running.get(vehicle)
    const energy = kWh === undefined ? {} : { energy: ticks.energy(kWh) }
    const result = changeInPlace(yard, vehicle, { ...energy, ...(mode === undefined ? {} : { mode }) })
    if (!result.ok) return result.reason
    if (session === undefined) return null
    if (!result.done) {
      ledger.retarget(session, now)
    } else {
      ledger.end(session, now, 'edit')
      leaveInPlace(yard, vehicle)
    }
    return null
  }

  const ofCar = (event: CarEvent, now: number): Refusal | null => {
    switch (event.type) {
      case 'request': {
        const { vehicle: id, mode, kWh, priority = 0, present } = event
        const result = enterInPlace(yard, { id, mode, energy: ticks.energy(kWh), arrival: now, priority })
        if (result.ok) ledger.open(result.car, event)
        else if (TURNED_AWAY.includes(result.reason) && !present)
          refusals.push({ mode, priority, reason: result.reason })
        return result.ok ? null : result.reason
      }
      case 'change':
        return change(event, now)
      case 'cancel': {
        stop(event.vehicle, now, 'cancel')
        const result = leaveInPlace(yard, event.vehicle)
        return result.ok ? null : result.reason
      }
    }
  }

  return (event: TimelineEvent, now: number): Rejected | null => {
    switch (event.type) {
      case 'fault':
        goDown(event.pile, now, 'fault')
        return null
      case 'off':
        goDown(event.pile, now, 'switched-off')
        return null
      case 'offline':
        goDown(event.pile, now, 'offline')
        return null
      case 'repair':
        comeBack(event.pile, 'fault')
        return null
      case 'online':
        comeBack(event.pile, 'offline')
        return null
      case 'on':
        comeBack(event.pile, 'switched-off')
        return null
      default: {
        const reason = ofCar(event, now)
        return reason && { at: event.at.text, vehicle: event.vehicle, type: event.type, reason }
      }
    }
  }
}
