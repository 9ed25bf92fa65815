import { Readable } from 'node:stream'
import { stringify } from 'csv-stringify/sync'
import type { FastifyReply } from 'fastify'
import type { Money } from '../../protocol/units.ts'
import { LANGUAGE_TAGS, type Language } from './language.ts'

/** What a cell holds: text is guarded, numbers and money are ours. Money is printed as a decimal, its currency is a column of its own. */
export type Cell = string | number | Money | null

/** A column: what stands above it, and its cell of a row. English heads are the member names of the JSON, and do not change. */
export interface Column<R> {
  en: string
  zh: string
  of: (row: R, language: Language) => Cell
}

/** What a spreadsheet would run: the ASCII signs and the full-width ones, and the white space that hides them (OWASP, CSV injection). */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/

const asCell = (text: string): string => (FORMULA.test(text) ? `'${text}` : text)

const lines = (rows: Cell[][]): string =>
  stringify(rows, {
    record_delimiter: '\r\n',
    // the library would quote only the whole CR LF: a lone one ends the row for Excel
    quote_record_delimiter: true,
    cast: { string: asCell, number: String, object: (money: object) => decimalOf((money as Money).amount) },
  })

/** Without it Excel takes UTF-8 for the code page of the country. */
const BYTE_ORDER_MARK = '\ufeff'

const head = <R>(columns: readonly Column<R>[], language: Language): string =>
  BYTE_ORDER_MARK + lines([columns.map(column => column[language])])

const body = <R>(columns: readonly Column<R>[], language: Language, rows: readonly R[]): string =>
  lines(rows.map(row => columns.map(column => column.of(row, language))))

/**
 * A table as CSV (RFC 4180) that Excel opens by a double click: UTF-8 with a byte order mark, CR LF, money with a decimal
 * point. Text that a spreadsheet would run as a formula is disarmed with a leading apostrophe; our numbers stay numbers.
 */
export const csvOf = <R>(columns: readonly Column<R>[], language: Language, rows: readonly R[]): string =>
  head(columns, language) + body(columns, language, rows)

/** The same in pieces, a page of rows at a time, so that a history of any length needs the memory of one page. */
export const csvStream = <R>(columns: readonly Column<R>[], language: Language, pages: AsyncIterable<R[]>): Readable =>
  Readable.from(
    (async function* () {
      yield head(columns, language)
      for await (const rows of pages) if (rows.length > 0) yield body(columns, language, rows)
    })(),
  )

/** Answers with a file of that name, in the language of its heads. */
export const sendCsv = (reply: FastifyReply, language: Language, name: string, csv: string | Readable): never =>
  reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="${name}.csv"`)
    .header('content-language', LANGUAGE_TAGS[language])
    .header('vary', 'Accept-Language')
    .serializer((text: unknown) => String(text))
    .send(csv) as never

/** Minor units as a decimal: 1890 is 18.90. Digits only, no float. */
export function decimalOf(amount: number): string {
  const digits = String(Math.abs(amount)).padStart(3, '0')
  return `${amount < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}
