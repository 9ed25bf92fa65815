import { comparePileIds } from '../queue/order.ts'
import { type Car, carOf, isFull, isWorking, powerAt, type Yard, type YardPile } from '../queue/yard.ts'

/** One pile that was looked at for a car. */
export interface Candidate {
  pileId: string
  /** Ticks from now until the car would be done there: what all cars at the pile still need, and its own energy. */
  completion: number
  full: boolean
}

/** Why this pile, or why none. */
export type ChoiceRule =
  /** the only one that competed */
  | 'only-candidate'
  /** the least completion time of several */
  | 'least-completion'
  /** several had the same least completion time: the lowest pile id */
  | 'lowest-id'
  /** all working piles are full, or with `pileChoice: any` the best one is */
  | 'full'
  /** no pile of the mode works */
  | 'none-working'

export interface Choice {
  pile: YardPile | null
  rule: ChoiceRule
  /** All working piles of the car's mode, in the yard's order. */
  candidates: Candidate[]
}

/**
 * The pile for a car (domain.md section 4): least completion time, ties to the lowest pile id. With `pileChoice: vacant`
 * only piles with a free place compete; with `any` all working ones do, and when the best is full the car is not placed.
 */
export function choosePile(yard: Yard, car: Pick<Car, 'mode' | 'needed'>): Choice {
  const candidates: Candidate[] = []
  let best: YardPile | null = null
  let least = Number.POSITIVE_INFINITY
  let competing = 0
  let tied = false
  for (const pile of yard.piles) {
    if (pile.mode !== car.mode || !isWorking(pile)) continue
    const completion = completionAt(yard, pile, car)
    const full = isFull(pile)
    candidates.push({ pileId: pile.id, completion, full })
    if (full && yard.policy.pileChoice === 'vacant') continue
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
  if (best === null || isFull(best)) return { pile: null, rule: 'full', candidates }
  const rule = competing === 1 ? 'only-candidate' : tied ? 'lowest-id' : 'least-completion'
  return { pile: best, rule, candidates }
}

/**
 * Ticks until a car would be done at a pile. Energies are added before the one division, which is correctly rounded, so
 * that equal times compare as equal also where they are no whole ticks. Only a measured power is a term of its own.
 */
function completionAt(yard: Yard, pile: YardPile, car: Pick<Car, 'needed'>): number {
  let energy = car.needed
  let measured = 0
  for (const id of pile.cars) {
    const other = carOf(yard, id)
    const powerW = powerAt(pile, other)
    if (powerW === pile.powerW) energy += other.needed
    else measured += other.needed / powerW
  }
  return measured + energy / pile.powerW
}
