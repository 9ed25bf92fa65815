import { type MilliWh, MS_PER_HOUR } from '../../../protocol/units.ts'

export interface TargetProgress {
  /** Energy still asked for, never below 0; null for a session without a target. */
  remainingMilliWh: MilliWh | null
  /** How long that takes at the last power, in whole ms rounded up; null where it cannot be said. */
  remainingMs: number | null
  /** The asked energy has been delivered: stop the session. */
  stop: boolean
}

/** How far a running session is from the energy it was asked for. A `lastPowerW` of null, 0 or less tells no time. */
export function towardsTarget(session: {
  energyMilliWh: MilliWh
  targetMilliWh: MilliWh | null
  lastPowerW: number | null
}): TargetProgress {
  const { energyMilliWh, targetMilliWh, lastPowerW } = session
  if (targetMilliWh === null) return { remainingMilliWh: null, remainingMs: null, stop: false }
  const remainingMilliWh = Math.max(0, targetMilliWh - energyMilliWh)
  if (remainingMilliWh === 0) return { remainingMilliWh, remainingMs: 0, stop: true }
  const moving = lastPowerW !== null && lastPowerW > 0
  const remainingMs = moving ? Math.ceil((remainingMilliWh * (MS_PER_HOUR / 1000)) / lastPowerW) : null
  return { remainingMilliWh, remainingMs, stop: false }
}
