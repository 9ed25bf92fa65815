import type { ClientBase } from 'pg'
import type { Command } from '../../../protocol/charger/command.ts'
import type { SiteEvent } from '../../../protocol/events.ts'
import { newId } from '../../../protocol/ids.ts'
import { queueNumber } from '../../../protocol/modes.ts'
import type { EpochMs, MilliWh } from '../../../protocol/units.ts'
import { type PileView, pileState } from '../../core/pile/state.ts'
import type { Decision } from '../../core/queue/call.ts'
import { policySchema } from '../../core/queue/policy.ts'
import type { Car, Yard, YardPile } from '../../core/queue/yard.ts'
import type { CarRow, PileRow, SessionRow, SiteSnapshot } from '../../store/site/snapshot.ts'
import type { SiteWrites } from '../../store/site/writes.ts'
import { closingTime, runningWindow } from './windows.ts'

/** Energy of the live yard is in W x ms: one mWh is 3,600 of them. */
export const YARD_ENERGY_PER_MILLI_WH = 3600

/** The live rules of domain.md section 4 that have a time, in ms of charging time. */
export interface SiteRules {
  /** A called driver plugs in or holds their card within this time. */
  arrivalGraceMs: number
  /** A remote start that has begun nothing by then has failed. */
  startTimeoutMs: number
  /** A session whose connector is free for this long and that got no end is closed provisionally. */
  stopTimeoutMs: number
  /** A pile whose link has been lost for this long is out of dispatch until it is back. */
  offlineTimeoutMs: number
}

/** One run of a site's dispatcher: what it knows, what it decides, what is to be done after the commit. */
export interface SiteWork {
  now: EpochMs
  snap: SiteSnapshot
  yard: Yard
  db: SiteWrites
  client: ClientBase
  rules: SiteRules
  /** Commands to deliver after the commit, by id. */
  commands: string[]
  /** Live events to emit after the commit. */
  events: SiteEvent[]
  /** What everybody has been told, by subject; `telling` joins it after the commit. */
  told: ReadonlyMap<string, string>
  telling: Map<string, string>
  /** Every car's placement as it is stored, to write only what moved. */
  before: Map<string, string>
  /** Why the state of a pile changes now, for its history. */
  causes: Map<string, string>
  /** When this site must be looked at again although nothing happened: graces, time-outs. */
  due: EpochMs
}

export const carRow = (work: SiteWork, requestId: string): CarRow | undefined =>
  work.snap.cars.find(car => car.requestId === requestId)
export const pileRow = (work: SiteWork, pileId: string | null): PileRow | undefined =>
  work.snap.piles.find(pile => pile.id === pileId)
export const yardPile = (work: SiteWork, pileId: string): YardPile | undefined =>
  work.yard.piles.find(pile => pile.id === pileId)

/** The open session at a pile; the latest, should a charger have begun a second one without ending the first. */
export const openSessionAt = (snap: SiteSnapshot, pileId: string): SessionRow | undefined =>
  snap.sessions.findLast(session => session.pileId === pileId && session.endedAt === null)

export const openSessionOf = (snap: SiteSnapshot, requestId: string): SessionRow | undefined =>
  snap.sessions.findLast(session => session.requestId === requestId && session.endedAt === null)

/** The car whose turn is next at a pile, called or on its way there. */
export const firstCar = (work: SiteWork, pile: PileRow): CarRow | undefined => {
  const id = yardPile(work, pile.id)?.cars[0]
  const car = id === undefined ? undefined : carRow(work, id)
  // an interrupted car whose old session has not ended yet may wait here for its next one
  return car !== undefined && openSessionOf(work.snap, car.requestId)?.pileId === pile.id ? undefined : car
}

/** To be looked at again at that time, or earlier. */
export const dueAt = (work: SiteWork, at: EpochMs): void => {
  work.due = Math.min(work.due, at)
}

export function viewPile(snap: SiteSnapshot, pile: PileRow, firstCarId: string | undefined): PileView {
  const session = openSessionAt(snap, pile.id)
  return pileState({
    inService: pile.inService && runningWindow(pile, snap.now) === undefined,
    linkUp: pile.connected,
    status: pile.status,
    errorCode: pile.errorCode,
    chargePointStatus: pile.chargePointStatus,
    openFault: pile.openFaults.length > 0,
    sessionOpen: session !== undefined,
    heldForCar: session === undefined && firstCarId !== undefined,
  })
}

/** What the yard knows of a car wherever it is; its number and whether it charges are not among it. */
export const inYard = (car: CarRow): Omit<Car, 'number' | 'charging'> => ({
  id: car.requestId,
  mode: car.mode,
  demand: car.energyWh * 1000 * YARD_ENERGY_PER_MILLI_WH,
  needed: Math.max(0, car.energyWh * 1000 - car.deliveredMilliWh) * YARD_ENERGY_PER_MILLI_WH,
  priority: car.priority,
  arrival: car.createdAt,
  numberedAt: car.numberedAt,
})

/** The dispatcher's yard from the database's rows: ticks are milliseconds. */
export function buildYard(snap: SiteSnapshot, now: EpochMs): Yard {
  const at = (place: CarRow['place'], fits: (car: CarRow) => boolean): string[] =>
    snap.cars
      .filter(car => car.place === place && fits(car))
      .sort((a, b) => a.position - b.position)
      .map(car => car.requestId)
  const piles = snap.piles.map((pile): YardPile => {
    const cars = at('pile', car => car.pileId === pile.id)
    const power = openSessionAt(snap, pile.id)?.powerW ?? 0
    const closesAt = closingTime(pile, now)
    return {
      id: pile.id,
      mode: pile.mode,
      powerW: pile.powerW,
      queueLength: pile.queueLength,
      plannable: viewPile(snap, pile, cars[0]).plannable,
      broken: pile.broken,
      cars,
      ...(power > 0 ? { chargingPowerW: power } : {}),
      ...(closesAt === undefined ? {} : { closesAt }),
    }
  })
  return {
    policy: policySchema.parse(snap.site.policy),
    now,
    minute: 60_000,
    waitingCapacity: snap.site.waitingCapacity,
    nextNumber: { fast: snap.site.nextFast, trickle: snap.site.nextTrickle },
    piles,
    cars: new Map(snap.cars.map(car => [car.requestId, toCar(snap, car, now)])),
    waiting: at('waiting', () => true),
    faultQueue: { fast: at('fault', car => car.mode === 'fast'), trickle: at('fault', car => car.mode === 'trickle') },
  }
}

/** Readings come every few minutes; who has said nothing for this long may have stopped charging. */
const SILENT_MS = 15 * 60_000

/** What has flown since the last reading, at its power, in W x ms: what is left is told as of now. */
function sinceReading(snap: SiteSnapshot, session: SessionRow, now: EpochMs): number {
  const { powerW, lastReadingAt, pileId } = session
  const status = snap.piles.find(({ id }) => id === pileId)?.status ?? 'Charging'
  if (powerW === null || lastReadingAt === null || status !== 'Charging') return 0
  return Math.max(0, powerW) * Math.max(0, Math.min(now - lastReadingAt, SILENT_MS))
}

function toCar(snap: SiteSnapshot, car: CarRow, now: EpochMs): Car {
  const session = openSessionOf(snap, car.requestId)
  const here = car.place === 'pile' && session?.pileId === car.pileId
  const inPlan = { ...inYard(car), number: car.number, charging: here || car.startAskedAt !== null }
  return here ? { ...inPlan, needed: Math.max(0, inPlan.needed - sinceReading(snap, session, now)) } : inPlan
}

/** Takes over the yard that a planning step returned and keeps its decisions. */
export async function decide(work: SiteWork, result: { yard: Yard; decisions: Decision[] }): Promise<void> {
  work.yard = result.yard
  for (const decision of result.decisions) {
    await work.db.addDecision({
      siteId: work.snap.site.id,
      requestId: decision.carId,
      pileId: decision.pileId,
      at: work.now,
      rule: decision.rule ?? decision.cause,
      candidates: decision.candidates.map(({ completion, ...candidate }) => ({
        ...candidate,
        completionSeconds: Math.round(completion / 1000),
      })),
      cause: decision.cause,
      fromPlace: decision.from,
      fromPileId: decision.fromPileId,
      toPlace: decision.to,
      together: decision.together
        ? { cars: decision.together.cars, totalSeconds: Math.round(decision.together.total / 1000) }
        : null,
    })
    const car = carRow(work, decision.carId)
    const from = placeName(decision.from, decision.fromPileId)
    const to = placeName(decision.to, decision.pileId)
    const why = decision.rule === null ? decision.cause : `${decision.cause}, ${decision.rule}`
    notice(work, 'decision', `${car === undefined ? 'a car' : numberOf(car)} goes from ${from} to ${to} (${why})`, {
      pileId: decision.pileId,
      requestId: decision.carId,
      data: { ...decision },
    })
  }
}

function placeName(place: Decision['to'], pileId: string | null): string {
  if (place === 'pile') return `pile ${pileId}`
  return place === 'waiting' ? 'the waiting area' : 'the fault queue'
}

export const numberOf = (car: Pick<CarRow, 'mode' | 'number'>): string => queueNumber(car.mode, car.number)

/** Decides on a command: it is a row in this transaction and is sent after the commit. */
export async function command(
  work: SiteWork,
  target: { chargePointId: string; pileId: string | null; requestId?: string | null; sessionId?: number | null },
  what: Command,
  cause: string,
  actorId: string | null = null,
): Promise<string> {
  const id = newId()
  await work.db.addCommand({
    id,
    siteId: work.snap.site.id,
    chargePointId: target.chargePointId,
    pileId: target.pileId,
    requestId: target.requestId ?? null,
    sessionId: target.sessionId ?? null,
    command: what,
    cause,
    actorId,
    createdAt: work.now,
  })
  work.commands.push(id)
  return id
}

export function notice(
  work: SiteWork,
  kind: Extract<SiteEvent, { type: 'notice' }>['notice'],
  text: string,
  about: { pileId?: string | null; requestId?: string | null; data?: Record<string, unknown> } = {},
): void {
  work.events.push({
    type: 'notice',
    notice: kind,
    siteId: work.snap.site.id,
    at: work.now,
    pileId: about.pileId ?? null,
    requestId: about.requestId ?? null,
    text,
    data: about.data ?? {},
  })
}

/** Asks a running session to end, with our cause; the charger's stop ends it. */
export async function askStop(work: SiteWork, session: SessionRow, cause: string): Promise<void> {
  if (session.endedAt !== null) return
  await work.db.sessionStopAsked(session.id, cause, work.now)
  session.stopAskedAt = work.now
  session.endCause ??= cause
  await command(
    work,
    {
      chargePointId: session.chargePointId,
      pileId: session.pileId,
      requestId: session.requestId,
      sessionId: session.id,
    },
    { verb: 'stop', transactionId: session.id, startKey: session.startKey },
    cause,
  )
}

export const targetOf = (car: CarRow, deliveredBefore: MilliWh): MilliWh | null =>
  car.hasTarget ? Math.max(0, car.energyWh * 1000 - deliveredBefore) : null
