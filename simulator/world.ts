import type { SimulatedPile } from './pile-types.ts'

/** The physical site: which piles stand there. Cars and piles meet here, not over a wire. */
export interface World {
  pile(id: string): SimulatedPile | undefined
  readonly piles: readonly SimulatedPile[]
}

export function createWorld(piles: readonly SimulatedPile[]): World {
  const byId = new Map(piles.map(pile => [pile.id, pile]))
  return { pile: id => byId.get(id), piles }
}
