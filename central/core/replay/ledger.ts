import { queueNumber } from '../../../protocol/modes.ts'
import { rateSegments } from '../billing/rate.ts'
import { add, isZero, type Ratio, ZERO } from '../billing/ratio.ts'
import type { Car, YardPile } from '../queue/yard.ts'
import type { Timeline } from './parse.ts'
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
  /** Its place among the details, which stand in the order of beginning. */
  index: number
}

/** What a request has had so far, exact. */
export interface Delivered {
  energyWh: Ratio
  feeMinor: Ratio
}

interface Account extends Delivered {
  waiting: boolean
}

/** Sessions of the virtual day, what they gave and what they cost. */
export function createLedger({ clock, tariff }: Timeline, ticks: Ticks) {
  const accounts = new Map<string, Account>()
  const running = new Map<string, Running>()
  const details: (Detail | null)[] = []
  const waits: number[] = []

  const rate = ({ from }: Running, now: number, energyWh: Ratio) =>
    rateSegments({
      tariff,
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

    /** Ticks from request to first session, of all requests that came to one. */
    waits: waits as readonly number[],

    /** In the order of their beginning, those of no energy left out. Complete when nothing is running. */
    details: (): Detail[] => details.filter(detail => detail !== null),

    /** A new request. */
    open(vehicle: string): void {
      accounts.set(vehicle, { waiting: true, energyWh: ZERO, feeMinor: ZERO })
    },

    begin(car: Car, pile: YardPile, now: number): void {
      const endsAt = finish(car, pile, now)
      running.set(car.id, { car, pile, from: now, target: car.needed, endsAt, index: details.push(null) - 1 })
      const account = accounts.get(car.id)!
      if (account.waiting) waits.push(now - car.arrival)
      account.waiting = false
    },

    /** Brings what charging cars still need up to date. */
    advance(now: number): void {
      for (const session of running.values()) session.car.needed = session.target - charged(session, now)
    },

    /** A charging car asks for other energy: it now needs `car.needed` more. */
    retarget(session: Running, now: number): void {
      session.target = charged(session, now) + session.car.needed
      session.endsAt = finish(session.car, session.pile, now)
    },

    end(session: Running, now: number, reason: EndReason): void {
      const { car, pile, from, index } = session
      const energyWh = ticks.toWh(charged(session, now))
      running.delete(car.id)
      if (isZero(energyWh)) return
      const { energyFeeMinor, serviceFeeMinor, totalMinor, exactTotalMinor } = rate(session, now, energyWh)
      const number = queueNumber(car.mode, car.number)
      const fees = { energyFeeMinor, serviceFeeMinor, totalMinor }
      details[index] = { vehicle: car.id, number, pileId: pile.id, from, to: now, energyWh, ...fees, reason }
      const account = accounts.get(car.id)!
      account.energyWh = add(account.energyWh, energyWh)
      account.feeMinor = add(account.feeMinor, exactTotalMinor)
    },

    delivered(vehicle: string, now: number): Delivered {
      const { energyWh, feeMinor } = accounts.get(vehicle)!
      const session = running.get(vehicle)
      if (session === undefined) return { energyWh, feeMinor }
      const more = ticks.toWh(charged(session, now))
      return { energyWh: add(energyWh, more), feeMinor: add(feeMinor, rate(session, now, more).exactTotalMinor) }
    },
  }
}

export type Ledger = ReturnType<typeof createLedger>

/** The tick at which a car has all; the nearest one where ticks are too coarse to hit it. */
const finish = (car: Car, pile: YardPile, now: number): number =>
  now + Math.max(1, Math.round(car.needed / pile.powerW))
