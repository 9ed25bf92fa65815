/** An exact rational in lowest terms; the denominator is positive. Money and energy are counted with these, never floats. */
export interface Ratio {
  readonly n: bigint
  readonly d: bigint
}

const SAFE = BigInt(Number.MAX_SAFE_INTEGER)

/** Greatest common divisor of a >= 0 and b > 0. Operands are small nearly always, and numbers are several times faster. */
function gcd(a: bigint, b: bigint): bigint {
  let x = a
  let y = b
  while (x > SAFE || y > SAFE) {
    if (y === 0n) return x
    const rest = x % y
    x = y
    y = rest
  }
  let p = Number(x)
  let q = Number(y)
  while (q !== 0) {
    const rest = p % q
    p = q
    q = rest
  }
  return BigInt(p)
}

function lowest(n: bigint, d: bigint): Ratio {
  if (d === 1n) return { n, d }
  const divisor = gcd(n < 0n ? -n : n, d)
  return divisor === 1n ? { n, d } : { n: n / divisor, d: d / divisor }
}

export const ZERO: Ratio = { n: 0n, d: 1n }
export const ONE: Ratio = { n: 1n, d: 1n }

/** n/d in lowest terms. Throws a RangeError for a number that is not an integer and for d = 0. */
export function ratio(n: bigint | number, d: bigint | number = 1n): Ratio {
  const top = BigInt(n)
  const bottom = BigInt(d)
  if (bottom === 0n) throw new RangeError('a ratio needs a denominator other than zero')
  return bottom < 0n ? lowest(-top, -bottom) : lowest(top, bottom)
}

export const add = (a: Ratio, b: Ratio): Ratio =>
  a.d === b.d ? lowest(a.n + b.n, a.d) : lowest(a.n * b.d + b.n * a.d, a.d * b.d)

export const sub = (a: Ratio, b: Ratio): Ratio => add(a, { n: -b.n, d: b.d })

export const mul = (a: Ratio, b: Ratio): Ratio => lowest(a.n * b.n, a.d * b.d)

/** Throws a RangeError when b is zero. */
export const div = (a: Ratio, b: Ratio): Ratio => ratio(a.n * b.d, a.d * b.n)

export const sum = (terms: Iterable<Ratio>): Ratio => {
  let total = ZERO
  for (const term of terms) total = add(total, term)
  return total
}

/** -1, 0 or 1: an order for sorting. */
export function compare(a: Ratio, b: Ratio): -1 | 0 | 1 {
  const left = a.n * b.d
  const right = b.n * a.d
  if (left === right) return 0
  return left < right ? -1 : 1
}

export const isZero = (r: Ratio): boolean => r.n === 0n

/** The greatest integer that is not above r. */
export function floor(r: Ratio): bigint {
  const towardsZero = r.n / r.d
  return r.n < 0n && towardsZero * r.d !== r.n ? towardsZero - 1n : towardsZero
}

/** The least integer that is not below r. */
export const ceil = (r: Ratio): bigint => -floor({ n: -r.n, d: r.d })

/** The nearest integer; exactly between two, the greater one, also below zero. */
export const roundHalfUp = (r: Ratio): bigint => floor({ n: 2n * r.n + r.d, d: 2n * r.d })

/** `toDecimal(ratio(1, 3), 2)` is `0.33`: always this many digits, half up, for display only. */
export function toDecimal(r: Ratio, digits: number): string {
  const scaled = roundHalfUp({ n: r.n * 10n ** BigInt(digits), d: r.d })
  const text = (scaled < 0n ? -scaled : scaled).toString().padStart(digits + 1, '0')
  const whole = text.slice(0, text.length - digits)
  const sign = scaled < 0n ? '-' : ''
  return digits === 0 ? sign + whole : `${sign}${whole}.${text.slice(-digits)}`
}

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/

/** Exactly what the text says: `0.8` is 4/5, also in JSON's spelling `8e-1`. Throws a RangeError for anything else. */
export function fromDecimal(text: string): Ratio {
  const match = DECIMAL.exec(text)
  if (match === null) throw new RangeError(`not a decimal number: ${text.slice(0, 40)}`)
  const [, sign, whole, fraction = '', exponent = '0'] = match
  const digits = BigInt(`${whole}${fraction}`)
  const shift = Number(exponent) - fraction.length
  const n = sign === '-' ? -digits : digits
  return shift < 0 ? ratio(n, 10n ** BigInt(-shift)) : ratio(n * 10n ** BigInt(shift))
}
