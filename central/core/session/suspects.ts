import { type EpochMs, MILLI_WH_PER_KWH, MILLI_WH_PER_WH, type MilliWh, MS_PER_HOUR } from '../../../protocol/units.ts'
import type { EnergyInput } from './energy.ts'
import { trustedTime } from './trusted-time.ts'

/** A register that does not follow from the one before it. */
export interface Suspect {
  at: EpochMs
  source: 'start' | 'reading' | 'stop'
  registerMilliWh: MilliWh
  /** From the register before; negative where it fell. */
  stepMilliWh: MilliWh
  why: 'falls' | 'jumps'
}

/** What a pile may give above its nominal power before somebody should look, and the least step that is worth it. */
const TIMES_NOMINAL_POWER = 2
const LEAST_MILLI_WH = MILLI_WH_PER_KWH

/**
 * Registers of a session that fall, or jump by more than its pile can give in that time, for whoever judges it. By the
 * charger's times; without a nominal power only falls are found.
 */
export function suspects(session: EnergyInput): Suspect[] {
  const { startedAt, endedAt, startRegisterMilliWh, stopRegisterMilliWh, readings, pilePowerW } = session
  const points: Pick<Suspect, 'at' | 'source' | 'registerMilliWh'>[] = readings
    .map(({ at, receivedAt, registerMilliWh }) => ({
      at: trustedTime(at, receivedAt),
      source: 'reading' as const,
      registerMilliWh,
    }))
    .sort((a, b) => a.at - b.at)
  if (startRegisterMilliWh !== null)
    points.unshift({ at: startedAt, source: 'start', registerMilliWh: startRegisterMilliWh })
  if (stopRegisterMilliWh !== null) points.push({ at: endedAt, source: 'stop', registerMilliWh: stopRegisterMilliWh })
  return points.flatMap((point, index): Suspect[] => {
    const before = points[index - 1]
    if (before === undefined) return []
    const stepMilliWh = point.registerMilliWh - before.registerMilliWh
    if (stepMilliWh < 0) return [{ ...point, stepMilliWh, why: 'falls' }]
    if (pilePowerW === null || stepMilliWh < LEAST_MILLI_WH) return []
    const hours = Math.max(0, point.at - before.at) / MS_PER_HOUR
    const most = pilePowerW * hours * TIMES_NOMINAL_POWER * MILLI_WH_PER_WH
    return stepMilliWh > most ? [{ ...point, stepMilliWh, why: 'jumps' }] : []
  })
}
