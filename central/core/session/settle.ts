import { type EpochMs, MILLI_WH_PER_WH, type MilliWh } from '../../../protocol/units.ts'
import { apportion } from '../billing/apportion.ts'
import type { DetailFigures } from '../billing/bill.ts'
import { rateSegments } from '../billing/rate.ts'
import { mul, ratio } from '../billing/ratio.ts'
import type { TariffDefinition } from '../tariff/tariff.ts'
import { type Implausible, type RegisterReading, sessionEnergy } from './energy.ts'

export interface SettleInput {
  session: {
    /** Trusted times; `endedAt` is the present instant for a session that still runs. */
    startedAt: EpochMs
    endedAt: EpochMs
    startRegisterMilliWh: MilliWh | null
    stopRegisterMilliWh: MilliWh | null
  }
  readings: readonly RegisterReading[]
  /** The version in force when the session started. */
  tariff: TariffDefinition
  timeZone: string
  pilePowerW: number | null
}

/** A window's line as it is stored with its detail (`billing_details.windows`). */
export interface SettledWindow {
  from: EpochMs
  to: EpochMs
  kind: string
  /** 1/10000 of the currency unit per kWh. */
  price: number
  energyMilliWh: MilliWh
  feeMinor: number
}

/** A session's complete detail. */
export interface Settlement extends DetailFigures {
  startedAt: EpochMs
  endedAt: EpochMs
  currency: string
  /** Their energy adds up to the detail's, their fees to its energy fee. */
  windows: SettledWindow[]
  /** Held for review and not billed while this is not null; the figures are what the registers say. */
  reviewReason: Implausible | null
}

/**
 * What a session comes to, from its stored registers and tariff version alone: settling it again gives the same detail to
 * the unit. Energy below 1 Wh costs nothing and is still a record. Seconds are whole, the fraction dropped.
 */
export function settleSession({ session, readings, tariff, timeZone, pilePowerW }: SettleInput): Settlement {
  const { startedAt } = session
  const endedAt = Math.max(startedAt, session.endedAt)
  const { segments, energyMilliWh, plausibility } = sessionEnergy({ ...session, endedAt, readings, pilePowerW })
  const rated = rateSegments({ tariff, timeZone, originMs: startedAt, ticksPerMs: 1, segments })
  const free = energyMilliWh < MILLI_WH_PER_WH
  const milli = ratio(MILLI_WH_PER_WH)
  const energies = apportion(
    BigInt(energyMilliWh),
    rated.windows.map(window => mul(window.energyWh, milli)),
  )
  return {
    startedAt,
    endedAt,
    energyMilliWh,
    chargingSeconds: Math.floor((endedAt - startedAt) / 1000),
    parkingSeconds: 0,
    currency: tariff.currency,
    windows: rated.windows.map(({ fromMs, toMs, kind, price, feeMinor }, index) => ({
      from: fromMs,
      to: toMs,
      kind,
      price,
      energyMilliWh: Number(energies[index]),
      feeMinor: free ? 0 : feeMinor,
    })),
    energyFeeMinor: free ? 0 : rated.energyFeeMinor,
    serviceFeeMinor: free ? 0 : rated.serviceFeeMinor,
    otherFeeMinor: free ? 0 : rated.otherFeeMinor,
    totalMinor: free ? 0 : rated.totalMinor,
    reviewReason: plausibility.ok ? null : plausibility.reason,
  }
}
