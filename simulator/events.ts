import type { EpochMs } from '../protocol/units.ts'

export type SimulationEventType =
  | 'joined'
  | 'link-lost'
  | 'arrived'
  | 'refused'
  | 'requested'
  | 'called'
  | 'no-show'
  | 'changed'
  | 'cancelled'
  | 'card'
  | 'plugged'
  | 'charging'
  | 'finished'
  | 'unplugged'
  | 'bill'
  | 'fault'
  | 'repaired'
  | 'problem'

/** Something that happened, as plain data. `at` is charging time. */
export interface SimulationEvent {
  at: EpochMs
  type: SimulationEventType
  /** One line for people. */
  text: string
  pileId?: string
  driver?: string
  data?: Record<string, unknown>
}
