import { type EpochMs, wattHours } from '../protocol/units.ts'
import type { PileSession } from './pile-types.ts'

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

/** The end of a session, in words. */
export function finished({ pileId, driver, startMilliWh, endedAt, endMilliWh, reason }: PileSession): SimulationEvent {
  const energyWh = wattHours((endMilliWh ?? startMilliWh) - startMilliWh)
  return {
    at: endedAt ?? 0,
    type: 'finished',
    pileId,
    ...(driver && { driver }),
    text: `${driver ?? 'somebody'} took ${(energyWh / 1000).toFixed(3)} kWh at ${pileId} (${reason})`,
    data: { energyWh, reason },
  }
}
