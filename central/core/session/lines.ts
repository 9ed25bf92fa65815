import { MILLI_WH_PER_WH } from '../../../protocol/units.ts'
import { apportion } from '../billing/apportion.ts'
import type { LineDimension, RatedLine } from '../billing/rate.ts'
import { mul, ratio, roundHalfUp, sum } from '../billing/ratio.ts'
import type { SettledLine } from './settle.ts'

const UNITS = {
  ENERGY: 'mWh',
  SERVICE: 'mWh',
  TIME: 'ms',
  PARKING_TIME: 'ms',
  FLAT: 'count',
  RESERVATION_TIME: 'ms',
  RESERVATION_FLAT: 'count',
  MIN_PRICE: 'count',
  MAX_PRICE: 'count',
} as const satisfies Record<LineDimension, SettledLine['unit']>

/** Lines as they are stored: whole mWh and ms, which per dimension add up to the whole that was billed. */
export function settledLines(lines: readonly RatedLine[]): SettledLine[] {
  const quantities = new Map<RatedLine, number>()
  for (const dimension of new Set(lines.map(line => line.dimension))) {
    const same = lines.filter(line => line.dimension === dimension)
    const scale = ratio(UNITS[dimension] === 'mWh' ? MILLI_WH_PER_WH : 1)
    const exact = same.map(line => mul(line.quantity, scale))
    const shares = apportion(roundHalfUp(sum(exact)), exact)
    for (const [index, line] of same.entries()) quantities.set(line, Number(shares[index]))
  }
  return lines.map(line => {
    const { dimension, kind, price, vat, amountMinor } = line
    return { dimension, kind, price, vat, quantity: quantities.get(line)!, unit: UNITS[dimension], amountMinor }
  })
}
