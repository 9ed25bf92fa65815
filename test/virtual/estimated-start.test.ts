import t from 'tap'
import { playVirtualDay } from '../support/virtual-day.ts'
import { openVirtualSite } from '../support/virtual-site.ts'

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
    t.ok(rows[0].count > 0.9 * told.length, 'what became of the estimates is stored')
    t.ok(Math.abs(rows[0].median / 60 - error) < 0.2, 'with the same error')
  },
)

t.test('a reading moves what those who wait may expect; a class that is changed moves them', async t => {
  const site = await openVirtualSite(t, {
    fast: { count: 1, powerW: 10_000 },
    trickle: { count: 0, powerW: 7000 },
    queueLength: 1,
    waitingCapacity: 10,
    at: Date.UTC(2026, 5, 1),
  })
  const { clock, verbs, report, settle } = site
  await site.connect('F1')
  const queues: { number: string; inMinutes: number | null }[][] = []
  site.central.events.subscribe(event => {
    if (event.type !== 'site-queue') return
    const minutes = (at: number | null) => (at === null ? null : (at - clock.now()) / MINUTE_MS)
    queues.push(event.waiting.map(({ number, expectedStartAt }) => ({ number, inMinutes: minutes(expectedStartAt) })))
  })
  const drivers = await site.drivers(3)
  const requests: string[] = []
  for (const { actor } of drivers) {
    const asked = await verbs.requestCharge(actor, { mode: 'fast', energyWh: 10_000 })
    t.ok(asked.ok)
    if (asked.ok) requests.push(asked.value.id)
  }
  const said = { connectorId: 1, idTag: drivers[0]!.idTag, startKey: 'a', registerMilliWh: 0, at: clock.now() }
  const { transactionId } = await report('F1', { type: 'session-started', ...said })
  await settle()
  t.same(queues.at(-1), [
    { number: 'F2', inMinutes: 60 },
    { number: 'F3', inMinutes: 120 },
  ])

  clock.advance(6 * MINUTE_MS)
  const reading = { at: clock.now(), registerMilliWh: 500_000, powerW: 5000 }
  await report('F1', { type: 'meter-sampled', connectorId: 1, transactionId, readings: [reading] })
  await settle()
  t.same(queues.at(-1), [
    { number: 'F2', inMinutes: 114 },
    { number: 'F3', inMinutes: 174 },
  ])

  const operator = { id: null, name: 'operator', role: 'operator' } as const
  t.match(await verbs.changeRequest(drivers[2]!.actor, requests[2]!, { priority: 1 }), {
    ok: false,
    reason: 'forbidden',
  })
  t.match(await verbs.changeRequest(operator, requests[0]!, { priority: 1 }), { ok: false, reason: 'charging' })
  t.match(await verbs.changeRequest(operator, requests[2]!, { priority: 1 }), {
    ok: true,
    value: { priority: 1, carsAhead: 0 },
  })
  t.match(await verbs.viewRequest(drivers[1]!.actor, requests[1]!), {
    value: { carsAhead: 1, reason: { en: 'All places are taken; 1 car is before you, 1 of a higher priority class.' } },
  })
})
