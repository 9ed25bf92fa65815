import type { TariffDimension } from '../../../protocol/tariff.ts'
import type { EpochMs } from '../../../protocol/units.ts'
import { apportion } from './apportion.ts'
import { type Ratio, roundHalfUp, sub, sum } from './ratio.ts'

/** What a line is for: a priced dimension of the session, of the reservation before it, or a limit that was reached. */
export type LineDimension = TariffDimension | 'RESERVATION_TIME' | 'RESERVATION_FLAT' | 'MIN_PRICE' | 'MAX_PRICE'

/** What one line counts: Wh for ENERGY and SERVICE, ms for time, 1 for the others. */
export interface Counted {
  dimension: LineDimension
  /** The element's kind, `none` where no element prices. */
  kind: string
  /** 1/10000 of the currency unit per kWh, hour or session, excluding VAT. */
  price: number
  /** Percent; null where none applies. */
  vat: number | null
  /** What is billed: steps are rounded up already. */
  quantity: Ratio
}

/** A line before rounding. */
export interface Charge extends Counted {
  exclMinor: Ratio
  inclMinor: Ratio
}

export interface RatedLine extends Counted {
  /** Including VAT. */
  amountMinor: number
}

/** What one window's stretch of a detail comes to. Instants are whole milliseconds, the fraction of finer ticks dropped. */
export interface RatedWindow {
  fromMs: EpochMs
  toMs: EpochMs
  /** The window's kind, `none` outside of all windows. */
  kind: string
  /** 1/10000 of the currency unit per kWh, excluding VAT. */
  price: number
  /** As metered; what is billed may be more by a step. */
  energyWh: Ratio
  /** Including VAT. */
  feeMinor: number
}

/** Energy priced alike for a while, before rounding: one window of a detail. */
export interface EnergyCharge extends Charge {
  dimension: 'ENERGY'
  fromMs: EpochMs
  toMs: EpochMs
  meteredWh: Ratio
}

/** A detail's money. All amounts include VAT. */
export interface Rated {
  energyWh: Ratio
  /** In order of time; stretches without energy are left out. */
  windows: RatedWindow[]
  /** One per dimension, kind, price and VAT; their amounts add up to the total. */
  lines: RatedLine[]
  energyFeeMinor: number
  serviceFeeMinor: number
  otherFeeMinor: number
  totalMinor: number
  /** The VAT contained in the total. */
  vatMinor: number
  /** The total before rounding. */
  exactTotalMinor: Ratio
}

/** Charges of one dimension, kind, price and VAT together, in the order in which they first come. */
export function joined<T extends Charge>(charges: readonly T[]): T[][] {
  const groups = new Map<string, T[]>()
  for (const charge of charges) {
    const key = JSON.stringify([charge.dimension, charge.kind, charge.price, charge.vat])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [charge])
    else group.push(charge)
  }
  return [...groups.values()]
}

const amounts = (charges: readonly Charge[]): Ratio[] => charges.map(charge => charge.inclMinor)

const line = (group: readonly Charge[], amount: bigint): RatedLine => {
  const { dimension, kind, price, vat } = group[0]!
  const quantity = sum(group.map(charge => charge.quantity))
  return { dimension, kind, price, vat, quantity, amountMinor: Number(amount) }
}

/**
 * Rounds once, half up, at the total; energy, service and other fee are apportioned to it by largest remainder (energy
 * first among equals), the windows' fees to the energy fee, the lines to their columns, and the VAT to the total.
 */
export function round(energy: readonly EnergyCharge[], others: readonly Charge[]): Rated {
  const service = others.filter(charge => charge.dimension === 'SERVICE')
  const rest = others.filter(charge => charge.dimension !== 'SERVICE')
  const parts = [energy, service, rest].map(charges => sum(amounts(charges)))
  const exactTotalMinor = sum(parts)
  const exactNetMinor = sum([...energy, ...others].map(charge => charge.exclMinor))
  const total = roundHalfUp(exactTotalMinor)
  const [energyFee, serviceFee, otherFee] = apportion(total, parts) as [bigint, bigint, bigint]
  const [, vat] = apportion(total, [exactNetMinor, sub(exactTotalMinor, exactNetMinor)]) as [bigint, bigint]

  const fees = apportion(energyFee, amounts(energy))
  const feeOf = new Map(energy.map((charge, index) => [charge, fees[index]!]))
  const lines = joined(energy).map(group =>
    line(
      group,
      group.reduce((fee, charge) => fee + feeOf.get(charge)!, 0n),
    ),
  )
  for (const [column, charges] of [
    [serviceFee, service],
    [otherFee, rest],
  ] as const) {
    const groups = joined(charges)
    const shares = apportion(
      column,
      groups.map(group => sum(amounts(group))),
    )
    lines.push(...groups.map((group, index) => line(group, shares[index]!)))
  }
  return {
    energyWh: sum(energy.map(charge => charge.meteredWh)),
    windows: energy.map(({ fromMs, toMs, kind, price, meteredWh }, index) => ({
      fromMs,
      toMs,
      kind,
      price,
      energyWh: meteredWh,
      feeMinor: Number(fees[index]),
    })),
    lines,
    energyFeeMinor: Number(energyFee),
    serviceFeeMinor: Number(serviceFee),
    otherFeeMinor: Number(otherFee),
    totalMinor: Number(total),
    vatMinor: Number(vat),
    exactTotalMinor,
  }
}
