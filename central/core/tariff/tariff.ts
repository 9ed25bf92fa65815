import type { Problem } from '../../../protocol/charger/command.ts'
import { type TariffDefinition, type TimeOfUseTariff, tariffDefinition } from '../../../protocol/tariff.ts'

export type { ElementTariff, TariffDefinition, TariffWindow, TimeOfUseTariff } from '../../../protocol/tariff.ts'

/** Checks a definition from a file, the database or REST. Every problem is named at once, with its JSON path. */
export function parseTariff(
  input: unknown,
): { ok: true; value: TariffDefinition } | { ok: false; problems: Problem[] } {
  const parsed = tariffDefinition.safeParse(input)
  if (parsed.success) return { ok: true, value: parsed.data }
  return {
    ok: false,
    problems: parsed.error.issues.map(issue => ({
      path: `/${issue.path.map(String).join('/')}`,
      message: issue.message,
    })),
  }
}

/** The tariff of a new site (domain.md section 7): CNY, peak 1.0, flat 0.7, valley 0.4 and service 0.8 per kWh. */
export function defaultTariff(): TimeOfUseTariff {
  const hours = (from: number, to: number, kind: string, price: number) => ({
    fromMinute: from * 60,
    toMinute: to * 60,
    kind,
    price,
  })
  return {
    version: 1,
    currency: 'CNY',
    minorDigits: 2,
    windows: [
      hours(10, 15, 'peak', 10_000),
      hours(18, 21, 'peak', 10_000),
      hours(7, 10, 'flat', 7_000),
      hours(15, 18, 'flat', 7_000),
      hours(21, 23, 'flat', 7_000),
      hours(23, 7, 'valley', 4_000),
    ],
    service: 8_000,
  }
}
