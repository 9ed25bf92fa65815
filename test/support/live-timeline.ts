import type { Policy } from '../../central/core/queue/policy.ts'
import type { Timeline, TimelineEvent } from '../../central/core/replay/parse.ts'
import { queueNumber } from '../../protocol/modes.ts'
import type { EpochMs, MilliWh } from '../../protocol/units.ts'
import { createConstantPiles } from './constant-piles.ts'
import { openVirtualSite, type VirtualDriver } from './virtual-site.ts'

/** One detail of a bill, times in ms from the midnight on which the timeline begins. */
export interface LiveDetail {
  vehicle: string
  number: string
  pileId: string
  from: number
  to: number
  energyMilliWh: MilliWh
  totalMinor: number
  reason: string
}

export interface LiveAnswer {
  rejected: { at: string; vehicle: string; type: string; reason: string }[]
  details: LiveDetail[]
}

/**
 * Plays a timeline on the live system: real reports over the port of chargers, real verbs, a real database, and a clock
 * that stands still while things happen. Drivers plug in at once, chargers obey at once and read their meter whenever
 * something happens. Energies and powers must be such that sessions last whole milliseconds.
 */
export async function playTimeline(
  t: { teardown(done: () => Promise<void>): void },
  timeline: Timeline,
  policy: Policy,
): Promise<LiveAnswer> {
  const { originMs } = timeline.clock
  const of = (mode: 'fast' | 'trickle') => {
    const own = timeline.piles.filter(pile => pile.mode === mode)
    return { count: own.length, powerW: own[0]?.powerW ?? 7000 }
  }
  const site = await openVirtualSite(t, {
    fast: of('fast'),
    trickle: of('trickle'),
    queueLength: timeline.piles[0]!.queueLength,
    waitingCapacity: timeline.waitingCapacity,
    policy,
    at: originMs,
  })
  const { clock, verbs, pool, settle } = site
  const piles = await createConstantPiles(site, timeline.piles)
  const names = [...new Set(timeline.events.flatMap(event => ('vehicle' in event ? [event.vehicle] : [])))]
  const people = await site.drivers(names.length)
  const driverOf = (vehicle: string): VirtualDriver => people[names.indexOf(vehicle)]!
  const operator = { id: null, name: 'operator', role: 'operator' } as const
  const requests = new Map<string, string>()
  const faults = new Map<string, string[]>()
  const answer: LiveAnswer = { rejected: [], details: [] }

  async function runUntil(last: EpochMs): Promise<void> {
    for (;;) {
      const next = piles.nextEnd()
      if (next === Number.POSITIVE_INFINITY || next > last) return
      await site.dueUntil(next)
      clock.set(next)
      await piles.read()
      await piles.obey()
    }
  }

  async function happen(event: TimelineEvent): Promise<string | null> {
    switch (event.type) {
      case 'request': {
        const { actor } = driverOf(event.vehicle)
        const priority = event.priority ?? 0
        const input = { mode: event.mode, energyWh: Math.round(event.kWh * 1000) }
        const who = { ...actor, role: priority === 0 ? ('driver' as const) : ('operator' as const) }
        const asked = await verbs.requestCharge(who, { ...input, ...(priority === 0 ? {} : { priority }) })
        if (!asked.ok) return asked.reason
        requests.set(event.vehicle, asked.value.id)
        return null
      }
      case 'change': {
        const id = requests.get(event.vehicle)
        if (id === undefined) return 'no-active-request'
        const changed = await verbs.changeRequest(driverOf(event.vehicle).actor, id, {
          ...(event.mode === undefined ? {} : { mode: event.mode }),
          ...(event.kWh === undefined ? {} : { energyWh: Math.round(event.kWh * 1000) }),
        })
        await piles.readTargets()
        return changed.ok ? null : changed.reason
      }
      case 'cancel': {
        const id = requests.get(event.vehicle)
        if (id === undefined) return 'no-active-request'
        // it waits for the charger to stop
        const cancelled = verbs.cancelRequest(driverOf(event.vehicle).actor, id)
        let over = false
        const outcome = cancelled.finally(() => {
          over = true
        })
        if (await piles.isStopping(() => over)) await piles.obey()
        const told = await outcome
        return told.ok ? null : told.reason
      }
      case 'fault': {
        const input = { pileId: event.pile, type: 'hardware', description: '', source: 'rest' } as const
        const reported = await verbs.reportFault(operator, input)
        if (reported.ok) faults.set(event.pile, [...(faults.get(event.pile) ?? []), reported.value.faultId])
        return null
      }
      case 'repair': {
        // a timeline knows whether a pile works, a site every fault it has
        for (const id of faults.get(event.pile) ?? []) await verbs.updateFault(operator, id, { state: 'resolved' })
        faults.delete(event.pile)
        return null
      }
      default:
        throw new Error(`${event.type} is not played`)
    }
  }

  await settle()
  for (const event of timeline.events) {
    const now = originMs + event.at.ms
    await runUntil(now)
    await site.dueUntil(now)
    clock.set(now)
    await piles.read()
    const reason = await happen(event)
    await settle()
    await piles.obey()
    if (reason !== null && 'vehicle' in event)
      answer.rejected.push({ at: event.at.text, vehicle: event.vehicle, type: event.type, reason })
  }
  await runUntil(Number.MAX_SAFE_INTEGER)

  const { rows } = await pool.query<Omit<LiveDetail, 'vehicle' | 'number'> & { user: string; mode: 'fast'; n: number }>(
    `select r.user_id as user, r.mode, r.number as n, d.pile_id as "pileId", d.started_at as "from", d.ended_at as "to",
       d.energy_milli_wh as "energyMilliWh", d.total_minor as "totalMinor", d.stop_reason as reason
     from billing_details d join charging_requests r on r.id = d.request_id where d.energy_milli_wh > 0`,
  )
  answer.details = rows.map(({ user, mode, n, from, to, ...detail }) => ({
    ...detail,
    vehicle: names[people.findIndex(({ actor }) => actor.id === user)]!,
    number: queueNumber(mode, n),
    from: from - originMs,
    to: to - originMs,
  }))
  return answer
}
