import { MILLI_WH_PER_WH, type MilliWh } from '../protocol/units.ts'

export interface CarSpec {
  capacityWh: number
  /** State of charge on arrival, 0..1. */
  soc: number
  /** What the car takes at most, W. */
  maxPowerW: number
}

/** A car's battery: takes constant power up to 80 %, then less and less, and nothing when full. */
export interface Car {
  readonly capacityMilliWh: MilliWh
  readonly storedMilliWh: MilliWh
  /** 0..1 */
  readonly soc: number
  /** Whole W that the car draws when `offeredW` are offered; 0 when full. */
  powerW(offeredW: number): number
  store(milliWh: MilliWh): void
}

const TAPER_FROM = 0.8
/** Share of the full power that is left just before the battery is full. */
const TAPER_TO = 0.1

/** Share of the full power that a battery takes at a state of charge. */
export function taper(soc: number): number {
  if (soc >= 1) return 0
  if (soc <= TAPER_FROM) return 1
  return 1 - ((1 - TAPER_TO) * (soc - TAPER_FROM)) / (1 - TAPER_FROM)
}

export function createCar(spec: CarSpec): Car {
  const capacityMilliWh = spec.capacityWh * MILLI_WH_PER_WH
  let storedMilliWh = Math.min(capacityMilliWh, Math.round(capacityMilliWh * spec.soc))
  const soc = (): number => storedMilliWh / capacityMilliWh
  return {
    capacityMilliWh,
    get storedMilliWh() {
      return storedMilliWh
    },
    get soc() {
      return soc()
    },
    powerW: offeredW => Math.max(0, Math.floor(Math.min(offeredW, spec.maxPowerW * taper(soc())))),
    store(milliWh) {
      storedMilliWh = Math.min(capacityMilliWh, storedMilliWh + milliWh)
    },
  }
}
