import { modeLetter } from '../../../protocol/modes.ts'
import { mul, type Ratio, ratio, sum, toDecimal } from '../billing/ratio.ts'
import type { Rejected } from './happen.ts'
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
    total: string
    reason: string
  }[]
  end: string
  totals: { energyKWh: number; fee: string }
  metrics: {
    /** From request to first session, of the requests that came to one. */
    meanWaitMin: number
    maxWaitMin: number
    /** Requests the site turned away: waiting area full, or no pile of the mode. */
    refused: number
  }
}

/** Rounds for display, half up: energy to 1/1000 kWh, money to the minor unit, waits to 1/100 minute. */
export function toAnswer({ clock }: Timeline, replayed: Replayed): Answer {
  const { ticks, rejected, snapshots, details, end, waits } = replayed
  const time = (tick: number): string => clock.textAt(tick / ticks.perMs)
  const minutes = (tick: number): number => Math.round((tick / ticks.perMs / 60_000) * 100) / 100
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
      energyFee: money(ratio(detail.energyFeeMinor)),
      serviceFee: money(ratio(detail.serviceFeeMinor)),
      total: money(ratio(detail.totalMinor)),
      reason: detail.reason,
    })),
    end: time(end),
    totals: {
      energyKWh: kiloWattHours(sum(details.map(({ energyWh }) => energyWh))),
      fee: money(ratio(details.reduce((total, { totalMinor }) => total + totalMinor, 0))),
    },
    metrics: {
      meanWaitMin: waits.length === 0 ? 0 : minutes(waits.reduce((a, b) => a + b) / waits.length),
      maxWaitMin: minutes(waits.reduce((a, b) => Math.max(a, b), 0)),
      refused: rejected.filter(({ reason }) => reason === 'waiting-area-full' || reason === 'no-pile-of-mode').length,
    },
  }
}

const printCar = ({ vehicle, number, energyWh, feeMinor }: CarShown): CarPrinted => ({
  vehicle,
  number,
  kWh: kiloWattHours(energyWh),
  fee: money(feeMinor),
})

const PER_THOUSAND = ratio(1, 1000)
const PER_HUNDRED = ratio(1, 100)
const kiloWattHours = (wattHours: Ratio): number => Number(toDecimal(mul(wattHours, PER_THOUSAND), 3))
const money = (minor: Ratio): string => toDecimal(mul(minor, PER_HUNDRED), 2)
