import { MODES, type Mode, queueNumber } from '../../../protocol/modes.ts'
import type { Ratio } from '../billing/ratio.ts'
import { carOf, type Yard } from '../queue/yard.ts'
import type { Delivered, Ledger } from './ledger.ts'
import type { Ticks } from './ticks.ts'

export interface CarShown extends Delivered {
  vehicle: string
  number: string
}

/** The site at an instant, exact. */
export interface Snapshot {
  at: string
  /** The first car of a pile is the one charging. */
  piles: { id: string; cars: CarShown[] }[]
  faultQueue: Record<Mode, CarShown[]>
  waiting: { vehicle: string; number: string; mode: Mode; askedWh: Ratio }[]
}

/** Shows a yard as it is at `now`. */
export function takeSnapshot(at: string, yard: Yard, ledger: Ledger, ticks: Ticks, now: number): Snapshot {
  const show = (id: string): CarShown => {
    const { mode, number } = carOf(yard, id)
    return { vehicle: id, number: queueNumber(mode, number), ...ledger.delivered(id, now) }
  }
  const [fast, trickle] = MODES.map(mode => yard.faultQueue[mode].map(show)) as [CarShown[], CarShown[]]
  return {
    at,
    piles: yard.piles.map(({ id, cars }) => ({ id, cars: cars.map(show) })),
    faultQueue: { fast, trickle },
    waiting: yard.waiting.map(id => {
      const { mode, number, demand } = carOf(yard, id)
      return { vehicle: id, number: queueNumber(mode, number), mode, askedWh: ticks.toWh(demand) }
    }),
  }
}
