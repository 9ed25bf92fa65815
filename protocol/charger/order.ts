/**
 * What somebody outside asks of a pile, whatever it speaks. The pile's own site decides what follows: `start` without a
 * tag means the car that was called there, `stop` its running session, `availability` the operator's intent.
 */
export type PileOrder =
  | { verb: 'start'; idTag?: string; energyWh?: number }
  | { verb: 'stop' }
  | { verb: 'limit'; powerW: number }
  | { verb: 'availability'; available: boolean }
  | { verb: 'reset'; hard: boolean }
  | { verb: 'unlock' }

/** What became of an order; `detail` says why not, in a word. */
export interface OrderResult {
  status: 'accepted' | 'rejected'
  detail?: string
}
