import type { Reading } from '../../../protocol/charger/report.ts'
import type { EpochMs, MilliWh } from '../../../protocol/units.ts'
import { registerStep } from '../../core/session/energy.ts'
import { trustedTime } from '../../core/session/trusted-time.ts'

/** What a session shows while it runs. The bill is computed from the stored readings, never from this. */
export interface LiveFigures {
  energyMilliWh: MilliWh
  lastRegisterMilliWh: MilliWh | null
  lastReadingAt: EpochMs | null
  powerW: number | null
  socPercent: number | null
}

/**
 * The figures after some more readings, in order. Energy is the sum of the register's positive steps; a reading older
 * than the last one counts for nothing; what a reading does not say stays as it was.
 */
export function afterReadings(before: LiveFigures, readings: readonly Reading[], receivedAt: EpochMs): LiveFigures {
  const figures = { ...before }
  for (const reading of readings) {
    const at = trustedTime(reading.at, receivedAt)
    if (figures.lastReadingAt !== null && at < figures.lastReadingAt) continue
    figures.lastReadingAt = at
    const register = safe(reading.registerMilliWh)
    if (register !== null) Object.assign(figures, afterRegister(figures, register))
    figures.powerW = finite(reading.powerW) ?? figures.powerW
    figures.socPercent = finite(reading.socPercent) ?? figures.socPercent
  }
  return figures
}

/** The figures after one more register, that of a stop. Without a register before it, it is where counting begins. */
export const afterRegister = <F extends LiveFigures>(figures: F, register: MilliWh): F => ({
  ...figures,
  energyMilliWh: figures.energyMilliWh + registerStep(figures.lastRegisterMilliWh ?? register, register),
  lastRegisterMilliWh: register,
})

const safe = (value: number | null | undefined): number | null =>
  Number.isSafeInteger(value) ? (value as number) : null
const finite = (value: number | null | undefined): number | null => (Number.isFinite(value) ? (value as number) : null)
