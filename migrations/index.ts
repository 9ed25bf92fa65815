import { DispatchAndMoney20261122 } from './20261122-dispatch-and-money.ts'
import { Initial20261122 } from './20261122-initial.ts'

/** In order. A migration that has been released never changes; a change is a new one, added at the end. */
export const migrations = [
  { name: '20261122-initial', class: Initial20261122 },
  { name: '20261122-dispatch-and-money', class: DispatchAndMoney20261122 },
]
