import { sum } from '../billing/ratio.ts'
import { type Fairness, type FairnessGroup, fairness, type Trip } from '../dispatch/fairness.ts'
import { kiloWattHours, money } from './decimal.ts'
import type { Timeline } from './parse.ts'
import type { Replayed } from './simulate.ts'

/** Minutes to 1/100. */
export interface GroupMetrics {
  /** Numbers given, and how many of them came to charge. */
  requests: number
  charged: number
  /** From request to first session, of those. */
  meanWaitMin: number
  p95WaitMin: number
  maxWaitMin: number
  /** Requests the site turned away: waiting area full, or no pile of the mode. */
  refused: number
  refusedFor: Record<string, number>
}

/** Who waited how long, who was turned away, what it brought in. Cars that were there before the day began do not count. */
export interface Metrics extends GroupMetrics {
  byMode: { F: GroupMetrics; T: GroupMetrics }
  /** Highest class first. */
  byClass: ({ priority: number } & GroupMetrics)[]
  byModeAndClass: ({ mode: 'F' | 'T'; priority: number } & GroupMetrics)[]
  /** Sum over all cars of the time from the first request until they were done. */
  totalCompletionMin: number
  /** The least that it could be had all been there from the first request on; null if no pile could. */
  lowerBoundMin: number | null
  income: string
  energyKWh: number
}

/** The figures of a replayed timeline. */
export function metricsOf({ piles, policy }: Timeline, { ticks, journeys, refusals }: Replayed): Metrics {
  const counted = journeys.filter(({ present }) => !present)
  const found = fairness({
    trips: counted.map(({ car, startedAt, finishedAt, energyWh }): Trip => {
      const { mode, priority, arrival } = car
      return {
        mode,
        priority,
        requestedAt: arrival,
        startedAt,
        finishedAt,
        energyWh: Number(energyWh.n) / Number(energyWh.d),
      }
    }),
    refusals,
    piles,
    minute: ticks.perMs * 60_000,
    anyMode: policy.dispatch === 'batch',
  })
  return toMetrics(found, {
    incomeMinor: counted.reduce((total, { billedMinor }) => total + billedMinor, 0),
    energyKWh: kiloWattHours(sum(counted.map(({ energyWh }) => energyWh))),
  })
}

/** Rounds for display. */
export function toMetrics(
  found: Fairness,
  { incomeMinor, energyKWh }: { incomeMinor: number; energyKWh: number },
): Metrics {
  const { overall, byMode, byClass, byModeAndClass, totalCompletion, lowerBound } = found
  return {
    ...groupMetrics(overall),
    byMode: { F: groupMetrics(byMode.fast), T: groupMetrics(byMode.trickle) },
    byClass: byClass.map(({ priority, ...group }) => ({ priority, ...groupMetrics(group) })),
    byModeAndClass: byModeAndClass.map(({ mode, priority, ...group }) => {
      return { mode: mode === 'fast' ? 'F' : 'T', priority, ...groupMetrics(group) }
    }),
    totalCompletionMin: hundredths(totalCompletion),
    lowerBoundMin: lowerBound === null ? null : hundredths(lowerBound),
    income: money(incomeMinor),
    energyKWh,
  }
}

const groupMetrics = ({ requests, waits, refused, refusedFor }: FairnessGroup): GroupMetrics => ({
  requests,
  charged: waits.count,
  meanWaitMin: hundredths(waits.mean),
  p95WaitMin: hundredths(waits.p95),
  maxWaitMin: hundredths(waits.longest),
  refused,
  refusedFor,
})

const hundredths = (value: number): number => Math.round(value * 100) / 100
