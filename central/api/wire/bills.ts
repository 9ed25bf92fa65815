import { PRICE_SCALE } from '../../../protocol/tariff.ts'
import { rfc3339, wattHours } from '../../../protocol/units.ts'
import { apportion, printedWattHours } from '../../core/billing/apportion.ts'
import { roundHalfUp } from '../../core/billing/ratio.ts'
import type { ListedBill, ListedDetail } from '../../store/views/bill-lists.ts'
import type { Estimate } from '../../use-cases/billing/estimate.ts'
import type { BillView, DetailView } from '../../use-cases/verbs.ts'

const detailViewOf = (view: DetailView) => ({
  ...view,
  energyWh: Math.round(view.energyWh),
  startedAt: rfc3339(view.startedAt),
  endedAt: rfc3339(view.endedAt),
  windows: view.windows.map(window => ({ ...window, energyWh: Math.round(window.energyWh) })),
})

/** The bill of a request that has just ended. */
export const billOf = (view: BillView) => ({
  ...view,
  energyWh: Math.round(view.energyWh),
  createdAt: rfc3339(view.createdAt),
  details: view.details.map(detailViewOf),
})

/** A price of 1/10000 of the unit as a decimal: 7000 is 0.7000. Digits only, no float. */
export function priceOf(price: number): string {
  const digits = String(price).padStart(5, '0')
  const scale = String(PRICE_SCALE).length - 1
  return `${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** A stored detail as it goes out. */
export function listedDetailOf(row: ListedDetail) {
  const { currency, energyMilliWh, energyFeeMinor, serviceFeeMinor, otherFeeMinor, totalMinor, ...rest } = row
  const money = (amount: number) => ({ amount, currency })
  const energies = printedWattHours(row.windows.map(window => window.energyMilliWh))
  return {
    ...rest,
    number: String(row.number),
    sessionId: row.sessionId === null ? null : String(row.sessionId),
    energyWh: wattHours(energyMilliWh),
    startedAt: rfc3339(row.startedAt),
    endedAt: rfc3339(row.endedAt),
    windows: row.windows.map((window, index) => ({
      from: rfc3339(window.from),
      to: rfc3339(window.to),
      kind: window.kind,
      price: priceOf(window.price),
      energyWh: energies[index]!,
      fee: money(window.feeMinor),
    })),
    energyFee: money(energyFeeMinor),
    serviceFee: money(serviceFeeMinor),
    otherFee: money(otherFeeMinor),
    total: money(totalMinor),
    createdAt: rfc3339(row.createdAt),
  }
}

export const listedBillOf = ({ currency, totalMinor, energyMilliWh, ...row }: ListedBill) => ({
  ...row,
  number: String(row.number),
  total: { amount: totalMinor, currency },
  energyWh: wattHours(energyMilliWh),
  createdAt: rfc3339(row.createdAt),
})

export function estimateOf({ startAt, finishAt, powerW, rated, total }: Estimate) {
  const money = (amount: number) => ({ amount, currency: total.currency })
  const energyWh = roundHalfUp(rated.energyWh)
  const energies = apportion(
    energyWh,
    rated.windows.map(window => window.energyWh),
  )
  return {
    startAt: rfc3339(startAt),
    finishAt: rfc3339(finishAt),
    chargingSeconds: Math.round((finishAt - startAt) / 1000),
    powerW,
    energyWh: Number(energyWh),
    windows: rated.windows.map((window, index) => ({
      from: rfc3339(window.fromMs),
      to: rfc3339(window.toMs),
      kind: window.kind,
      price: priceOf(window.price),
      energyWh: Number(energies[index]),
      fee: money(window.feeMinor),
    })),
    energyFee: money(rated.energyFeeMinor),
    serviceFee: money(rated.serviceFeeMinor),
    otherFee: money(rated.otherFeeMinor),
    total,
  }
}
