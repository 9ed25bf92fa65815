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

/** What each event of a timeline does to a yard and its ledger, both brought up to date for `now` by the caller. */
export function createEvents({ yard, ledger, ticks }: { yard: Yard; ledger: Ledger; ticks: Ticks }) {
  /** Why piles are down. One that is switched off and broken needs both a repair and to be switched on. */
  const down = new Map<string, Set<'fault' | 'switched-off'>>(yard.piles.map(({ id }) => [id, new Set()]))

  const stop = (vehicle: string, now: number, reason: EndReason): void => {
    const session = ledger.running.get(vehicle)
    if (session !== undefined) ledger.end(session, now, reason)
  }

  const goDown = (pile: string, now: number, reason: 'fault' | 'switched-off'): void => {
    down.get(pile)!.add(reason)
    const { interrupted } = breakDownInPlace(yard, pile)
    if (interrupted !== null) stop(interrupted.id, now, reason)
  }

  const comeBack = (pile: string, reason: 'fault' | 'switched-off'): void => {
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
        const { vehicle: id, mode, kWh } = event
        const result = enterInPlace(yard, { id, mode, energy: ticks.energy(kWh), arrival: now })
        if (!result.ok) return result.reason
        ledger.open(id)
        return null
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
      case 'repair':
        comeBack(event.pile, 'fault')
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
