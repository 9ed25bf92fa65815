import fc from 'fast-check'
import t from 'tap'
import { type BillFigures, difference } from '../../central/core/billing/correction.ts'

const HOUR_MS = 3_600_000

const amounts = fc.integer({ min: 0, max: 10_000 })
const figures = fc
  .array(fc.record({ kind: fc.constantFrom('peak', 'flat'), energyMilliWh: amounts, feeMinor: amounts }), {
    maxLength: 3,
  })
  .map((parts): BillFigures => {
    const fee = parts.reduce((sum, part) => sum + part.feeMinor, 0)
    return {
      energyMilliWh: parts.reduce((sum, part) => sum + part.energyMilliWh, 0),
      chargingSeconds: parts.length,
      parkingSeconds: 0,
      energyFeeMinor: fee,
      serviceFeeMinor: 0,
      otherFeeMinor: 0,
      totalMinor: fee,
      vatMinor: 0,
      windows: parts.map((part, index) => ({ ...part, from: index * HOUR_MS, to: (index + 1) * HOUR_MS, price: 7000 })),
      lines: parts.map(({ kind, energyMilliWh, feeMinor }) => ({
        dimension: 'ENERGY',
        kind,
        price: 7000,
        vat: null,
        quantity: energyMilliWh,
        unit: 'mWh',
        amountMinor: feeMinor,
      })),
    }
  })

const byKind = (all: readonly BillFigures[]) => {
  const sums: Record<string, number[]> = {}
  for (const { windows, lines } of all) {
    for (const { kind, energyMilliWh, feeMinor } of windows)
      sums[kind] = [(sums[kind]?.[0] ?? 0) + energyMilliWh, (sums[kind]?.[1] ?? 0) + feeMinor, sums[kind]?.[2] ?? 0]
    for (const { kind, amountMinor } of lines)
      sums[kind] = [sums[kind]?.[0] ?? 0, sums[kind]?.[1] ?? 0, (sums[kind]?.[2] ?? 0) + amountMinor]
  }
  return Object.fromEntries(Object.entries(sums).filter(([, sum]) => sum.some(one => one !== 0)))
}

t.test(
  'what was billed and its corrections come to what the session comes to now, window by window and line by line',
  async t => {
    fc.assert(
      fc.property(fc.array(figures, { minLength: 2, maxLength: 5 }), states => {
        const billed: BillFigures[] = []
        for (const now of states) {
          const more = difference(now, billed)
          if (more !== null) billed.push(more)
          t.equal(
            billed.reduce((sum, one) => sum + one.totalMinor, 0),
            now.totalMinor,
          )
          t.strictSame(byKind(billed), byKind([now]))
          t.equal(difference(now, billed), null, 'the same again adds nothing')
        }
      }),
      { numRuns: 200 },
    )
  },
)
