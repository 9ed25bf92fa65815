import { z } from 'zod'
import { PRICE_SCALE, tariffDefinition } from '../../../protocol/tariff.ts'
import { tariffProblems } from '../tariff/problems.ts'
import { defaultTariff, type TariffDefinition } from '../tariff/tariff.ts'
import type { FileProblem } from './parse.ts'

const isPrice = (price: number): boolean => Math.round(price * PRICE_SCALE) / PRICE_SCALE === price
const price = z.number().min(0).max(100_000).refine(isPrice, 'a price has at most four decimals')

const minuteOfDay = (last: number) =>
  z
    .union([z.int(), z.string().regex(/^\d{1,2}:[0-5]\d$/)], { error: 'a full hour or "HH:MM"' })
    .transform(value => {
      if (typeof value === 'number') return value * 60
      const [hours, minutes] = value.split(':')
      return Number(hours) * 60 + Number(minutes)
    })
    .refine(minute => minute >= 0 && minute <= last, 'not a time of the day')

/** Energy by time of day and a service fee, both per kWh, in currency units. */
const byHour = z
  .strictObject({
    windows: z
      .array(
        z
          .strictObject({
            from: minuteOfDay(1439),
            to: minuteOfDay(1440),
            price,
            kind: z.string().min(1).max(32).default('flat'),
          })
          .refine(({ from, to }) => from !== to, {
            message: 'from and to are equal: the whole day is 0 to 24',
            path: ['to'],
          }),
      )
      .max(96)
      .default([]),
    service: price.default(0),
  })
  .transform(({ windows, service }): TariffDefinition => {
    return {
      ...defaultTariff(),
      windows: windows.map(({ from, to, price, kind }) => ({
        fromMinute: from,
        toMinute: to,
        kind,
        price: Math.round(price * PRICE_SCALE),
      })),
      service: Math.round(service * PRICE_SCALE),
    }
  })

const DEFAULTS = { version: 2, currency: 'CNY', minorDigits: 2 }
const isWhole = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && ('version' in value || 'elements' in value)

/**
 * A tariff in a file of replay: `{windows, service}` (domain.md section 9), or a whole definition as it is kept and sent
 * over REST (protocol/tariff.ts), told by its `version` or `elements`; version 2, CNY and two digits may be left out.
 */
export const tariffInFile = z.unknown().transform((value, context): TariffDefinition => {
  const parsed = isWhole(value) ? tariffDefinition.safeParse({ ...DEFAULTS, ...value }) : byHour.safeParse(value)
  if (parsed.success) return parsed.data
  for (const issue of parsed.error.issues) context.issues.push({ ...issue, input: value } as never)
  return z.NEVER
})

/** What a tariff of elements may not be although it has the right shape (gaps, contradictions), below `path`. */
export function elementProblems(
  tariff: TariffDefinition | undefined,
  timeZone: string,
  path: (string | number)[],
): FileProblem[] {
  if (tariff?.version !== 2) return []
  return tariffProblems(tariff, { timeZone }).map(each => {
    const parts = each.path.split('/').slice(1)
    return { path: [...path, ...parts.map(part => (/^\d+$/.test(part) ? Number(part) : part))], message: each.message }
  })
}
