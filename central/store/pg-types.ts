import { TypeOverrides, types } from 'pg'
import type { EpochMs } from '../../protocol/units.ts'

/**
 * How values leave the database, in one place, for every connection of ours and of MikroORM: `bigint` is a number (an
 * unsafe one is an error, never a wrong figure), `timestamptz` is epoch milliseconds.
 */
export const pgTypes = new TypeOverrides()

/** The wire gives `2026-11-22 18:05:01.123+00`; finer than a millisecond is cut off. Infinity is not used. */
export function parseTimestamptz(text: string): EpochMs {
  const at = Date.parse(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'))
  if (Number.isNaN(at)) throw new RangeError(`timestamptz out of range: ${text}`)
  return at
}

export function parseInt8(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint beyond 2^53: ${text}`)
  return value
}

pgTypes.setTypeParser(types.builtins.INT8, parseInt8)
pgTypes.setTypeParser(types.builtins.TIMESTAMPTZ, parseTimestamptz)

/** An instant as a parameter of a statement. */
export const timestamptz = (at: EpochMs): string => new Date(at).toISOString()

/** The same for an absent one. */
export const timestamptzOrNull = (at: EpochMs | null | undefined): string | null =>
  at === null || at === undefined ? null : timestamptz(at)
