import fc from 'fast-check'
import t from 'tap'
import { leastTotal, type Room } from '../../../central/core/dispatch/matching.ts'

/** Powers that divide 42: times of energies that are multiples of 42 are whole ticks. */
const room = fc.record({
  powerW: fc.constantFrom(1, 2, 3, 6, 7, 14),
  energy: fc.integer({ min: 0, max: 9 }).map(times => times * 42),
  measured: fc.integer({ min: 0, max: 60 }),
  places: fc.integer({ min: 0, max: 4 }),
})
const energies = (most: number) =>
  fc.array(
    fc.integer({ min: 0, max: 9 }).map(times => times * 42),
    { maxLength: most },
  )

/** The sum of completion times of an assignment, those that need least first at each pile. */
function totalOf(needs: readonly number[], rooms: readonly Room[], pileOf: ArrayLike<number>): number {
  let total = 0
  for (const [index, { powerW, energy, measured }] of rooms.entries()) {
    let load = energy
    const here = needs.filter((_, car) => pileOf[car] === index).sort((a, b) => a - b)
    for (const needed of here) {
      load += needed
      total += measured + load / powerW
    }
  }
  return total
}

const placesOf = (rooms: readonly Room[]): number => rooms.reduce((sum, { places }) => sum + places, 0)

/** The least total over all ways to spread the cars over the places. */
function bruteForce(needs: readonly number[], rooms: readonly Room[]): number {
  const taken = rooms.map(() => 0)
  const pileOf: number[] = []
  const spread = (car: number): number => {
    if (car === needs.length) return totalOf(needs, rooms, pileOf)
    let least = Number.POSITIVE_INFINITY
    for (const [index, { places }] of rooms.entries()) {
      if (taken[index]! >= places) continue
      taken[index]!++
      pileOf[car] = index
      least = Math.min(least, spread(car + 1))
      taken[index]!--
    }
    return least
  }
  return spread(0)
}

/** The textbook assignment method on the whole matrix of cars and places (k-th from the end, pile), in O(n^3). */
function hungarian(needs: readonly number[], rooms: readonly Room[]): number {
  const columns = rooms.flatMap(each =>
    Array.from({ length: Math.min(each.places, needs.length) }, (_, k) => ({ ...each, k: k + 1 })),
  )
  const cost = (row: number, column: number): number => {
    const { powerW, energy, measured, k } = columns[column - 1]!
    return measured + energy / powerW + (k * needs[row - 1]!) / powerW
  }
  const u = new Array<number>(needs.length + 1).fill(0)
  const v = new Array<number>(columns.length + 1).fill(0)
  const rowAt = new Array<number>(columns.length + 1).fill(0)
  for (let row = 1; row <= needs.length; row++) {
    rowAt[0] = row
    let at = 0
    const least = new Array<number>(columns.length + 1).fill(Number.POSITIVE_INFINITY)
    const from = new Array<number>(columns.length + 1).fill(0)
    const used = new Set<number>()
    do {
      used.add(at)
      let delta = Number.POSITIVE_INFINITY
      let next = 0
      for (let column = 1; column <= columns.length; column++) {
        if (used.has(column)) continue
        const reduced = cost(rowAt[at]!, column) - u[rowAt[at]!]! - v[column]!
        if (reduced < least[column]!) {
          least[column] = reduced
          from[column] = at
        }
        if (least[column]! < delta) {
          delta = least[column]!
          next = column
        }
      }
      for (let column = 0; column <= columns.length; column++) {
        if (used.has(column)) {
          u[rowAt[column]!]! += delta
          v[column]! -= delta
        } else {
          least[column]! -= delta
        }
      }
      at = next
    } while (rowAt[at] !== 0)
    while (at !== 0) {
      rowAt[at] = rowAt[from[at]!]!
      at = from[at]!
    }
  }
  let total = 0
  for (let column = 1; column <= columns.length; column++)
    if (rowAt[column] !== 0) total += cost(rowAt[column]!, column)
  return total
}

t.test('the total is exactly the least over all ways to spread the cars', async t => {
  fc.assert(
    fc.property(energies(6), fc.array(room, { minLength: 1, maxLength: 3 }), (all, rooms) => {
      const needs = all.slice(0, placesOf(rooms))
      const pileOf = leastTotal(needs, rooms)
      const counts = rooms.every(({ places }, index) => pileOf.filter(pile => pile === index).length <= places)
      return counts && totalOf(needs, rooms, pileOf) === bruteForce(needs, rooms)
    }),
    { numRuns: 5000 },
  )
  t.pass('on 5000 random sites')
})

t.test('and exactly that of the textbook assignment method where there are too many ways', async t => {
  fc.assert(
    fc.property(energies(24), fc.array(room, { minLength: 1, maxLength: 9 }), (all, rooms) => {
      const needs = all.slice(0, placesOf(rooms))
      return totalOf(needs, rooms, leastTotal(needs, rooms)) === hungarian(needs, rooms)
    }),
    { numRuns: 1000 },
  )
  t.pass('on 1000 random sites')
})

t.test('where times are no whole numbers it is the least but for rounding', async t => {
  const any = fc.record({
    powerW: fc.integer({ min: 1_000, max: 350_000 }),
    energy: fc.nat({ max: 1e12 }),
    measured: fc.double({ min: 0, max: 1e7, noNaN: true }),
    places: fc.integer({ min: 1, max: 5 }),
  })
  const needs = fc.array(fc.double({ min: 0, max: 3e11, noNaN: true }), { maxLength: 20 })
  fc.assert(
    fc.property(needs, fc.array(any, { minLength: 4, maxLength: 40 }), (all, rooms) => {
      const some = all.slice(0, placesOf(rooms))
      const least = hungarian(some, rooms)
      return Math.abs(totalOf(some, rooms, leastTotal(some, rooms)) - least) <= least * 1e-12
    }),
    { numRuns: 300 },
  )
  t.pass('on 300 random sites with powers of the field')
})

t.test('equal sums are equal also where quotients are not', async t => {
  // 3 x 0.1 is not 0.3: with quotients the second pile would look better than the first
  const pile = (energy: number): Room => ({ powerW: 10, energy, measured: 0, places: 3 })
  t.same([...leastTotal([3], [pile(0), pile(0)])], [0])
  t.same([...leastTotal([1, 1, 1], [pile(2), pile(2), pile(2)])], [0, 1, 2])
})

t.test('nobody to place, and nowhere to place', async t => {
  t.same([...leastTotal([], [])], [])
  t.throws(() => leastTotal([1], []), RangeError)
  t.throws(() => leastTotal([1, 1], [{ powerW: 1, energy: 0, measured: 0, places: 1 }]), RangeError)
})
