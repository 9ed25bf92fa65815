/** A pile as the matching sees it. Energies in W x tick. */
export interface Room {
  powerW: number
  /** What those already there still need at this power; the cars added come behind them. */
  energy: number
  /** Ticks of those already there who charge at a power of their own. */
  measured: number
  /** How many cars may be added. */
  places: number
  /** Ticks until nobody may charge there any more; only decides who gets which of places that cost the same. */
  closesIn?: number
}

/**
 * Adds cars to piles so that the sum of their completion times is the least there is: the index of the pile of each car.
 *
 * A car that is k-th from the end of those added to a pile keeps k cars busy for its own time, itself included: it costs
 * k x energy / power, and what is busy there once. So this is a minimum-cost bipartite matching of cars and places (k-th
 * from the end, pile), solved exactly by shortest augmenting paths: the best matching of one more car takes the places of
 * the best one before and one other (Kuhn 1955, Tomizawa 1971). Costs being a factor of the car times one of the place, the
 * best matching of a set of places is known: more energy, smaller factor. With cars taken from the greatest energy on, a
 * new place moves everybody behind it by one place, and the path's length is one term of a running sum. Of a pile's free
 * places only the lowest k can be best. n cars and m piles take n x (n + m log n) steps.
 *
 * Equally short paths: the pile that comes first. A RangeError for more cars than places.
 */
export function leastTotal(energies: readonly number[], rooms: readonly Room[]): Int32Array {
  const cars = Array.from(energies.keys()).sort((a, b) => energies[b]! - energies[a]!)
  const { perWatt, ticks } = scale(energies, rooms)
  const free = rooms.map(({ powerW, energy, measured, places }, pile) => ({
    pile,
    places,
    taken: 0,
    /** What one more k multiplies the energy of a car with. */
    step: perWatt(powerW),
    busy: measured * ticks + energy * perWatt(powerW),
  }))
  /** The places taken, by factor: the n-th has the car with the n-th greatest energy. */
  const factors: number[] = []
  const piles: number[] = []
  /** What it costs to move everybody from a place on one place further. */
  const moving = new Float64Array(cars.length + 1)
  for (let count = 0; count < cars.length; count++) {
    moving[count] = 0
    for (let index = count - 1; index >= 0; index--)
      moving[index] = moving[index + 1]! + factors[index]! * (energies[cars[index + 1]!]! - energies[cars[index]!]!)
    let best: (typeof free)[number] | undefined
    let least = Number.POSITIVE_INFINITY
    let at = 0
    for (const room of free) {
      if (room.taken >= room.places) continue
      const factor = room.step * (room.taken + 1)
      const index = firstAbove(factors, factor)
      const cost = room.busy + factor * energies[cars[index]!]! + moving[index]!
      if (cost >= least) continue
      least = cost
      best = room
      at = index
    }
    if (best === undefined) throw new RangeError(`${cars.length} cars for ${count} places`)
    const factor = best.step * ++best.taken
    // the place of a pile that closes sooner gets less energy
    while (factors[at - 1] === factor && closesIn(rooms[piles[at - 1]!]!) < closesIn(rooms[best.pile]!)) at--
    factors.splice(at, 0, factor)
    piles.splice(at, 0, best.pile)
  }
  const pileOf = new Int32Array(cars.length)
  for (const [index, car] of cars.entries()) pileOf[car] = piles[index]!
  return pileOf
}

const closesIn = (room: Room): number => room.closesIn ?? Number.POSITIVE_INFINITY

/**
 * Factors of places as integers where all sums stay exact integers then, so that equal costs compare as equal; otherwise
 * plain quotients, a millionth of a tick wrong at worst.
 */
function scale(
  energies: readonly number[],
  rooms: readonly Room[],
): { perWatt: (powerW: number) => number; ticks: number } {
  const multiple = rooms.reduce(
    (all, { powerW }) => (Number.isSafeInteger(all) ? (all / gcd(all, powerW)) * powerW : Number.POSITIVE_INFINITY),
    1,
  )
  const total = energies.reduce((sum, energy) => sum + energy, 0)
  const most = rooms.reduce(
    (sum, { powerW, energy, measured }) => sum + measured + ((energy + total) / powerW) * energies.length,
    0,
  )
  const exact = multiple * most <= Number.MAX_SAFE_INTEGER
  return exact ? { perWatt: powerW => multiple / powerW, ticks: multiple } : { perWatt: powerW => 1 / powerW, ticks: 1 }
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))

function firstAbove(ascending: readonly number[], value: number): number {
  let [low, high] = [0, ascending.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (ascending[middle]! <= value) low = middle + 1
    else high = middle
  }
  return low
}
