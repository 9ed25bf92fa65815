const DECIMAL = /^\s*([+-]?)(\d*)(?:[.,](\d*))?(?:[eE]([+-]?\d{1,2}))?\s*$/

/**
 * Reads a decimal text exactly and returns it times 10^shift as an integer, half away from zero: no float touches a
 * register (docs/adr/0003). A decimal comma is read; empty, `NaN` and what does not fit a safe integer are absent.
 */
export function scaledInteger(text: unknown, shift: number): number | undefined {
  if (typeof text !== 'string' || text.length > 64) return undefined
  const match = DECIMAL.exec(text)
  if (!match) return undefined
  const whole = match[2] ?? ''
  const fraction = match[3] ?? ''
  if (whole === '' && fraction === '') return undefined
  const zeros = shift + Number(match[4] ?? 0) - fraction.length
  if (Math.abs(zeros) > 60) return undefined
  const digits = BigInt(whole + fraction)
  const magnitude = zeros >= 0 ? digits * 10n ** BigInt(zeros) : roundedQuotient(digits, 10n ** BigInt(-zeros))
  const value = Number(magnitude)
  if (!Number.isSafeInteger(value)) return undefined
  return match[1] === '-' && value !== 0 ? -value : value
}

/** A measured value that is not money: volts, amperes, watts, percent; three decimals are kept. */
export function measured(text: unknown, factor = 1): number | undefined {
  const milli = scaledInteger(text, 3)
  return milli === undefined ? undefined : (milli * factor) / 1000
}

const roundedQuotient = (dividend: bigint, divisor: bigint): bigint => (dividend + divisor / 2n) / divisor
