import type { Mode } from '../../protocol/modes.ts'
import type { EpochMs } from '../../protocol/units.ts'
import { createCar } from '../../simulator/car.ts'
import { planVisits, type VisitPlan } from '../../simulator/plan.ts'
import { createRandom } from '../../simulator/random.ts'
import { createVirtualPile, type VirtualPile } from './virtual-pile.ts'
import { openVirtualSite, type VirtualDriver, type VirtualSite, type VirtualSiteOptions } from './virtual-site.ts'

export interface VirtualDayOptions extends VirtualSiteOptions {
  seed: number
  cars: number
  arrivalsPerHour: number
  energyWh: { low: number; high: number }
  /** Share of drivers who leave their cable in for another quarter of an hour. */
  lateShare?: number
  sampleMs?: number
}

/** One visit as it went. */
export interface VirtualTrip {
  plan: VisitPlan
  mode: Mode
  requestId: string | null
  refused: string | null
  requestedAt: EpochMs
  estimatedStartAt: EpochMs | null
  startedAt: EpochMs | null
}

const MINUTE_MS = 60_000

/**
 * A day of drivers at a virtual site, event by event: they ask, walk to the pile they are called to, plug in when it is
 * free, and come back for their car when they come. The plans are the simulator's own, so are cars and meters.
 */
export async function playVirtualDay(
  t: { teardown(done: () => Promise<void>): void },
  options: VirtualDayOptions,
): Promise<{ site: VirtualSite; trips: VirtualTrip[] }> {
  const site = await openVirtualSite(t, options)
  const { clock, central, verbs, settle } = site
  const random = createRandom(options.seed)
  const agenda: { at: EpochMs; act: () => Promise<void> }[] = []
  const schedule = (at: EpochMs, act: () => Promise<void>): void => {
    const before = agenda.findLastIndex(other => other.at <= at)
    agenda.splice(before + 1, 0, { at, act })
  }

  const visits = new Map<string, Visit>()
  const piles = new Map<string, { pile: VirtualPile; visitor: Visit | null }>()
  for (const [letter, { count, powerW }] of [
    ['F', options.fast],
    ['T', options.trickle],
  ] as const) {
    for (let n = 1; n <= count; n++) {
      const id = `${letter}${n}`
      const pile = createVirtualPile({
        id,
        powerW,
        site,
        schedule,
        sampleMs: options.sampleMs ?? 5 * MINUTE_MS,
        reactionMs: 2000,
        onDone: () => piles.get(id)?.visitor?.done(),
      })
      piles.set(id, { pile, visitor: null })
      await site.connect(id)
    }
  }
  site.onCommand((id, command) => piles.get(id)!.pile.hear(command))

  /** One driver's car on the site. */
  interface Visit {
    trip: VirtualTrip
    driver: VirtualDriver
    car: ReturnType<typeof createCar>
    /** Where it was called to, and whether it is there. */
    pileId: string | null
    there: boolean
    done(): void
  }

  async function arrive(plan: VisitPlan, driver: VirtualDriver, trip: VirtualTrip): Promise<void> {
    trip.requestedAt = clock.now()
    const asked = await verbs.requestCharge(driver.actor, { mode: plan.mode, energyWh: plan.energyWh })
    if (!asked.ok) {
      trip.refused = asked.reason
      return
    }
    const { id, estimatedStartAt, pileId } = asked.value
    trip.requestId = id
    trip.estimatedStartAt = estimatedStartAt
    const lingerMs = plan.lingerMs + (random.chance(options.lateShare ?? 0.08) ? 15 * MINUTE_MS : 0)
    const visit: Visit = {
      trip,
      driver,
      car: createCar(plan.car),
      pileId: null,
      there: false,
      done: () => schedule(clock.now() + lingerMs, () => leave(visit)),
    }
    visits.set(id, visit)
    if (pileId !== null) called(visit, pileId)
    if (plan.temper === 'cancels-waiting') {
      schedule(clock.now() + plan.whimMs, async () => {
        if (visit.pileId === null || !visit.there) await verbs.cancelRequest(driver.actor, id)
      })
    }
  }

  function called(visit: Visit, pileId: string): void {
    if (visit.pileId === pileId) return
    visit.pileId = pileId
    visit.there = false
    if (visit.trip.plan.temper === 'no-show') return
    schedule(clock.now() + visit.trip.plan.driveMs, async () => {
      if (visit.pileId !== pileId) return
      visit.there = true
      await plugIn(pileId)
    })
  }

  /** Whoever's turn it is and who is there plugs in. */
  async function plugIn(pileId: string): Promise<void> {
    const berth = piles.get(pileId)!
    if (!berth.pile.isFree()) return
    const first = await site.firstAt(pileId)
    const visit = first === null ? undefined : visits.get(first)
    if (visit === undefined || visit.pileId !== pileId || !visit.there) return
    berth.visitor = visit
    await berth.pile.plug(visit)
  }

  async function leave(visit: Visit): Promise<void> {
    const berth = piles.get(visit.pileId!)!
    berth.visitor = null
    await berth.pile.unplug(visit)
    await settle()
    await plugIn(berth.pile.id)
  }

  central.events.subscribe(event => {
    if (event.type === 'session' && event.event === 'started') {
      const visit = piles.get(event.pileId)!.visitor
      if (visit !== null) visit.trip.startedAt ??= event.at
    }
    if (event.type !== 'notice' || event.notice !== 'decision' || event.requestId === null) return
    const visit = visits.get(event.requestId)
    if (visit === undefined) return
    if (event.pileId !== null) called(visit, event.pileId)
    else visit.pileId = null
  })

  const trips: VirtualTrip[] = []
  const drivers = await site.drivers(options.cars)
  const modes = [...piles.keys()].map(id => ({
    id,
    mode: id.startsWith('F') ? ('fast' as const) : ('trickle' as const),
  }))
  const plans = planVisits({ piles: modes, faultsPerHour: 0, ...options }, random.fork('visits'))
  for (const driver of drivers) {
    const plan = plans.next().value
    const trip: VirtualTrip = {
      plan,
      mode: plan.mode,
      requestId: null,
      refused: null,
      requestedAt: 0,
      estimatedStartAt: null,
      startedAt: null,
    }
    trips.push(trip)
    schedule(options.at + plan.afterMs, () => arrive(plan, driver, trip))
  }
  await settle()
  for (let next = agenda.shift(); next !== undefined; next = agenda.shift()) {
    await site.dueUntil(next.at)
    clock.set(Math.max(next.at, clock.now()))
    await next.act()
    await settle()
  }
  await site.dueUntil(clock.now() + 24 * 60 * MINUTE_MS)
  return { site, trips }
}
