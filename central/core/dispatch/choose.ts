import { comparePileIds } from '../queue/order.ts'
import {
  type Car,
  carOf,
  energyBehind,
  isFull,
  isWorking,
  powerAt,
  type WorkingPile,
  type Yard,
  type YardPile,
} from '../queue/yard.ts'

/** One pile that was looked at for a car. */
export interface Candidate {
  pileId: string
  /** Ticks from now until the car would be done there: what all cars at the pile still need, and its own energy. */
  completion: number
  full: boolean
  /** The pile closes before (`YardPile.closesAt`): the car cannot be placed there. */
  closes?: true
}

/** Why this pile, or why none. */
export type ChoiceRule =
  /** the only one that competed */
  | 'only-candidate'
  /** the least completion time of several */
  | 'least-completion'
  /** several had the same least completion time: the lowest pile id */
  | 'lowest-id'
  /** several cars were called together, so that the sum of their completion times is the least possible */
  | 'minimal-total'
  /** all working piles are full, or with `pileChoice: any` the best one is */
  | 'full'
  /** those that could take the car close before it would be done */
  | 'closes'
  /** no pile of the mode works; with `dispatch: batch` none at all */
  | 'none-working'

export interface Choice {
  pile: WorkingPile | null
  rule: ChoiceRule
  /** All working piles that cars of its mode may be called to, in the yard's order. */
  candidates: Candidate[]
}

/** The piles a car of that mode may be called to, free places apart: those of its mode, in a batch all. */
export function workingPiles({ piles, policy }: Yard, mode: Car['mode']): WorkingPile[] {
  const any = policy.dispatch === 'batch'
  return piles.filter((pile): pile is WorkingPile => (any || pile.mode === mode) && isWorking(pile))
}

/**
 * The pile for one car (domain.md section 4): least completion time, ties to the lowest pile id. Only piles with a free
 * place compete; with `pileChoice: any` (dispatch `normal`) all working ones do, and when the best is full the car is not
 * placed. A pile that closes before the car would be done does not compete. `beyondPlaces`: no pile counts as full.
 */
export function choosePile(yard: Yard, car: Pick<Car, 'mode' | 'needed'>, beyondPlaces = false): Choice {
  const any = yard.policy.dispatch === 'normal' && yard.policy.pileChoice === 'any'
  const candidates: Candidate[] = []
  let best: WorkingPile | null = null
  let least = Number.POSITIVE_INFINITY
  let competing = 0
  let tied = false
  let closing = false
  for (const pile of workingPiles(yard, car.mode)) {
    const candidate = candidateAt(yard, pile, loadOf(yard, pile), car.needed, !beyondPlaces && isFull(pile))
    const { completion, full } = candidate
    candidates.push(candidate)
    if (full && !any) continue
    if (candidate.closes) {
      closing = true
      continue
    }
    competing++
    if (best === null || completion < least) {
      best = pile
      least = completion
      tied = false
    } else if (completion === least) {
      tied = true
      if (comparePileIds(pile.id, best.id) < 0) best = pile
    }
  }
  if (candidates.length === 0) return { pile: null, rule: 'none-working', candidates }
  if (best === null) return { pile: null, rule: closing ? 'closes' : 'full', candidates }
  if (!beyondPlaces && isFull(best)) return { pile: null, rule: 'full', candidates }
  const rule = competing === 1 ? 'only-candidate' : tied ? 'lowest-id' : 'least-completion'
  return { pile: best, rule, candidates }
}

/** What the cars at a pile still need: energy at its nominal power, and ticks of those that charge at a measured one. */
export interface Load {
  energy: number
  measured: number
}

export function loadOf(yard: Yard, pile: YardPile): Load {
  const load = { energy: 0, measured: 0 }
  const behind = yard.callingOrder === undefined ? undefined : energyBehind(yard, pile)
  for (const id of behind === undefined ? pile.cars : pile.cars.slice(0, 1)) {
    const car = carOf(yard, id)
    const powerW = powerAt(pile, car)
    if (powerW === pile.powerW) load.energy += car.needed
    else load.measured += car.needed / powerW
  }
  load.energy += behind ?? 0
  return load
}

/**
 * A pile as it looks to a car that comes behind that load. Energies are added before the one division, which is correctly
 * rounded, so that equal times compare as equal also where they are no whole ticks.
 */
export function candidateAt(yard: Yard, pile: YardPile, load: Load, needed: number, full: boolean): Candidate {
  const completion = load.measured + (load.energy + needed) / pile.powerW
  const closes = pile.closesAt !== undefined && yard.now + completion > pile.closesAt
  return { pileId: pile.id, completion, full, ...(closes ? { closes } : {}) }
}
