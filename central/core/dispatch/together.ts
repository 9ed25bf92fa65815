import { comparePileIds } from '../queue/order.ts'
import { type Car, isFull, type WorkingPile, type Yard } from '../queue/yard.ts'
import { type Candidate, candidateAt, loadOf } from './choose.ts'
import { leastTotal, type Room } from './matching.ts'

/** Where one of several cars goes that are placed together. */
export interface Planned {
  car: Car
  pile: WorkingPile
  /**
   * All piles that were looked at, in the yard's order, each with the car's completion time there if all others went
   * where they go: at its own pile what the plan promises.
   */
  candidates: Candidate[]
}

export interface Plan {
  /** Those that need least first, which is the order at each pile. */
  placed: Planned[]
  /** In the order of calling: those for whom there was no place. */
  left: Car[]
  /** Ticks: the sum of the completion times of those placed. */
  total: number
}

interface PileRoom extends Room {
  pile: WorkingPile
  full: boolean
}

/**
 * Places cars at the least possible sum of completion times (domain.md section 4, `single` and `batch`); as many of them
 * as there are places, the first in the order of calling, in which `cars` stands. With `beyondPlaces` queues may become
 * longer than they are. Changes nothing.
 *
 * What is equal in the sum is decided by the order of calling: of cars that need the same the first one is done first, of
 * piles that are the same the lowest id gets the first one called.
 *
 * A pile that closes (`closesAt`) takes only who will be done by then, of those planned there the ones that need least,
 * and the plan is made again without its other places: the optimum for the places that remain. How to fill the time before
 * a closing best would be a knapsack.
 */
export function planTogether(
  yard: Yard,
  cars: readonly Car[],
  piles: readonly WorkingPile[],
  beyondPlaces = false,
): Plan {
  const rooms = piles
    .map((pile): PileRoom => {
      const places = beyondPlaces ? cars.length : Math.max(0, pile.queueLength - pile.cars.length)
      const closes = pile.closesAt === undefined ? {} : { closesIn: pile.closesAt - yard.now }
      const full = !beyondPlaces && isFull(pile)
      return { pile, places, full, powerW: pile.powerW, ...loadOf(yard, pile), ...closes }
    })
    .sort((a, b) => comparePileIds(a.pile.id, b.pile.id))
  for (;;) {
    const places = rooms.reduce((sum, room) => sum + room.places, 0)
    const fitting = cars.slice(0, places)
    const pileOf = leastTotal(
      fitting.map(({ needed }) => needed),
      rooms,
    )
    const rank = new Map(fitting.map((car, index) => [car, index]))
    const byNeed = (a: Car, b: Car): number => a.needed - b.needed || rank.get(a)! - rank.get(b)!
    const groups = rooms.map((): Car[] => [])
    for (const [index, car] of fitting.entries()) groups[pileOf[index]!]!.push(car)
    for (const group of groups) group.sort(byNeed)
    firstCalledFirstDone(rooms, groups, rank)
    firstCalledToLowestId(rooms, groups, rank)
    if (closeInTime(yard, rooms, groups)) continue
    const roomOf = new Map(groups.flatMap((group, index) => group.map(car => [car, rooms[index]!] as const)))
    return { ...explain(yard, fitting.sort(byNeed), roomOf, piles, rooms), left: cars.slice(places) }
  }
}

/** Cars that need the same are worth the same wherever they stand: the places that are done first go to the first called. */
function firstCalledFirstDone(rooms: readonly PileRoom[], groups: Car[][], rank: ReadonlyMap<Car, number>): void {
  const byNeed = new Map<number, { group: Car[]; index: number; done: number }[]>()
  for (const [number, group] of groups.entries()) {
    const { measured, energy, powerW } = rooms[number]!
    let load = energy
    for (const [index, { needed }] of group.entries()) {
      load += needed
      const spots = byNeed.get(needed) ?? []
      spots.push({ group, index, done: measured + load / powerW })
      byNeed.set(needed, spots)
    }
  }
  for (const spots of byNeed.values()) {
    if (spots.length === 1) continue
    const cars = spots.map(({ group, index }) => group[index]!).sort((a, b) => rank.get(a)! - rank.get(b)!)
    spots.sort((a, b) => a.done - b.done)
    for (const [order, { group, index }] of spots.entries()) group[index] = cars[order]!
  }
}

/** Piles that are the same may change their cars: the lowest id gets those of whom one is called first. */
function firstCalledToLowestId(rooms: readonly PileRoom[], groups: Car[][], rank: ReadonlyMap<Car, number>): void {
  const alike = new Map<string, number[]>()
  for (const [index, { powerW, energy, measured, places, pile }] of rooms.entries()) {
    const key = [powerW, energy, measured, places, pile.closesAt].join()
    alike.set(key, [...(alike.get(key) ?? []), index])
  }
  const first = (group: Car[]): number => group.reduce((least, car) => Math.min(least, rank.get(car)!), rank.size)
  for (const indexes of alike.values()) {
    const sorted = indexes.map(index => groups[index]!).sort((a, b) => first(a) - first(b))
    for (const [order, index] of indexes.entries()) groups[index] = sorted[order]!
  }
}

/** Takes from piles that close the places of who would not be done there; whether there were any. */
function closeInTime(yard: Yard, rooms: readonly PileRoom[], groups: readonly Car[][]): boolean {
  let late = false
  for (const [index, room] of rooms.entries()) {
    const group = groups[index]!
    let energy = room.energy
    const inTime = group.findIndex(({ needed }) => {
      const { closes } = candidateAt(yard, room.pile, { energy, measured: room.measured }, needed, false)
      energy += needed
      return closes
    })
    if (inTime < 0) continue
    room.places = inTime
    late = true
  }
  return late
}

function explain(
  yard: Yard,
  cars: readonly Car[],
  roomOf: ReadonlyMap<Car, PileRoom>,
  piles: readonly WorkingPile[],
  rooms: readonly PileRoom[],
): Pick<Plan, 'placed' | 'total'> {
  const byPile = new Map(rooms.map(room => [room.pile, { ...room }]))
  const loads = piles.map(pile => byPile.get(pile)!)
  let total = 0
  const placed = cars.map((car): Planned => {
    const { pile } = roomOf.get(car)!
    const candidates = loads.map(load => candidateAt(yard, load.pile, load, car.needed, load.full))
    const own = byPile.get(pile)!
    own.energy += car.needed
    total += own.measured + own.energy / own.powerW
    return { car, pile, candidates }
  })
  return { placed, total }
}
