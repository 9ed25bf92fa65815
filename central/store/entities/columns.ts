import { p, Type } from '@mikro-orm/core'
import type { EpochMs } from '../../../protocol/units.ts'
import { parseTimestamptz, timestamptz } from '../pg-types.ts'

/** `timestamptz` as epoch milliseconds. */
class EpochMsType extends Type<EpochMs | null, string | null> {
  override convertToDatabaseValue(value: EpochMs | null): string | null {
    return value === null || value === undefined ? value : timestamptz(value)
  }

  override convertToJSValue(value: string | number | null): EpochMs | null {
    return typeof value === 'string' ? parseTimestamptz(value) : value
  }

  override getColumnType(): string {
    return 'timestamptz'
  }

  override compareAsType(): string {
    return 'number'
  }

  override get runtimeType(): string {
    return 'number'
  }
}

/** An instant: epoch milliseconds in the program, `timestamptz` in the table. */
export const instant = () => p.type(EpochMsType).$type<EpochMs>()

/** Registers, money and ids: `bigint` in the table, a safe integer in the program. */
export const int8 = () => p.bigint('number')

/** A number that the database gives to every new row. */
export const numbered = () => int8().generated('identity')

export const identity = () => numbered().primary()

/** Text of a closed set; the table's check says the same. */
export const oneOf = <T extends string>() => p.text().$type<T>()

/** Anything JSON but null, which the column's own null stands for. */
export type Json = object | string | number | boolean

/** `jsonb`: members in no order. */
export const json = <T extends Json = Json>() => p.json().$type<T>()

/** `json` keeps the order of members, as a native payload needs. */
export const orderedJson = () => p.json().columnType('json').$type<Json>()

export const realArray = () =>
  p
    .array((item: string) => Number(item))
    .columnType('real[]')
    .$type<number[]>()
