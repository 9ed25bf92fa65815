import fc from 'fast-check'
import t from 'tap'
import { billTotals } from '../../central/core/billing/bill.ts'

const figures = fc.record({
  energyMilliWh: fc.nat(),
  chargingSeconds: fc.nat(),
  parkingSeconds: fc.nat(),
  energyFeeMinor: fc.integer({ min: -1_000_000, max: 1_000_000 }),
  serviceFeeMinor: fc.integer({ min: -1_000_000, max: 1_000_000 }),
  otherFeeMinor: fc.integer({ min: -1_000_000, max: 1_000_000 }),
})
const details = fc.array(
  figures.map(d => ({ ...d, totalMinor: d.energyFeeMinor + d.serviceFeeMinor + d.otherFeeMinor })),
)

t.test('a bill without details is zero', async t => {
  t.same(Object.values(billTotals([])), [0, 0, 0, 0, 0, 0, 0])
})

t.test('a bill is the sum of its details, column by column and across', async t => {
  fc.assert(
    fc.property(details, list => {
      const bill = billTotals(list)
      t.equal(bill.totalMinor, bill.energyFeeMinor + bill.serviceFeeMinor + bill.otherFeeMinor)
      for (const column of Object.keys(bill) as (keyof typeof bill)[]) {
        t.equal(
          bill[column],
          list.reduce((total, detail) => total + detail[column], 0),
        )
      }
    }),
    { numRuns: 30 },
  )
})
