import t from 'tap'
import { playVirtualDay } from '../support/virtual-day.ts'

const MINUTE_MS = 60_000

const median = (values: number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1]!
}

/**
 * The same cars, people and seeds as the simulator's, on a clock that only events move: the figure is exact. Drivers
 * linger up to ten minutes, one in twelve for another quarter of an hour; cars take less than the pile offers.
 */
t.test(
  'at the request a driver is told the start of charging to within a tenth of the wait or two minutes',
  async t => {
    const { site, trips } = await playVirtualDay(t, {
      seed: 1,
      cars: 150,
      arrivalsPerHour: 4,
      energyWh: { low: 2000, high: 20_000 },
      fast: { count: 2, powerW: 22_000 },
      trickle: { count: 3, powerW: 7000 },
      queueLength: 2,
      waitingCapacity: 30,
      at: Date.UTC(2026, 5, 1),
    })
    const told = trips.filter(({ startedAt, estimatedStartAt }) => startedAt !== null && estimatedStartAt !== null)
    const errors = told.map(trip => Math.abs(trip.startedAt! - trip.estimatedStartAt!))
    const waits = told.map(trip => trip.startedAt! - trip.requestedAt)
    t.ok(told.length > 120, `${told.length} cars were told when they would start, and did`)
    t.ok(median(waits) > 20 * MINUTE_MS, 'on a day on which people wait')
    const allowed = waits.map(wait => Math.max(0.1 * wait, 2 * MINUTE_MS))
    const error = median(errors) / MINUTE_MS
    t.comment(`median error ${error.toFixed(2)} min, median wait ${(median(waits) / MINUTE_MS).toFixed(1)} min`)
    t.ok(error * MINUTE_MS < Math.max(0.1 * median(waits), 2 * MINUTE_MS), 'the median error')
    t.ok(median(errors.map((error, index) => error / allowed[index]!)) < 1, 'and each error against its own wait')

    const { rows } = await site.pool.query(
      `select count(*)::int as count, percentile_disc(0.5) within group (order by abs(estimate_error_seconds))::int as median
     from charging_requests where estimate_error_seconds is not null`,
    )
    t.equal(rows[0].count, told.length, 'what became of every estimate is stored')
    t.ok(Math.abs(rows[0].median / 60 - error) < 0.1, 'with the same error')
  },
)
