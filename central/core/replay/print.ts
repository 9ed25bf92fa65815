import { modeLetter } from '../../../protocol/modes.ts'
import { sum } from '../billing/ratio.ts'
import { kiloWattHours, money } from './decimal.ts'
import type { Rejected } from './happen.ts'
import { type Metrics, metricsOf } from './metrics.ts'
import type { Timeline } from './parse.ts'
import type { Replayed } from './simulate.ts'
import type { CarShown } from './snapshot.ts'

export interface CarPrinted {
  vehicle: string
  number: string
  kWh: number
  fee: string
}

/** The answer to a timeline as it leaves the program (domain.md section 9). */
export interface Answer {
  rejected: Rejected[]
  snapshots: {
    at: string
    piles: Record<string, CarPrinted[]>
    faultQueue: { F: CarPrinted[]; T: CarPrinted[] }
    waiting: { vehicle: string; number: string; mode: 'F' | 'T'; kWh: number }[]
  }[]
  details: {
    vehicle: string
    number: string
    pile: string
    from: string
    to: string
    kWh: number
    energyFee: string
    serviceFee: string
    /** Of charging time, of the session, to a minimum or maximum price: tariffs of version 2 only. */
    otherFee?: string
    total: string
    reason: string
  }[]
  end: string
  totals: { energyKWh: number; fee: string }
  metrics: Metrics
}

/** Rounds for display, half up: energy to 1/1000 kWh, money to the minor unit, waits to 1/100 minute. */
export function toAnswer(timeline: Timeline, replayed: Replayed): Answer {
  const { clock } = timeline
  const { ticks, rejected, snapshots, details, end } = replayed
  const withOther = [timeline, ...timeline.piles].some(({ tariff }) => tariff !== undefined && tariff.version !== 1)
  const time = (tick: number): string => clock.textAt(tick / ticks.perMs)
  return {
    rejected,
    snapshots: snapshots.map(({ at, piles, faultQueue, waiting }) => ({
      at,
      piles: Object.fromEntries(piles.map(({ id, cars }) => [id, cars.map(printCar)])),
      faultQueue: { F: faultQueue.fast.map(printCar), T: faultQueue.trickle.map(printCar) },
      waiting: waiting.map(({ vehicle, number, mode, askedWh }) => ({
        vehicle,
        number,
        mode: modeLetter(mode),
        kWh: kiloWattHours(askedWh),
      })),
    })),
    details: details.map(detail => ({
      vehicle: detail.vehicle,
      number: detail.number,
      pile: detail.pileId,
      from: time(detail.from),
      to: time(detail.to),
      kWh: kiloWattHours(detail.energyWh),
      energyFee: money(detail.energyFeeMinor),
      serviceFee: money(detail.serviceFeeMinor),
      ...(withOther ? { otherFee: money(detail.otherFeeMinor) } : {}),
      total: money(detail.totalMinor),
      reason: detail.reason,
    })),
    end: time(end),
    totals: {
      energyKWh: kiloWattHours(sum(details.map(({ energyWh }) => energyWh))),
      fee: money(details.reduce((total, { totalMinor }) => total + totalMinor, 0)),
    },
    metrics: metricsOf(timeline, replayed),
  }
}

const printCar = ({ vehicle, number, energyWh, feeMinor }: CarShown): CarPrinted => ({
  vehicle,
  number,
  kWh: kiloWattHours(energyWh),
  fee: money(feeMinor),
})
