import { stringify } from 'csv-stringify/sync'

/**
 * A table as CSV (RFC 4180). Cells that a spreadsheet would run as a formula (= + - @ and so on) are disarmed with a
 * leading apostrophe; numbers stay numbers.
 */
export const csvOf = (columns: string[], rows: (string | number | null)[][]): string =>
  stringify(rows, {
    header: true,
    columns,
    record_delimiter: '\r\n',
    escape_formulas: true,
    cast: { number: value => ({ value: String(value), escape_formulas: false }) as never },
  })

/** Minor units as a decimal: 1890 is 18.90. Digits only, no float. */
export function decimalOf(amount: number): string {
  const digits = String(Math.abs(amount)).padStart(3, '0')
  return `${amount < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}
