import type { SettledLine, SettledWindow } from '../session/settle.ts'
import type { DetailFigures } from './bill.ts'

/** All figures of a detail: its columns, its windows and its lines. A correction's may be negative. */
export interface BillFigures extends DetailFigures {
  /** Of the total. */
  vatMinor: number
  windows: SettledWindow[]
  lines: SettledLine[]
}

const COLUMNS = [
  'energyMilliWh',
  'chargingSeconds',
  'parkingSeconds',
  'energyFeeMinor',
  'serviceFeeMinor',
  'otherFeeMinor',
  'totalMinor',
  'vatMinor',
] as const

/**
 * What has to be added to the details that were billed, so that they come to what the session comes to now: column by
 * column, window by window, line by line. Null when nothing differs, so that settling again adds nothing.
 */
export function difference(now: BillFigures, billed: readonly BillFigures[]): BillFigures | null {
  const columns = {} as Record<(typeof COLUMNS)[number], number>
  for (const column of COLUMNS)
    columns[column] = now[column] - billed.reduce((total, detail) => total + detail[column], 0)
  const windows = windowsApart(
    now.windows,
    billed.flatMap(detail => detail.windows),
  )
  const lines = linesApart(
    now.lines,
    billed.flatMap(detail => detail.lines),
  )
  const same = COLUMNS.every(column => columns[column] === 0) && windows.length === 0
  return same ? null : { ...columns, windows, lines }
}

/** By kind and price: energy and fees that were billed are taken off. */
function windowsApart(now: readonly SettledWindow[], billed: readonly SettledWindow[]): SettledWindow[] {
  const apart = new Map<string, SettledWindow>()
  const add = (window: SettledWindow, sign: 1 | -1): void => {
    const key = `${window.price} ${window.kind}`
    const known = apart.get(key)
    apart.set(key, {
      ...window,
      from: Math.min(window.from, known?.from ?? window.from),
      to: Math.max(window.to, known?.to ?? window.to),
      energyMilliWh: (known?.energyMilliWh ?? 0) + sign * window.energyMilliWh,
      feeMinor: (known?.feeMinor ?? 0) + sign * window.feeMinor,
    })
  }
  for (const window of now) add(window, 1)
  for (const window of billed) add(window, -1)
  return [...apart.values()].filter(({ energyMilliWh, feeMinor }) => energyMilliWh !== 0 || feeMinor !== 0)
}

/** By what is priced and how: quantities and amounts that were billed are taken off. */
function linesApart(now: readonly SettledLine[], billed: readonly SettledLine[]): SettledLine[] {
  const apart = new Map<string, SettledLine>()
  const add = (line: SettledLine, sign: 1 | -1): void => {
    const key = JSON.stringify([line.dimension, line.kind, line.price, line.vat, line.unit])
    const known = apart.get(key)
    apart.set(key, {
      ...line,
      quantity: (known?.quantity ?? 0) + sign * line.quantity,
      amountMinor: (known?.amountMinor ?? 0) + sign * line.amountMinor,
    })
  }
  for (const line of now) add(line, 1)
  for (const line of billed) add(line, -1)
  return [...apart.values()].filter(({ quantity, amountMinor }) => quantity !== 0 || amountMinor !== 0)
}
