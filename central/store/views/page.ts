import { DomainError } from '../../../protocol/errors.ts'
import type { EpochMs } from '../../../protocol/units.ts'

/** A connection or pool that runs one statement. */
export interface Sql {
  query<R extends object>(text: string, values?: unknown[]): Promise<{ rows: R[]; rowCount: number | null }>
}

export type CursorKey = string | number

export interface PageRequest {
  limit: number
  /** Keys of the last row of the page before; null for the first page. */
  after: CursorKey[] | null
}

export interface Page<R> {
  rows: R[]
  next: CursorKey[] | null
}

/** A condition with `?` for each of its values. */
export interface Filter {
  text: string
  values: unknown[]
}

/** The condition, where its value was asked for. The value stands for every `?`. */
export const when = (value: unknown, text: string): Filter | null =>
  value === undefined || value === null ? null : { text, values: Array(text.split('?').length - 1).fill(value) }

/** A time of a filter: epoch ms in the program, compared as timestamptz. */
export const whenTime = (at: number | undefined, text: string): Filter | null =>
  when(at === undefined ? undefined : new Date(at).toISOString(), text)

/** The half-open window of a list, `from` included. */
export interface Window {
  from?: EpochMs | undefined
  to?: EpochMs | undefined
}

export const within = ({ from, to }: Window, column: string): (Filter | null)[] => [
  whenTime(from, `${column} >= ?`),
  whenTime(to, `${column} < ?`),
]

/** A time that the database made itself is finer than the milliseconds that a cursor carries. */
export const wholeMs = (column: string): string => `date_trunc('milliseconds', ${column})`

interface Key<R> {
  /** Column or expression, a constant of the view. */
  column: string
  type: keyof typeof KEY_TYPES
  of: (row: R) => CursorKey
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

const KEY_TYPES = {
  instant: {
    valid: (key: CursorKey) => typeof key === 'number' && Math.abs(key) < 8.64e15,
    value: (key: CursorKey) => new Date(key).toISOString(),
    cast: 'timestamptz',
  },
  integer: { valid: (key: CursorKey) => Number.isSafeInteger(key), value: (key: CursorKey) => key, cast: 'bigint' },
  uuid: {
    valid: (key: CursorKey) => typeof key === 'string' && UUID.test(key),
    value: (key: CursorKey) => key,
    cast: 'uuid',
  },
  text: {
    valid: (key: CursorKey) => typeof key === 'string' && !key.includes('\0'),
    value: (key: CursorKey) => key,
    cast: 'text',
  },
} as const

export interface ListQuery<R> {
  /** `select ... from ...` without conditions; a constant. */
  select: string
  where: (Filter | null)[]
  /** What the list is ordered by, descending; together unique. */
  keys: Key<R>[]
  page: PageRequest
}

/** One page, newest first, by keyset: its cost does not grow with the page's number. A foreign cursor is `malformed-request`. */
export async function listPage<R extends object>(
  sql: Sql,
  { select, where, keys, page }: ListQuery<R>,
): Promise<Page<R>> {
  const values: unknown[] = []
  const bind = (value: unknown): string => `$${values.push(value)}`
  const conditions = where
    .filter(filter => filter !== null)
    .map(({ text, values: own }) => {
      let index = 0
      return `(${text.replace(/\?/g, () => bind(own[index++]))})`
    })
  if (page.after !== null) conditions.push(afterCursor(keys, page.after, bind))
  const order = keys.map(key => `${key.column} desc`).join(', ')
  const text = `${select}${conditions.length ? ` where ${conditions.join(' and ')}` : ''} order by ${order} limit ${bind(page.limit + 1)}`
  const { rows } = await sql.query<R>(text, values)
  const shown = rows.slice(0, page.limit)
  const last = shown.at(-1)
  return { rows: shown, next: rows.length > page.limit && last ? keys.map(key => key.of(last)) : null }
}

function afterCursor<R>(keys: Key<R>[], after: CursorKey[], bind: (value: unknown) => string): string {
  if (after.length !== keys.length || !keys.every((key, i) => KEY_TYPES[key.type].valid(after[i]!))) {
    throw new DomainError('malformed-request', 'The cursor is not one of this list', {
      problems: [{ path: '/cursor', message: 'Unknown cursor' }],
    })
  }
  const right = keys.map((key, i) => `${bind(KEY_TYPES[key.type].value(after[i]!))}::${KEY_TYPES[key.type].cast}`)
  return `(${keys.map(key => key.column).join(', ')}) < (${right.join(', ')})`
}

/** The only row of a query, or undefined. */
export async function one<R extends object>(sql: Sql, text: string, values: unknown[]): Promise<R | undefined> {
  return (await sql.query<R>(text, values)).rows[0]
}
