import { MILLI_WH_PER_WH, type MilliWh, wattHours } from '../../../protocol/units.ts'
import { compare, floor, type Ratio, ratio, sub } from './ratio.ts'

/**
 * Shares of a whole in integers that add up to it: everyone gets their floor, what is left goes one by one to the largest
 * remainders (Hamilton's method), the earlier one among equals. `total` must be a rounding, up or down, of the exact sum.
 */
export function apportion(total: bigint, exact: readonly Ratio[]): bigint[] {
  const shares = exact.map(floor)
  let left = total - shares.reduce((a, b) => a + b, 0n)
  const byRemainder = exact
    .map((part, index) => ({ index, remainder: sub(part, ratio(shares[index]!)) }))
    .sort((a, b) => compare(b.remainder, a.remainder))
  for (const { index } of byRemainder) {
    if (left === 0n) break
    shares[index]! += 1n
    left -= 1n
  }
  return shares
}

/** Parts of an energy in whole Wh, as they are printed: they add up to the printed whole. */
export function printedWattHours(parts: readonly MilliWh[]): number[] {
  const whole = wattHours(parts.reduce((sum, part) => sum + part, 0))
  const shares = apportion(
    BigInt(whole),
    parts.map(part => ratio(part, MILLI_WH_PER_WH)),
  )
  return shares.map(Number)
}
