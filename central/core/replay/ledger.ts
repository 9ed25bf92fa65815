import { queueNumber } from '../../../protocol/modes.ts'
import { rateSegments } from '../billing/rate.ts'
import { add, isZero, type Ratio, ZERO } from '../billing/ratio.ts'
import type { Car, YardPile } from '../queue/yard.ts'
import type { RequestEvent, Timeline } from './parse.ts'
import type { Ticks } from './ticks.ts'

export type EndReason = 'full' | 'cancel' | 'fault' | 'edit' | 'switched-off'

/** One session as it is billed. Times in ticks. */
export interface Detail {
  vehicle: string
  number: string
  pileId: string
  from: number
  to: number
  energyWh: Ratio
  energyFeeMinor: number
  serviceFeeMinor: number
  otherFeeMinor: number
  totalMinor: number
  reason: EndReason
}

/** A session of constant power: from `from` on, until `target` (W x tick) is reached at `endsAt`. */
export interface Running {
  car: Car
  pile: YardPile
  from: number
  target: number
  endsAt: number
  /** What the plan believed to be missing when it began. */
  needed: number
  /** Its place among the details, which stand in the order of beginning. */
  index: number
}

/** What a request has had so far, exact. */
export interface Delivered {
  energyWh: Ratio
  feeMinor: Ratio
}

/** A request that got a number, and what became of it. Times in ticks. */
export interface Journey extends Delivered {
  car: Car
  present: boolean
  startedAt: number | null
  finishedAt: number | null
  /** Sum of its details. */
  billedMinor: number
}

interface Account extends Journey {
  /** W x tick it still takes, whatever it asks for. */
  takes: number
}

/** Sessions of the virtual day, what they gave and what they cost. */
export function createLedger({ clock, tariff, piles }: Timeline, ticks: Ticks) {
  const accounts = new Map<string, Account>()
  const running = new Map<string, Running>()
  const details: (Detail | null)[] = []
  const journeys: Account[] = []
  const tariffs = new Map(piles.map(pile => [pile.id, pile.tariff ?? tariff]))

  const rate = ({ pile, from }: Running, now: number, energyWh: Ratio) =>
    rateSegments({
      tariff: tariffs.get(pile.id)!,
      timeZone: clock.timeZone,
      originMs: clock.originMs,
      ticksPerMs: ticks.perMs,
      segments: [{ from, to: now, energyWh }],
    })

  /** W x tick of a session until now. */
  const charged = ({ pile, from, target, endsAt }: Running, now: number): number =>
    now >= endsAt ? target : Math.min(target, pile.powerW * (now - from))

  return {
    running: running as ReadonlyMap<string, Running>,

    /** Every request that got a number, in their order. */
    journeys: journeys as readonly Journey[],

    /** In the order of their beginning, those of no energy left out. Complete when nothing is running. */
    details: (): Detail[] => details.filter(detail => detail !== null),

    /** A new request. */
    open(car: Car, { takesKWh, present = false }: RequestEvent): void {
      const takes = takesKWh === undefined ? Number.POSITIVE_INFINITY : ticks.energy(takesKWh)
      const nothing = { energyWh: ZERO, feeMinor: ZERO, billedMinor: 0 }
      const account = { car, present, takes, startedAt: null, finishedAt: null, ...nothing }
      accounts.set(car.id, account)
      journeys.push(account)
    },

    begin(car: Car, pile: YardPile, now: number): void {
      const account = accounts.get(car.id)!
      const target = Math.min(car.needed, account.takes)
      const endsAt = now + duration(target, pile)
      running.set(car.id, { car, pile, from: now, target, endsAt, needed: car.needed, index: details.push(null) - 1 })
      if (target > 0) account.startedAt ??= now
    },

    /** Brings what charging cars still need up to date. */
    advance(now: number): void {
      for (const session of running.values()) session.car.needed = session.needed - charged(session, now)
    },

    /** A charging car asks for other energy: it now needs `car.needed` more. */
    retarget(session: Running, now: number): void {
      const { car, pile } = session
      const had = charged(session, now)
      session.needed = had + car.needed
      session.target = Math.min(session.needed, Math.max(had, accounts.get(car.id)!.takes))
      session.endsAt = now + duration(session.target - had, pile)
    },

    end(session: Running, now: number, reason: EndReason): void {
      const { car, pile, from, index } = session
      const had = charged(session, now)
      running.delete(car.id)
      if (had === 0) return
      const energyWh = ticks.toWh(had)
      const { energyFeeMinor, serviceFeeMinor, otherFeeMinor, totalMinor, exactTotalMinor } = rate(
        session,
        now,
        energyWh,
      )
      const number = queueNumber(car.mode, car.number)
      const fees = { energyFeeMinor, serviceFeeMinor, otherFeeMinor, totalMinor }
      details[index] = { vehicle: car.id, number, pileId: pile.id, from, to: now, energyWh, ...fees, reason }
      const account = accounts.get(car.id)!
      account.takes -= had
      account.finishedAt = now
      account.billedMinor += totalMinor
      account.energyWh = add(account.energyWh, energyWh)
      account.feeMinor = add(account.feeMinor, exactTotalMinor)
    },

    delivered(vehicle: string, now: number): Delivered {
      const { energyWh, feeMinor } = accounts.get(vehicle)!
      const session = running.get(vehicle)
      if (session === undefined) return { energyWh, feeMinor }
      const more = ticks.toWh(charged(session, now))
      if (isZero(more)) return { energyWh, feeMinor }
      return { energyWh: add(energyWh, more), feeMinor: add(feeMinor, rate(session, now, more).exactTotalMinor) }
    },
  }
}

export type Ledger = ReturnType<typeof createLedger>

/** Ticks for this energy; the nearest where ticks are too coarse to hit it, and no session is shorter than one. */
const duration = (energy: number, { powerW }: YardPile): number => Math.max(1, Math.round(energy / powerW))
