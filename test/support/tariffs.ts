import { type ElementTariff, parseTariff } from '../../central/core/tariff/tariff.ts'
import type { PriceComponent, TariffElement, TariffRestrictions } from '../../protocol/tariff.ts'

/** An element of a tariff in tests. */
export const element = (priceComponents: PriceComponent[], restrictions?: TariffRestrictions): TariffElement => ({
  priceComponents,
  ...(restrictions === undefined ? {} : { restrictions }),
})

/** An element that prices one dimension. */
export const pricing = (
  type: PriceComponent['type'],
  price: number,
  restrictions?: TariffRestrictions,
  more: Partial<PriceComponent> = {},
): TariffElement => element([{ type, price, ...more }], restrictions)

/** A version 2 tariff in tests, checked as the product checks it. */
export function tariffOf(elements: TariffElement[], more: Partial<ElementTariff> = {}): ElementTariff {
  const parsed = parseTariff({ version: 2, currency: 'EUR', minorDigits: 2, elements, ...more })
  if (!parsed.ok || parsed.value.version !== 2) throw new Error(JSON.stringify(parsed))
  return parsed.value
}
