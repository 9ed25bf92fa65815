import { rfc3339, wattHours } from '../../../protocol/units.ts'
import { printedWattHours } from '../../core/billing/apportion.ts'
import type { ListedBill, ListedDetail } from '../../store/views/bill-lists.ts'
import { lineView, priceOf } from '../../store/views/request-bill.ts'
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

/** A stored detail as it goes out. */
export function listedDetailOf(row: ListedDetail) {
  const { currency, energyMilliWh, energyFeeMinor, serviceFeeMinor, otherFeeMinor, totalMinor, vatMinor, ...rest } = row
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
    vat: money(vatMinor),
    lines: row.lines.map(line => lineView(line, currency)),
    createdAt: rfc3339(row.createdAt),
  }
}

export const listedBillOf = ({
  currency,
  totalMinor,
  correctionsMinor,
  vatMinor,
  energyMilliWh,
  ...row
}: ListedBill) => ({
  ...row,
  number: String(row.number),
  total: { amount: totalMinor, currency },
  corrections: { amount: correctionsMinor, currency },
  balance: { amount: totalMinor + correctionsMinor, currency },
  vat: { amount: vatMinor, currency },
  energyWh: wattHours(energyMilliWh),
  createdAt: rfc3339(row.createdAt),
})

export function estimateOf({ startAt, finishAt, powerW, settled }: Estimate) {
  const { currency, windows, lines } = settled
  const money = (amount: number) => ({ amount, currency })
  const energies = printedWattHours(windows.map(window => window.energyMilliWh))
  return {
    startAt: rfc3339(startAt),
    finishAt: rfc3339(finishAt),
    chargingSeconds: Math.round((finishAt - startAt) / 1000),
    powerW,
    energyWh: wattHours(settled.energyMilliWh),
    windows: windows.map((window, index) => ({
      from: rfc3339(window.from),
      to: rfc3339(window.to),
      kind: window.kind,
      price: priceOf(window.price),
      energyWh: energies[index]!,
      fee: money(window.feeMinor),
    })),
    energyFee: money(settled.energyFeeMinor),
    serviceFee: money(settled.serviceFeeMinor),
    otherFee: money(settled.otherFeeMinor),
    total: money(settled.totalMinor),
    vat: money(settled.vatMinor),
    lines: lines.map(line => lineView(line, currency)),
  }
}
