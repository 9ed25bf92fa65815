import type { OccupiedDetail, PileState } from '../../../protocol/events.ts'
import type { EpochMs } from '../../../protocol/units.ts'

/** A pile's state from an instant on, as its history has it. */
export interface PileMoment {
  at: EpochMs
  state: PileState
  detail: OccupiedDetail | null
}

export interface Stretch {
  from: EpochMs
  to: EpochMs
}

/**
 * When a car stood at its pile without charging, by its driver's doing: the car itself paused (SuspendedEV), and after
 * the session's end until the cable was pulled. Not while the pile withheld power (SuspendedEVSE) or was broken. While its
 * link was away only what it shows on both sides counts: nobody pays for what nobody saw. `moments` are in order of time
 * and begin at or before the start. `until` is when the cable was pulled, or the present.
 */
export function parkingTimes(input: {
  startedAt: EpochMs
  endedAt: EpochMs
  until: EpochMs
  moments: readonly PileMoment[]
}): Stretch[] {
  const { startedAt, endedAt, until, moments } = input
  const pieces: (Stretch & { parked: boolean | null })[] = []
  const add = (from: EpochMs, to: EpochMs, parked: boolean | null): void => {
    if (to > from) pieces.push({ from, to, parked })
  }
  for (const [index, moment] of moments.entries()) {
    const from = Math.max(moment.at, startedAt)
    const to = Math.min(moments[index + 1]?.at ?? until, until)
    add(from, Math.min(to, endedAt), duringSession(moment))
    add(Math.max(from, endedAt), to, afterwards(moment))
  }
  const parked = pieces.map(({ parked: known }, index) => {
    if (known !== null) return known
    const before = pieces.findLast((piece, at) => at < index && piece.parked !== null)
    const after = pieces.find((piece, at) => at > index && piece.parked !== null)
    return before?.parked === true && after?.parked === true
  })
  const stretches: Stretch[] = []
  for (const [index, { from, to }] of pieces.entries()) {
    if (!parked[index]) continue
    const last = stretches.at(-1)
    if (last !== undefined && last.to === from) last.to = to
    else stretches.push({ from, to })
  }
  return stretches
}

/** Null where nobody could see it. */
const duringSession = ({ state, detail }: PileMoment): boolean | null =>
  state === 'offline' ? null : state === 'occupied' && detail === 'suspended-ev'

function afterwards({ state, detail }: PileMoment): boolean | null {
  if (state === 'offline') return null
  if (state === 'occupied') return detail !== 'reserved'
  // an operator who takes the pile out of service does not pull the cable
  return state === 'maintenance'
}
