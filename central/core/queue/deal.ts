import type { Mode } from '../../../protocol/modes.ts'
import { type Choice, choosePile, workingPiles } from '../dispatch/choose.ts'
import { planTogether } from '../dispatch/together.ts'
import { type Car, callTo, isFull, isWorking, type WorkingPile, type Yard } from './yard.ts'

/** Figures of a plan that placed several cars together. */
export interface Together {
  /** How many were placed. */
  cars: number
  /** Ticks: the sum of their completion times, the least there is. */
  total: number
}

/** What became of one car of a line. */
export interface Dealt extends Choice {
  car: Car
  /** With the rule `minimal-total`. */
  together: Together | null
}

/**
 * Places cars of a mode that stand in line and nowhere else, as the dispatch mode says: one by one, each to the pile where
 * it is done first, or (`single`) as many as there are places at the least sum of completion times. The first one that
 * finds no place ends it; but one for whom piles only close too early is passed over, for whoever is done before a pile
 * closes takes nothing from it. Takes no more of the line than it needs and returns those it looked at.
 */
export function deal(yard: Yard, mode: Mode, line: Iterable<Car>): Dealt[] {
  const piles = workingPiles(yard, mode)
  const drawn = line[Symbol.iterator]()
  if (yard.policy.dispatch !== 'single') return oneByOne(yard, rest(drawn), () => hasRoom(piles))
  const first: Car[] = []
  const places = piles.reduce((sum, { queueLength, cars }) => sum + Math.max(0, queueLength - cars.length), 0)
  // a car alone is better explained by the choice among piles, which is the same then
  for (const car of places > 1 ? rest(drawn) : []) {
    if (piles.some(closes) && choosePile(yard, car).pile === null) continue
    if (first.push(car) === places) break
  }
  const { dealt, left } = together(yard, first, piles, false)
  return [...dealt, ...oneByOne(yard, chain(left, rest(drawn)), () => hasRoom(piles))]
}

/** Places the cars of a batch, whatever their mode: all of them, past the length of queues (`closesAt` apart). */
export function dealBatch(yard: Yard, line: readonly Car[]): Dealt[] {
  const piles = yard.piles.filter(isWorking)
  const { dealt, left } = together(yard, line, piles, true)
  return [...dealt, ...oneByOne(yard, left, () => piles.length > 0, true)]
}

function together(
  yard: Yard,
  cars: readonly Car[],
  piles: readonly WorkingPile[],
  beyondPlaces: boolean,
): { dealt: Dealt[]; left: readonly Car[] } {
  if (cars.length < 2 || piles.length === 0) return { dealt: [], left: cars }
  const { placed, left, total } = planTogether(yard, cars, piles, beyondPlaces)
  const figures = { cars: placed.length, total }
  const dealt = placed.map(({ car, pile, candidates }): Dealt => {
    callTo(pile, car)
    return { car, pile, rule: 'minimal-total', candidates, together: figures }
  })
  return { dealt, left }
}

function oneByOne(yard: Yard, line: Iterable<Car>, goesOn: () => boolean, beyondPlaces = false): Dealt[] {
  const dealt: Dealt[] = []
  if (!goesOn()) return dealt
  for (const car of line) {
    const choice = choosePile(yard, car, beyondPlaces)
    dealt.push({ car, ...choice, together: null })
    if (choice.pile !== null) callTo(choice.pile, car)
    else if (choice.rule !== 'closes') break
    if (!goesOn()) break
  }
  return dealt
}

const closes = ({ closesAt }: WorkingPile): boolean => closesAt !== undefined
const hasRoom = (piles: readonly WorkingPile[]): boolean => piles.some(pile => !isFull(pile))

/** What an iterator has left; breaking off does not close it, so that one can go on. */
function* rest(drawn: Iterator<Car>): Generator<Car, void> {
  for (let next = drawn.next(); next.done !== true; next = drawn.next()) yield next.value
}

function* chain(...lists: Iterable<Car>[]): Generator<Car, void> {
  for (const list of lists) yield* list
}
