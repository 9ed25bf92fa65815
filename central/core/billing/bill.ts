import type { MilliWh } from '../../../protocol/units.ts'

/** The figures of a detail that a bill adds up. A correction's amounts may be negative. */
export interface DetailFigures {
  energyMilliWh: MilliWh
  chargingSeconds: number
  parkingSeconds: number
  energyFeeMinor: number
  serviceFeeMinor: number
  otherFeeMinor: number
  totalMinor: number
}

/** A bill is the sum of its details, column by column; nothing is rounded again. No details: all zero. */
export function billTotals(details: readonly DetailFigures[]): DetailFigures {
  const total: DetailFigures = {
    energyMilliWh: 0,
    chargingSeconds: 0,
    parkingSeconds: 0,
    energyFeeMinor: 0,
    serviceFeeMinor: 0,
    otherFeeMinor: 0,
    totalMinor: 0,
  }
  for (const detail of details) {
    total.energyMilliWh += detail.energyMilliWh
    total.chargingSeconds += detail.chargingSeconds
    total.parkingSeconds += detail.parkingSeconds
    total.energyFeeMinor += detail.energyFeeMinor
    total.serviceFeeMinor += detail.serviceFeeMinor
    total.otherFeeMinor += detail.otherFeeMinor
    total.totalMinor += detail.totalMinor
  }
  return total
}
