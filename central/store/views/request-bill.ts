import type { ClientBase, Pool } from 'pg'
import { PRICE_SCALE } from '../../../protocol/price-scale.ts'
import { type Money, wattHours } from '../../../protocol/units.ts'
import { printedWattHours } from '../../core/billing/apportion.ts'
import type { SettledLine, SettledWindow } from '../../core/session/settle.ts'
import type { BillView, DetailView, LineView } from '../../use-cases/verbs.ts'

export interface BillRow {
  id: string
  number: number
  requestId: string
  totalMinor: number
  currency: string
  state: BillView['state']
  createdAt: number
}

export interface DetailRow {
  id: string
  number: number
  kind: 'charge' | 'correction'
  requestId: string
  sessionId: number | null
  pileId: string | null
  userId: string | null
  currency: string
  energyMilliWh: number
  chargingSeconds: number
  parkingSeconds: number
  startedAt: number
  endedAt: number
  windows: SettledWindow[]
  lines: SettledLine[]
  energyFeeMinor: number
  serviceFeeMinor: number
  otherFeeMinor: number
  totalMinor: number
  vatMinor: number
  stopReason: string
  createdAt: number
}

export const BILL_COLUMNS = /* sql */ `
b.id, b.number, b.request_id as "requestId", b.total_minor as "totalMinor", b.currency, b.state, b.created_at as "createdAt"`

export const DETAIL_COLUMNS = /* sql */ `
d.id, d.number, d.kind, d.request_id as "requestId", d.session_id as "sessionId", d.pile_id as "pileId", d.user_id as "userId", d.currency,
d.energy_milli_wh as "energyMilliWh", d.charging_seconds as "chargingSeconds", d.parking_seconds as "parkingSeconds",
d.started_at as "startedAt", d.ended_at as "endedAt", d.windows, d.lines, d.vat_minor as "vatMinor", d.energy_fee_minor as "energyFeeMinor", d.service_fee_minor as "serviceFeeMinor",
d.other_fee_minor as "otherFeeMinor", d.total_minor as "totalMinor", d.stop_reason as "stopReason", d.created_at as "createdAt"`

/** A price of 1/10000 of the unit as a decimal: 7000 is 0.7000. Digits only, no float. */
export function priceOf(price: number): string {
  const digits = String(price).padStart(5, '0')
  const scale = String(PRICE_SCALE).length - 1
  return `${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** The bill of a request with all its details; null while there is none. */
export async function billOfRequest(db: ClientBase | Pool, requestId: string): Promise<BillView | null> {
  const { rows } = await db.query<BillRow>(`select ${BILL_COLUMNS} from bills b where b.request_id = $1`, [requestId])
  const bill = rows[0]
  if (bill === undefined) return null
  return toBill(bill, await detailsOf(db, requestId))
}

export async function detailsOf(db: ClientBase | Pool, requestId: string): Promise<DetailRow[]> {
  const { rows } = await db.query<DetailRow>(
    `select ${DETAIL_COLUMNS} from billing_details d where d.request_id = $1 order by d.number`,
    [requestId],
  )
  return rows
}

export function toBill(bill: BillRow, details: DetailRow[]): BillView {
  const { currency } = bill
  const sum = (of: (detail: DetailRow) => number): number => details.reduce((total, detail) => total + of(detail), 0)
  const balance = sum(detail => detail.totalMinor)
  return {
    id: bill.id,
    number: String(bill.number),
    requestId: bill.requestId,
    total: { amount: bill.totalMinor, currency },
    corrections: { amount: balance - bill.totalMinor, currency },
    balance: { amount: balance, currency },
    vat: { amount: sum(detail => detail.vatMinor), currency },
    state: bill.state,
    energyWh: wattHours(sum(detail => detail.energyMilliWh)),
    createdAt: bill.createdAt,
    details: details.map(toDetail),
  }
}

export function toDetail(detail: DetailRow): DetailView {
  const money = (amount: number): Money => ({ amount, currency: detail.currency })
  const energies = printedWattHours(detail.windows.map(window => window.energyMilliWh))
  return {
    id: detail.id,
    number: String(detail.number),
    kind: detail.kind,
    sessionId: detail.sessionId === null ? null : String(detail.sessionId),
    pileId: detail.pileId,
    energyWh: wattHours(detail.energyMilliWh),
    chargingSeconds: detail.chargingSeconds,
    parkingSeconds: detail.parkingSeconds,
    startedAt: detail.startedAt,
    endedAt: detail.endedAt,
    windows: detail.windows.map((window, index) => ({
      from: new Date(window.from).toISOString(),
      to: new Date(window.to).toISOString(),
      kind: window.kind,
      price: priceOf(window.price),
      energyWh: energies[index]!,
      fee: money(window.feeMinor),
    })),
    energyFee: money(detail.energyFeeMinor),
    serviceFee: money(detail.serviceFeeMinor),
    otherFee: money(detail.otherFeeMinor),
    total: money(detail.totalMinor),
    vat: money(detail.vatMinor),
    lines: detail.lines.map(line => lineView(line, detail.currency)),
    stopReason: detail.stopReason,
  }
}

/** Energy in Wh, time in seconds, prices as decimals per kWh, hour or session. */
export function lineView(line: SettledLine, currency: string): LineView {
  const { dimension, kind, price, quantity, unit, vat, amountMinor } = line
  return {
    dimension,
    kind,
    price: priceOf(price),
    quantity: unit === 'count' ? quantity : quantity / 1000,
    unit: ({ mWh: 'Wh', ms: 's', count: 'count' } as const)[unit],
    vat,
    amount: { amount: amountMinor, currency },
  }
}
