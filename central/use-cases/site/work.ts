import type { ClientBase } from 'pg'
import type { Command } from '../../../protocol/charger/command.ts'
import type { SiteEvent } from '../../../protocol/events.ts'
import { newId } from '../../../protocol/ids.ts'
import { queueNumber } from '../../../protocol/modes.ts'
import type { EpochMs, MilliWh } from '../../../protocol/units.ts'
import { type PileView, pileState } from '../../core/pile/state.ts'
import type { Decision } from '../../core/queue/call.ts'
import type { Yard, YardPile } from '../../core/queue/yard.ts'
import type { CarRow, PileRow, SessionRow, SiteSnapshot } from '../../store/site/snapshot.ts'
import type { SiteWrites } from '../../store/site/writes.ts'
import { runningWindow } from './windows.ts'

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
