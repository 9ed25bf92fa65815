import fc from 'fast-check'
import t from 'tap'
import { gapsOf, overlapping, uncoveredBy, type Validity } from '../../central/core/tariff/timeline.ts'

/** Whether a version is in force at an instant, said once more in other words: begun, not ended, not followed. */
const covers = (versions: readonly Validity[], at: number): boolean => {
  const last = versions.filter(({ from }) => from <= at).sort((a, b) => b.from - a.from)[0]
  return last !== undefined && (last.to === null || at < last.to)
}

const validity = fc
  .record({ from: fc.integer({ min: 0, max: 20 }), length: fc.option(fc.integer({ min: 1, max: 10 })) })
  .map(({ from, length }): Validity => ({ from, to: length === null ? null : from + length }))
const timeline = fc
  .array(validity, { maxLength: 5 })
  .map(all => all.filter((one, index) => overlapping(one, all.slice(0, index)) === undefined))

t.test('an open end gives way to the next version; a stated one must not be cut short', async t => {
  const open = { from: 10, to: null }
  t.equal(overlapping({ from: 20, to: null }, [open]), undefined)
  t.equal(overlapping({ from: 5, to: 10 }, [open]), undefined)
  t.same(overlapping({ from: 10, to: 12 }, [open]), open)
  t.same(overlapping({ from: 5, to: 11 }, [open]), open)
  t.same(overlapping({ from: 15, to: null }, [{ from: 10, to: 20 }]), { from: 10, to: 20 })
})

t.test('gaps are exactly the instants after the first version at which none is in force', async t => {
  fc.assert(
    fc.property(timeline, fc.array(timeline, { maxLength: 2 }), fc.integer({ min: 0, max: 40 }), (own, others, at) => {
      const begun = own.some(({ from }) => from <= at)
      const isIn = (gaps: Validity[]) => gaps.some(({ from, to }) => from <= at && (to === null || at < to))
      t.equal(isIn(gapsOf(own)), begun && !covers(own, at))
      const covered = [own, ...others].some(versions => covers(versions, at))
      t.equal(isIn(uncoveredBy(gapsOf(own), others)), begun && !covered)
    }),
    { numRuns: 500 },
  )
})
