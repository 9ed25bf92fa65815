import { MILLI_WH_PER_WH, type MilliWh } from '../protocol/units.ts'

/** Watt-milliseconds in one mWh: 3,600,000 W ms are 1 Wh. */
const WATT_MS_PER_MILLI_WH = 3600

/** An energy meter whose register is the exact integral of the power that went through it; it never runs back. */
export interface Meter {
  /** Register in whole mWh; what is less is kept and counted on. */
  readonly registerMilliWh: MilliWh
  /** Lets `powerW` (integer, >= 0) flow for `ms` (integer, >= 0). */
  add(powerW: number, ms: number): void
  /** Longest time in ms for which `powerW` may flow without passing `limitMilliWh`; Infinity at no power. */
  msUntil(limitMilliWh: MilliWh, powerW: number): number
  /**
   * Runs on to the next whole Wh (less than 1 Wh), as the contactor opens: StopTransaction can only say whole Wh, and a
   * stop register below the last sample would look like a meter that ran back.
   */
  completeWattHour(): void
}

export function createMeter(registerMilliWh: MilliWh = 0): Meter {
  let wattMs = registerMilliWh * WATT_MS_PER_MILLI_WH
  const register = (): MilliWh => Math.floor(wattMs / WATT_MS_PER_MILLI_WH)
  return {
    get registerMilliWh() {
      return register()
    },
    add(powerW, ms) {
      if (!Number.isInteger(powerW) || !Number.isInteger(ms) || powerW < 0 || ms < 0)
        throw new RangeError(`not a whole power and time: ${powerW} W, ${ms} ms`)
      wattMs += powerW * ms
    },
    msUntil(limitMilliWh, powerW) {
      if (powerW === 0) return Number.POSITIVE_INFINITY
      return Math.max(0, Math.floor((limitMilliWh * WATT_MS_PER_MILLI_WH - wattMs) / powerW))
    },
    completeWattHour() {
      const unit = MILLI_WH_PER_WH * WATT_MS_PER_MILLI_WH
      wattMs = Math.ceil(wattMs / unit) * unit
    },
  }
}
