import fc from 'fast-check'
import t from 'tap'
import {
  add,
  compare,
  div,
  floor,
  fromDecimal,
  isZero,
  mul,
  ratio,
  roundHalfUp,
  sub,
  sum,
  toDecimal,
  ZERO,
} from '../../central/core/billing/ratio.ts'

const ratios = fc.tuple(fc.bigInt(-(10n ** 30n), 10n ** 30n), fc.bigInt(1n, 10n ** 30n)).map(([n, d]) => ratio(n, d))

t.test('a ratio is in lowest terms with the sign above', async t => {
  t.same(ratio(6, 4), { n: 3n, d: 2n })
  t.same(ratio(6, -4), { n: -3n, d: 2n })
  t.same(ratio(-6n, -4n), { n: 3n, d: 2n })
  t.same(ratio(0, 7), { n: 0n, d: 1n })
  t.same(ratio(5), { n: 5n, d: 1n })
  t.same(ratio(10n ** 40n, 10n ** 38n), { n: 100n, d: 1n })
  t.same(ratio(10n ** 40n + 1n, 10n ** 38n), { n: 10n ** 40n + 1n, d: 10n ** 38n })
  t.same(ratio(3n * 10n ** 40n, 7n), { n: 3n * 10n ** 40n, d: 7n })
})

t.test('what is no ratio is refused', async t => {
  t.throws(() => ratio(1, 0), RangeError)
  t.throws(() => ratio(0.5), RangeError)
  t.throws(() => ratio(1, Number.NaN), RangeError)
  t.throws(() => div(ratio(1), ZERO), RangeError)
})

t.test('rounding is half up, also below zero', async t => {
  for (const [n, d, floored, rounded] of [
    [5, 2, 2n, 3n],
    [-5, 2, -3n, -2n],
    [7, 3, 2n, 2n],
    [-7, 3, -3n, -2n],
    [8, 3, 2n, 3n],
    [4, 1, 4n, 4n],
    [-4, 1, -4n, -4n],
    [0, 1, 0n, 0n],
  ] as const) {
    t.equal(floor(ratio(n, d)), floored, `floor ${n}/${d}`)
    t.equal(roundHalfUp(ratio(n, d)), rounded, `round ${n}/${d}`)
  }
})

t.test('a decimal has exactly the digits asked for', async t => {
  t.equal(toDecimal(ratio(1, 3), 2), '0.33')
  t.equal(toDecimal(ratio(1, 200), 2), '0.01')
  t.equal(toDecimal(ratio(-3, 2), 2), '-1.50')
  t.equal(toDecimal(ratio(-1, 1000), 2), '0.00')
  t.equal(toDecimal(ratio(5, 2), 0), '3')
  t.equal(toDecimal(ratio(-7, 1), 0), '-7')
  t.equal(toDecimal(ratio(10n ** 25n), 1), '10000000000000000000000000.0')
})

t.test('a decimal is read exactly', async t => {
  t.same(fromDecimal('0.8'), ratio(4, 5))
  t.same(fromDecimal('-12.50'), ratio(-25, 2))
  t.same(fromDecimal('7'), ratio(7))
  t.same(fromDecimal('8e-1'), ratio(4, 5))
  t.same(fromDecimal('1.5E+3'), ratio(1500))
  for (const text of ['', '.5', '1.', '1,5', 'NaN', '0x10', '1e9999', ' 1', '+1', '--1']) {
    t.throws(() => fromDecimal(text), RangeError, JSON.stringify(text))
  }
})

t.test('every JSON number is read as it is printed', async t => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }), value => {
      // 340 decimals reach beyond the smallest double there is
      return Number(toDecimal(fromDecimal(JSON.stringify(value)), 340)) === value
    }),
  )
  t.pass()
})

t.test('arithmetic keeps the laws of a field', async t => {
  fc.assert(
    fc.property(ratios, ratios, ratios, (a, b, c) => {
      t.strictSame(add(a, b), add(b, a))
      t.strictSame(add(add(a, b), c), add(a, add(b, c)))
      t.strictSame(mul(a, add(b, c)), add(mul(a, b), mul(a, c)))
      t.strictSame(sub(add(a, b), b), a)
      t.strictSame(sum([a, b, c]), add(a, add(b, c)))
      t.ok(isZero(sub(a, a)))
      if (!isZero(b)) t.strictSame(mul(div(a, b), b), a)
    }),
    { numRuns: 50 },
  )
})

t.test('the order is that of the numbers', async t => {
  t.equal(compare(ratio(1, 3), ratio(1, 2)), -1)
  t.equal(compare(ratio(1, 2), ratio(2, 4)), 0)
  t.equal(compare(ratio(-1, 3), ratio(-1, 2)), 1)
  fc.assert(
    fc.property(ratios, ratios, (a, b) => {
      const difference = sub(a, b).n
      return compare(a, b) === (difference === 0n ? 0 : difference < 0n ? -1 : 1)
    }),
  )
})

t.test('rounding is never more than a half away', async t => {
  fc.assert(
    fc.property(ratios, r => {
      const away = sub(ratio(roundHalfUp(r)), r)
      return compare(away, ratio(-1, 2)) > 0 && compare(away, ratio(1, 2)) <= 0
    }),
  )
  t.pass()
})
