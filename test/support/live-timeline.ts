import type { Policy } from '../../central/core/queue/policy.ts'
import type { Timeline, TimelineEvent } from '../../central/core/replay/parse.ts'
import { queueNumber } from '../../protocol/modes.ts'
import type { EpochMs, MilliWh } from '../../protocol/units.ts'
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

interface Charging {
  transactionId: number
  startedAt: EpochMs
  startMilliWh: MilliWh
  targetMilliWh: MilliWh
  stopping: boolean
}

/** One charge point of constant power. */
interface Pile {
  id: string
  powerW: number
  registerMilliWh: MilliWh
  session: Charging | null
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
  const { clock, verbs, pool, settle, report } = site
  const piles = timeline.piles.map(({ id, powerW }): Pile => ({ id, powerW, registerMilliWh: 0, session: null }))
  for (const { id } of piles) await site.connect(id)
  const starts: { pile: Pile; idTag: string }[] = []
  site.onCommand((id, command) => {
    const pile = piles.find(each => each.id === id)!
    if (command.verb === 'start') starts.push({ pile, idTag: command.idTag })
    else if (command.verb === 'stop' && pile.session !== null) pile.session.stopping = true
    else return { status: 'refused', code: 'not-supported', problems: [] }
    return { status: 'accepted', result: {} }
  })

  const names = [...new Set(timeline.events.flatMap(event => ('vehicle' in event ? [event.vehicle] : [])))]
  const people = await site.drivers(names.length)
  const driverOf = (vehicle: string): VirtualDriver => people[names.indexOf(vehicle)]!
  const operator = { id: null, name: 'operator', role: 'operator' } as const
  const requests = new Map<string, string>()
  const faults = new Map<string, string[]>()
  const answer: LiveAnswer = { rejected: [], details: [] }

  const status = (pile: Pile, word: 'Available' | 'Preparing' | 'Charging') =>
    report(pile.id, { type: 'connector-status', connectorId: 1, status: word, errorCode: 'NoError', at: clock.now() })
  const charging = (): (Pile & { session: Charging })[] =>
    piles.filter((pile): pile is Pile & { session: Charging } => pile.session !== null)
  const registerAt = ({ powerW, session }: Pile & { session: Charging }): MilliWh =>
    session.startMilliWh + Math.floor((powerW * (clock.now() - session.startedAt)) / 3600)
  const endsAt = ({ powerW, session }: Pile & { session: Charging }): EpochMs =>
    session.startedAt + (session.targetMilliWh * 3600) / powerW

  /** Every meter is read, so that the dispatcher knows what is left. */
  async function read(): Promise<void> {
    await Promise.all(
      charging()
        .filter(({ session }) => session.startedAt < clock.now())
        .map(pile => {
          const { transactionId } = pile.session
          const reading = { at: clock.now(), registerMilliWh: registerAt(pile), powerW: pile.powerW }
          return report(pile.id, { type: 'meter-sampled', connectorId: 1, transactionId, readings: [reading] })
        }),
    )
    await settle()
  }

  /**
   * Chargers that were told to stop have stopped, all at once, and their cars are gone; who may begin now begins. A cable
   * that is in when the session ends would be an end that the dispatcher does not plan on, so it is pulled first; reports
   * of several chargers in one turn are committed together.
   */
  async function obey(): Promise<void> {
    const stopped = charging().filter(({ session }) => session.stopping)
    await Promise.all(stopped.map(pile => status(pile, 'Available')))
    await settle()
    await Promise.all(
      stopped.map(pile => {
        pile.registerMilliWh = registerAt(pile)
        const { transactionId } = pile.session
        const { registerMilliWh } = pile
        const about = { transactionId, registerMilliWh, reason: 'Remote', at: clock.now(), readings: [] }
        return report(pile.id, { type: 'session-ended', ...about })
      }),
    )
    for (const pile of stopped) (pile as Pile).session = null
    await settle()
    await plugIn()
  }

  async function plugIn(): Promise<void> {
    const { rows } = await pool.query<{ pileId: string }>(
      `select q.pile_id as "pileId" from queue_status q join charging_piles p on p.id = q.pile_id where q.position = 0 and not p.broken`,
    )
    const ready = piles.filter(({ id, session }) => session === null && rows.some(({ pileId }) => pileId === id))
    if (ready.length === 0) return
    await Promise.all(ready.map(pile => status(pile, 'Preparing')))
    await settle()
    const begun = starts.splice(0)
    if (begun.length !== ready.length) throw new Error('not everybody who plugged in was started')
    await Promise.all(
      begun.map(async ({ pile, idTag }) => {
        const { registerMilliWh } = pile
        const said = { connectorId: 1, idTag, startKey: `${clock.now()}`, registerMilliWh, at: clock.now() }
        const [{ transactionId }] = await Promise.all([
          report(pile.id, { type: 'session-started', ...said }),
          status(pile, 'Charging'),
        ])
        const startedAt = clock.now()
        pile.session = { transactionId, startedAt, startMilliWh: registerMilliWh, targetMilliWh: 0, stopping: false }
      }),
    )
    await settle()
    await readTargets()
  }

  /** What each running session is to deliver, as the product has it. */
  async function readTargets(): Promise<void> {
    const { rows } = await pool.query<{ id: number; target: MilliWh }>(
      'select id, target_milli_wh as target from charging_sessions where ended_at is null',
    )
    for (const { session } of charging())
      session.targetMilliWh = rows.find(({ id }) => id === session.transactionId)!.target
  }

  async function runUntil(last: EpochMs): Promise<void> {
    for (;;) {
      const next = Math.min(...charging().map(endsAt))
      if (next === Number.POSITIVE_INFINITY || next > last) return
      await site.dueUntil(next)
      clock.set(next)
      await read()
      await obey()
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
        await readTargets()
        return changed.ok ? null : changed.reason
      }
      case 'cancel': {
        const id = requests.get(event.vehicle)
        if (id === undefined) return 'no-active-request'
        // it waits for the charger to stop
        const cancelled = verbs.cancelRequest(driverOf(event.vehicle).actor, id)
        const told = await Promise.race([cancelled, untilStopping()])
        if (told === null) await obey()
        const outcome = await cancelled
        return outcome.ok ? null : outcome.reason
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

  /** Resolves when some charger has been told to stop. */
  async function untilStopping(): Promise<null> {
    while (!charging().some(({ session }) => session.stopping)) await new Promise(resolve => setImmediate(resolve))
    return null
  }

  await settle()
  for (const event of timeline.events) {
    const now = originMs + event.at.ms
    await runUntil(now)
    await site.dueUntil(now)
    clock.set(now)
    await read()
    const reason = await happen(event)
    await settle()
    await obey()
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
