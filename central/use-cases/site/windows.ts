import type { EpochMs } from '../../../protocol/units.ts'
import type { PileRow, WindowRow } from '../../store/site/snapshot.ts'

/** The announced work that goes on at a pile now. */
export const runningWindow = ({ windows }: PileRow, now: EpochMs): WindowRow | undefined =>
  windows.find(({ cancelled, from, to }) => !cancelled && from <= now && now < to)

/** When nobody may charge at a pile any more: the beginning of its next announced work, or of that which goes on. */
export const closingTime = ({ windows }: PileRow, now: EpochMs): EpochMs | undefined =>
  windows.find(({ cancelled, to }) => !cancelled && to > now)?.from
