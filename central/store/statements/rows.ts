import type { EpochMs } from '../../../protocol/units.ts'
import { timestamptzOrNull } from '../pg-types.ts'

/** A value of one row, as the program has it. */
type Value = string | number | boolean | readonly (number | string | null)[] | object | null | undefined

/** SQL type of each column; `json`/`jsonb` take any JSON, `real[]` and `text[]` arrays, `timestamptz` epoch milliseconds. */
type ColumnType =
  | 'text'
  | 'integer'
  | 'bigint'
  | 'real'
  | 'boolean'
  | 'timestamptz'
  | 'uuid'
  | 'json'
  | 'jsonb'
  | 'real[]'
  | 'text[]'

/** Rows as parameters of one statement: `unnest` of one array per column, so that its text never changes with their number. */
export interface Rows<Row> {
  /** `unnest(...) as input(a, b, ...)`, for a FROM clause. Column `n` is the row's index. */
  from: string
  values(rows: readonly Row[]): unknown[]
}

/** Declares rows by their columns: SQL type and how to get the value. Column `n` (index of the row) is always first. */
export function rows<Row>(columns: Record<string, [ColumnType, (row: Row) => Value]>): Rows<Row> {
  const names = Object.keys(columns)
  const kinds = Object.values(columns)
  const parameters = kinds.map(([type], index) => `$${index + 2}::${type.endsWith('[]') ? 'text' : type}[]`)
  // unnest flattens arrays of arrays: such a column travels as text and is cast for each row.
  const selected = names.map((name, index) => {
    const type = kinds[index]![0]
    return type.endsWith('[]') ? `${name}::${type} as ${name}` : name
  })
  return {
    from: `(select n, ${selected.join(', ')} from unnest($1::integer[], ${parameters.join(', ')}) as u(n, ${names.join(', ')})) as input`,
    values: list => [
      list.map((_, n) => n),
      ...kinds.map(([type, get]) => list.map(row => toParameter(type, get(row)))),
    ],
  }
}

function toParameter(type: ColumnType, value: Value): string | number | boolean | null {
  if (value === null || value === undefined) return null
  if (type === 'timestamptz') return timestamptzOrNull(value as EpochMs)
  if (type === 'integer') return integer(value as number, 2 ** 31 - 1)
  if (type === 'bigint') return integer(value as number, Number.MAX_SAFE_INTEGER)
  if (type === 'json' || type === 'jsonb') return storableJson(value)
  if (type === 'real[]')
    return `{${(value as (number | null)[]).map(item => (Number.isFinite(item) ? item : 'NULL')).join(',')}}`
  if (type === 'text[]') return `{${(value as string[]).map(item => JSON.stringify(storable(item))).join(',')}}`
  if (type === 'real') return Number.isFinite(value) ? (value as number) : null
  return typeof value === 'string' ? storable(value) : (value as number | boolean)
}

/** A number that the column cannot hold is missing, never another number. */
const integer = (value: number, most: number): number | null => {
  const whole = Math.round(value)
  return Math.abs(whole) <= most ? whole : null
}

/** PostgreSQL's text holds everything but NUL, which chargers do send. */
export const storable = (text: string): string => (text.includes('\0') ? text.replaceAll('\0', '\u{FFFD}') : text)

const TROUBLE = /\\u0000|\\ud[89a-f]/i

/** JSON without what `jsonb` refuses: NUL and halves of surrogate pairs. */
export function storableJson(value: unknown): string {
  const text = JSON.stringify(value)
  if (!TROUBLE.test(text)) return text
  return JSON.stringify(value, (_, item: unknown) => {
    if (typeof item === 'string') return storable(item.toWellFormed())
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item
    return Object.fromEntries(Object.entries(item).map(([key, member]) => [storable(key.toWellFormed()), member]))
  })
}
