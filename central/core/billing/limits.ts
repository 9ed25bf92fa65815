import type { CompiledLimit, CompiledTariff } from '../tariff/elements.ts'
import type { Charge } from './charge.ts'
import { compare, div, isZero, mul, ONE, type Ratio, sub, sum } from './ratio.ts'

/**
 * The charge that lifts a session to its minimum price, or a negative one that lowers it to its maximum. Both bounds hold
 * for the total without VAT and for the total with it (OCPI 2.2.1, 11.3.1); where a limit has no amount with VAT, the VAT
 * keeps its share of the total.
 */
export function limitsReached({ minPrice, maxPrice }: CompiledTariff, charges: readonly Charge[]): Charge[] {
  const excl = sum(charges.map(charge => charge.exclMinor))
  const incl = sum(charges.map(charge => charge.inclMinor))
  const share = isZero(excl) ? ONE : div(incl, excl)
  let limited: Totals = { excl, incl }
  if (minPrice !== null) limited = bound(limited, minPrice, share, 1)
  if (maxPrice !== null) limited = bound(limited, maxPrice, share, -1)
  const change = compare(limited.incl, incl) || compare(limited.excl, excl)
  if (change === 0) return []
  return [
    {
      dimension: change > 0 ? 'MIN_PRICE' : 'MAX_PRICE',
      kind: 'none',
      price: 0,
      vat: null,
      quantity: ONE,
      exclMinor: sub(limited.excl, excl),
      inclMinor: sub(limited.incl, incl),
    },
  ]
}

interface Totals {
  excl: Ratio
  incl: Ratio
}

/** `towards` 1 lifts to the limit, -1 lowers to it. */
function bound({ excl, incl }: Totals, limit: CompiledLimit, share: Ratio, towards: 1 | -1): Totals {
  const reached = compare(limit.excl, excl) === towards
  const least = limit.incl ?? (reached ? mul(limit.excl, share) : incl)
  return {
    excl: reached ? limit.excl : excl,
    incl: compare(least, incl) === towards ? least : incl,
  }
}
