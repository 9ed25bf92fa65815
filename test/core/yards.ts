import { DEFAULT_POLICY, type Policy } from '../../central/core/queue/policy.ts'
import { carOf, type Yard, type YardPile } from '../../central/core/queue/yard.ts'
import { queueNumber } from '../../protocol/modes.ts'

/** A yard with piles F1.. and T1.. of 10 W and 2 places each, so that energies of 10 take one tick. */
export function emptyYard(
  options: { fast?: number; trickle?: number; queueLength?: number; capacity?: number; policy?: Partial<Policy> } = {},
): Yard {
  const { fast = 2, trickle = 1, queueLength = 2, capacity = 6, policy = {} } = options
  const pile = (id: string, mode: YardPile['mode']): YardPile => {
    return { id, mode, powerW: 10, queueLength, plannable: true, broken: false, cars: [] }
  }
  return {
    policy: { ...DEFAULT_POLICY, ...policy },
    now: 0,
    minute: 1,
    waitingCapacity: capacity,
    nextNumber: { fast: 1, trickle: 1 },
    piles: [
      ...Array.from({ length: fast }, (_, index) => pile(`F${index + 1}`, 'fast')),
      ...Array.from({ length: trickle }, (_, index) => pile(`T${index + 1}`, 'trickle')),
    ],
    cars: new Map(),
    waiting: [],
    faultQueue: { fast: [], trickle: [] },
  }
}

/** The yard of a verb that must not be refused. */
export function after(outcome: { ok: true; yard: Yard } | { ok: false; reason: string }): Yard {
  if (!outcome.ok) throw new Error(`refused: ${outcome.reason}`)
  return outcome.yard
}

/** The first car of every working pile charges, as on a site whose drivers are quick. */
export function charging(yard: Yard): Yard {
  for (const { cars, broken } of yard.piles) if (cars[0] !== undefined && !broken) carOf(yard, cars[0]).charging = true
  return yard
}

/** `F1: a* b | T1: | waiting: c | F: d | T:` with a star for charging cars. */
export function shown(yard: Yard): string {
  const name = (id: string): string => (carOf(yard, id).charging ? `${id}*` : id)
  const lists: [string, readonly string[]][] = [
    ...yard.piles.map(({ id, cars }): [string, readonly string[]] => [id, cars]),
    ['waiting', yard.waiting],
    ['F', yard.faultQueue.fast],
    ['T', yard.faultQueue.trickle],
  ]
  return lists.map(([place, ids]) => [`${place}:`, ...ids.map(name)].join(' ')).join(' | ')
}

export function numberOf(yard: Yard, id: string): string {
  const { mode, number } = carOf(yard, id)
  return queueNumber(mode, number)
}
