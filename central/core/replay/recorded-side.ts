import { ratio } from '../billing/ratio.ts'
import { fairness, type Trip } from '../dispatch/fairness.ts'
import type { Side } from './compare.ts'
import { kiloWattHours } from './decimal.ts'
import { toMetrics } from './metrics.ts'
import type { RecordedDays } from './recorded.ts'
import { createWallClock } from './wall-clock.ts'

/** How recorded days really went: the same figures as those of a replay, from sessions and bills. */
export function recordedSide({ from, timeZone, policy, piles, requests, refusals }: RecordedDays): Side {
  const made = requests.filter(({ createdAt }) => createdAt >= from)
  const milliWh = (sessions: { energyMilliWh: number }[]) => sessions.reduce((sum, each) => sum + each.energyMilliWh, 0)
  const trips = made.map(({ mode, priority, createdAt, sessions }): Trip => {
    const charged = sessions.filter(({ energyMilliWh }) => energyMilliWh > 0)
    const over = charged.length > 0 && charged.every(({ endedAt }) => endedAt !== null)
    return {
      mode,
      priority,
      requestedAt: createdAt,
      startedAt: charged[0]?.startedAt ?? null,
      finishedAt: over ? Math.max(...charged.map(({ endedAt }) => endedAt!)) : null,
      energyWh: milliWh(sessions) / 1000,
    }
  })
  const found = fairness({
    trips,
    refusals,
    piles,
    minute: 60_000,
    anyMode: (policy as { dispatch?: string }).dispatch === 'batch',
  })
  const date = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(timeZone).toPlainDate().toString()
  const end = trips.reduce((last, { finishedAt }) => Math.max(last, finishedAt ?? 0), from)
  return {
    name: 'recorded',
    end: createWallClock(date, timeZone).textAt(end - from),
    endMs: end - from,
    metrics: toMetrics(found, {
      incomeMinor: made.reduce((sum, { totalMinor }) => sum + totalMinor, 0),
      energyKWh: kiloWattHours(ratio(milliWh(made.flatMap(({ sessions }) => sessions)), 1000)),
    }),
  }
}
