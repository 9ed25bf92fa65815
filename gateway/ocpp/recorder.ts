import type { Central, FrameRecord } from '../../protocol/charger/link.ts'
import { storable } from './quirks/text.ts'
import type { MessageId } from './rpc/frame.ts'

/** What is broken is kept in part; what was understood is kept whole, and is bounded already. */
const LONGEST_BROKEN = 64 * 1024
const MOST_COUNTERS = 100

export interface Recorder {
  frame(
    direction: FrameRecord['direction'],
    kind: FrameRecord['kind'],
    text: string,
    about?: { id?: MessageId | null; action?: string | null; latencyMs?: number; notes?: string[] },
  ): void
}

/** Counts of repairs and refusals by name. */
export type Counters = Record<string, number>

/** Keeps every frame of one charge point with central, and counts what was wrong with them. */
export function createRecorder(central: Pick<Central, 'record'>, chargePointId: string, counters: Counters): Recorder {
  return {
    frame(direction, kind, text, { id = null, action = null, latencyMs, notes = [] } = {}) {
      for (const note of notes) tally(counters, note)
      central.record({
        chargePointId,
        at: Date.now(),
        direction,
        kind,
        messageId: id === null ? null : (storable(String(id)) as string),
        action: action === null ? null : (storable(action.slice(0, 255)) as string),
        raw: storable(kind === 'invalid' ? text.slice(0, LONGEST_BROKEN) : text) as string,
        latencyMs: latencyMs === undefined ? null : Math.round(latencyMs),
        notes,
      })
    },
  }
}

/** Names come from the wire in part: beyond a bound they are counted together. */
export function tally(counters: Counters, name: string): void {
  const key = name in counters || Object.keys(counters).length < MOST_COUNTERS ? name : 'other'
  counters[key] = (counters[key] ?? 0) + 1
}
