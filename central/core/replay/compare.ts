import type { GroupMetrics, Metrics } from './metrics.ts'

/** One way a day went or would go. */
export interface Side {
  name: string
  /** `HH:MM:SS`, `+1` on the day after. */
  end: string
  /** Ms from the beginning of the first day. */
  endMs: number
  metrics: Metrics
}

export interface GroupDifference {
  charged: number
  meanWaitMin: number
  p95WaitMin: number
  maxWaitMin: number
  refused: number
}

/** The second side minus the first: below zero is shorter, fewer, less. */
export interface Difference extends GroupDifference {
  byMode: { F: GroupDifference; T: GroupDifference }
  totalCompletionMin: number
  /** In the currency, signed. */
  income: string
  energyKWh: number
  endMin: number
}

export function differenceOf(from: Side, to: Side): Difference {
  const [a, b] = [from.metrics, to.metrics]
  return {
    ...groupDifference(a, b),
    byMode: { F: groupDifference(a.byMode.F, b.byMode.F), T: groupDifference(a.byMode.T, b.byMode.T) },
    totalCompletionMin: less(b.totalCompletionMin, a.totalCompletionMin),
    income: less(Number(b.income), Number(a.income)).toFixed(2),
    energyKWh: less(b.energyKWh, a.energyKWh),
    endMin: less(to.endMs / 60_000, from.endMs / 60_000),
  }
}

const groupDifference = (a: GroupMetrics, b: GroupMetrics): GroupDifference => ({
  charged: b.charged - a.charged,
  meanWaitMin: less(b.meanWaitMin, a.meanWaitMin),
  p95WaitMin: less(b.p95WaitMin, a.p95WaitMin),
  maxWaitMin: less(b.maxWaitMin, a.maxWaitMin),
  refused: b.refused - a.refused,
})

/** Figures of at most three decimals: their difference has no more. */
const less = (b: number, a: number): number => Math.round((b - a) * 1000) / 1000
