import { type Mode, modeLetter } from '../../../protocol/modes.ts'
import type { EpochMs } from '../../../protocol/units.ts'
import { policySchema } from '../queue/policy.ts'
import type { Outage, RecordedDays, RecordedRequest } from './recorded.ts'
import { createWallClock } from './wall-clock.ts'

type Event = Record<string, unknown> & { type: string }
/** On one instant places become free before somebody asks for one. */
const ORDER = ['repair', 'on', 'online', 'cancel', 'change', 'fault', 'off', 'offline', 'request']

/**
 * Recorded days as a timeline file (domain.md section 9) that says what people asked for and what broke, not what came of
 * it. Cars that were there at the first midnight come as `present`, with what they still charged after it.
 *
 * - A walk-up asks for the energy it took. A request that was completed with less than it asked for `takes` only that;
 *   one whose driver never came takes nothing.
 * - Cancels and changes happen at the times at which they did.
 * - A link that was away for less than `offlineMs` is no outage: nobody was called elsewhere because of it.
 */
export function timelineOf(days: RecordedDays, offlineMs: number) {
  const { from, to, timeZone } = days
  const date = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(timeZone).toPlainDate().toString()
  const clock = createWallClock(date, timeZone)
  const names = new Map<string, string>()
  const nameOf = (vehicle: string): string => {
    const name = names.get(vehicle) ?? `V${names.size + 1}`
    names.set(vehicle, name)
    return name
  }
  const events: { at: EpochMs; event: Event }[] = []
  const add = (at: EpochMs, event: Event): void => void events.push({ at: Math.max(at, from), event })

  for (const outage of merged(days.outages)) {
    const { kind, from, to } = outage
    if (kind !== 'offline' || to === null || to - from >= offlineMs) addOutage(add, outage)
  }
  for (const request of [...days.requests].sort((a, b) => standing(a, from) - standing(b, from))) {
    addRequest(add, request, nameOf(request.vehicle), from)
  }
  for (const [index, { vehicle, at, mode, energyWh, priority }] of days.refusals.entries()) {
    add(at, { type: 'request', vehicle: nameOf(vehicle ?? `refused ${index}`), ...asks(mode, energyWh, priority) })
  }
  const common = mostCommon(days.piles.map(({ tariff }) => JSON.stringify(tariff)))
  return {
    site: {
      timeZone,
      piles: days.piles.map(({ id, mode, powerW, queueLength, tariff }) => ({
        id,
        mode: modeLetter(mode),
        kW: powerW / 1000,
        queueLength,
        ...(tariff === undefined || JSON.stringify(tariff) === common ? {} : { tariff }),
      })),
      queueLength: days.piles.reduce((most, pile) => Math.max(most, pile.queueLength), 1),
      waitingCapacity: days.waitingCapacity,
    },
    policy: policySchema.parse(days.policy),
    ...(common === undefined ? {} : { tariff: JSON.parse(common) as unknown }),
    date,
    events: events
      .filter(({ at, event }) => at < to || event.type !== 'request')
      .sort((a, b) => a.at - b.at || ORDER.indexOf(a.event.type) - ORDER.indexOf(b.event.type))
      .map(({ at, event }) => ({ at: clock.spell(at - from), ...event })),
  }
}

/** Who was there at the first midnight comes in the order of places: charging, called, waiting. */
function standing({ createdAt, calledAt, sessions }: RecordedRequest, from: EpochMs): number {
  if (createdAt >= from) return 3
  if (sessions.some(({ startedAt }) => startedAt < from)) return 0
  return calledAt !== null && calledAt < from ? 1 : 2
}

type Add = (at: EpochMs, event: Event) => void

function addRequest(add: Add, request: RecordedRequest, vehicle: string, from: EpochMs): void {
  const { createdAt, changes, status, source, hasTarget, endedAt, priority } = request
  const present = createdAt < from
  const later = changes.filter(({ at }) => at >= from)
  const mode = later[0]?.fromMode ?? request.mode
  const askedWh = later[0]?.fromEnergyWh ?? request.energyWh
  const takenWh = request.sessions.reduce((sum, session) => sum + session.energyMilliWh, 0) / 1000
  const beforeWh = request.sessions.reduce((sum, session) => sum + energyBefore(session, from), 0)
  const stillWh = Math.max(0, takenWh - beforeWh)

  const ownEnd = (status === 'completed' && takenWh < request.energyWh) || status === 'no-show'
  // a walk-up that took nothing has no energy to ask for
  const untold = (source === 'walk-up' || !hasTarget) && status !== 'active' && stillWh > 0
  const wantsWh = untold ? stillWh : Math.max(1, askedWh - beforeWh)
  const takes = !untold && ownEnd ? { takesKWh: kWh(stillWh) } : {}
  add(createdAt, {
    type: 'request',
    vehicle,
    ...asks(mode, wantsWh, priority),
    ...takes,
    ...(present ? { present } : {}),
  })
  for (const { at, fromMode, fromEnergyWh, toMode, toEnergyWh } of later) {
    const energy = fromEnergyWh === toEnergyWh ? {} : { kWh: kWh(Math.max(1, toEnergyWh - beforeWh)) }
    add(at, { type: 'change', vehicle, ...(fromMode === toMode ? {} : { mode: modeLetter(toMode) }), ...energy })
  }
  if (status === 'cancelled' && endedAt !== null) add(endedAt, { type: 'cancel', vehicle })
}

const asks = (mode: Mode, energyWh: number, priority: number) => ({
  mode: modeLetter(mode),
  kWh: kWh(energyWh),
  ...(priority === 0 ? {} : { priority }),
})

/** To the register's resolution. */
const kWh = (wattHours: number): number => Math.round(wattHours * 1000) / 1_000_000

/** Wh charged before an instant, evenly over the session: what the register said then is not asked. */
function energyBefore({ startedAt, endedAt, energyMilliWh }: RecordedRequest['sessions'][number], at: EpochMs): number {
  if (endedAt !== null && endedAt <= at) return energyMilliWh / 1000
  if (startedAt >= at || endedAt === null) return 0
  return ((energyMilliWh / 1000) * (at - startedAt)) / (endedAt - startedAt)
}

function addOutage(add: Add, { pileId: pile, kind, from, to }: Outage): void {
  const ends = { fault: 'repair', off: 'on', offline: 'online' }
  add(from, { type: kind, pile })
  if (to !== null) add(to, { type: ends[kind], pile })
}

/** Outages of one kind that overlap or touch are one. */
function merged(outages: readonly Outage[]): Outage[] {
  const last = new Map<string, Outage>()
  const all: Outage[] = []
  for (const outage of [...outages].sort((a, b) => a.from - b.from)) {
    const key = `${outage.kind} ${outage.pileId}`
    const before = last.get(key)
    if (before !== undefined && (before.to === null || before.to >= outage.from)) {
      before.to = before.to === null || outage.to === null ? null : Math.max(before.to, outage.to)
      continue
    }
    const copy = { ...outage }
    last.set(key, copy)
    all.push(copy)
  }
  return all
}

function mostCommon(texts: (string | undefined)[]): string | undefined {
  const counts = new Map<string, number>()
  for (const text of texts) if (text !== undefined) counts.set(text, (counts.get(text) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0]
}
