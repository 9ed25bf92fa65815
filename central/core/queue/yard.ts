import type { Mode } from '../../../protocol/modes.ts'
import type { Policy } from './policy.ts'

/**
 * One site's piles and cars as the dispatcher sees them: plain values without a clock. Time is in ticks, energy in
 * W x tick, so that energy / power is a time. The live system ticks in milliseconds, replay so finely that every finish
 * falls on a tick.
 */
export interface Yard {
  policy: Policy
  /** The present tick, on the same scale as `numberedAt` and `closesAt`: the owner of the yard keeps it up to date. */
  now: number
  /** Ticks of a minute. */
  minute: number
  /** Cars in the waiting area, both modes together. */
  waitingCapacity: number
  /** The number the next request of a mode gets. Never goes back. */
  nextNumber: Record<Mode, number>
  piles: YardPile[]
  cars: Map<string, Car>
  /** Ids in order of arrival. */
  waiting: string[]
  /**
   * The waiting area once more, higher classes first and by number within a class. Only a yard that is changed in place
   * and begins empty may have it (replay), or a copy that `listWaiting` made one for: it spares a look at all that wait
   * for each car that is called. Copies do without.
   */
  callingOrder?: Record<Mode, Car[]>
  /** Ids by number: cars of broken piles, and what found no place when cars were dealt again. */
  faultQueue: Record<Mode, string[]>
  /** How long people take here, in ticks; measured. Live only, and only estimates count with it. */
  habits?: Habits
}

/** Usual times of a site, each in ticks. */
export interface Habits {
  /** From the moment the asked energy is delivered until the pile is free for the next car. */
  clearing: number
  /** From its turn until it charges, of a car that waited at the pile for its turn. */
  nextStart: number
  /** The same of a car that was called from elsewhere to a pile that was free for it. */
  calledStart: number
}

export interface YardPile {
  id: string
  mode: Mode
  powerW: number
  /** Places, the charging place included. */
  queueLength: number
  /** Whether cars may be planned onto it (pile/state.ts): false means nobody is, but its cars stay. */
  plannable: boolean
  /** Its cars, save one that charges on, have been taken away by `breakDown` and nobody comes until `repair`. */
  broken: boolean
  /** Ids; the first is at the charging place. Cars are called here by `callTo` alone. */
  cars: readonly string[]
  /** Recent average of what the charging car really takes; the nominal power without it. Live only. */
  chargingPowerW?: number
  /** Usual average of what cars take here; the nominal power without it. Live only, and only estimates count with it. */
  usualPowerW?: number
  /**
   * Where `plannable` is false only because a cable is still in: the tick by which it will have been pulled, by
   * experience. Estimates count with it; nobody is called on the strength of it.
   */
  clearsAt?: number
  /** From this tick on nobody may charge here (announced work): who would not be done by then is not called to it. */
  closesAt?: number
}

export interface Car {
  id: string
  mode: Mode
  number: number
  /** The whole request. */
  demand: number
  /** Still to charge, as of now: the owner of the yard keeps it up to date for charging cars. */
  needed: number
  /** Priority class: higher is called first, 0 is everybody. */
  priority: number
  /** When the request was made. */
  arrival: number
  /** When it got its present number: ageing counts from here. Within a mode a higher number is never older. */
  numberedAt: number
  /** Called and not charging yet: the tick at which it will begin, by experience. Only estimates count with it. */
  startsAt?: number
  /** Charging, or about to in a way that cannot be undone (its start has been asked for): it is not dealt elsewhere. */
  charging: boolean
}

export type Place =
  | { at: 'waiting' }
  | { at: 'fault-queue' }
  /** `index` 0 is the charging place. */
  | { at: 'pile'; pile: YardPile; index: number }

/** A yard of its own: what is done to it is not seen in the original. */
export function copyYard({ callingOrder: _, ...yard }: Yard): Yard {
  return {
    ...yard,
    nextNumber: { ...yard.nextNumber },
    piles: yard.piles.map(pile => ({ ...pile, cars: [...pile.cars] })),
    cars: new Map([...yard.cars].map(([id, car]) => [id, { ...car }])),
    waiting: [...yard.waiting],
    faultQueue: { fast: [...yard.faultQueue.fast], trickle: [...yard.faultQueue.trickle] },
  }
}

/** The car of an id that the yard itself holds in one of its lists. */
export const carOf = (yard: Yard, id: string): Car => yard.cars.get(id)!

/** Where a car is; undefined for a car that the yard does not have. */
export function placeOf(yard: Yard, id: string): Place | undefined {
  const car = yard.cars.get(id)
  if (car === undefined) return undefined
  for (const pile of yard.piles) {
    const index = pile.cars.indexOf(id)
    if (index >= 0) return { at: 'pile', pile, index }
  }
  return { at: yard.faultQueue[car.mode].includes(id) ? 'fault-queue' : 'waiting' }
}

export const isFull = (pile: YardPile): boolean => pile.cars.length >= pile.queueLength

/** A pile that cars may be called to: neither broken nor of unknown end. Only `isWorking` makes one. */
export type WorkingPile = YardPile & { plannable: true; broken: false }

/** May a car be placed here, free places apart? */
export const isWorking = (pile: YardPile): pile is WorkingPile => pile.plannable && !pile.broken

/**
 * Calls a car, which is nowhere else, to a pile: last in its queue. All calling and dealing ends here, so that a plan which
 * sends a car to a pile that is broken or cannot be planned on does not compile.
 */
export function callTo(pile: WorkingPile, car: Car): void {
  const before = behind.get(pile.cars)
  pile.cars = [...pile.cars, car.id]
  if (before !== undefined && pile.cars.length > 1) behind.set(pile.cars, before + car.needed)
}

/** By queue: a queue that changes is another array. */
const behind = new WeakMap<readonly string[], number>()

/**
 * What the cars behind the first one of a pile need, none of which charges. Remembered, since long queues are asked for
 * it over and over: for yards in which it changes with the queue alone, as in those that have a `callingOrder`.
 */
export function energyBehind(yard: Yard, { cars }: YardPile): number {
  let energy = behind.get(cars)
  if (energy === undefined) {
    energy = 0
    for (let index = 1; index < cars.length; index++) energy += carOf(yard, cars[index]!).needed
    behind.set(cars, energy)
  }
  return energy
}

/** What a car takes at a pile: measured where it charges and something has been measured, nominal otherwise. */
export function powerAt(pile: YardPile, car: Car): number {
  const measured = car.charging ? (pile.chargingPowerW ?? 0) : 0
  return measured > 0 ? measured : pile.powerW
}
