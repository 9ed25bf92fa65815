/**
 * Boxes of whole-number ranges, and whether some of them together leave a part of another uncovered. The dimensions of a
 * tariff are the minute of the day, the weekday, the date, and the ranks of the bounds on energy, power, current and time.
 */

/** Half-open; a box has one per dimension, in the same order as all others. */
export type Range = readonly [from: number, to: number]
export type Box = readonly Range[]

/**
 * The first part of `whole` that no box covers; null when they cover all. A part about which `mostSteps` cuts are not
 * enough to find out is told as well. `real` tells which parts can occur at all; it is asked about whole parts.
 */
export function uncovered(
  whole: Box,
  boxes: readonly Box[],
  real: (part: Box) => boolean = () => true,
  mostSteps = 100_000,
): Box | null {
  let steps = 0
  const search = (part: Box, candidates: readonly Box[]): Box | null => {
    if (++steps > mostSteps) return part
    const touching = candidates.filter(box =>
      box.every(([from, to], axis) => from < part[axis]![1] && to > part[axis]![0]),
    )
    const first = touching[0]
    if (first === undefined) return real(part) ? part : null
    if (touching.some(box => box.every(([from, to], axis) => from <= part[axis]![0] && to >= part[axis]![1])))
      return null
    // what sticks out of the first box, one axis after the other
    const rest = [...part]
    for (const [axis, [from, to]] of first.entries()) {
      const [start, end] = rest[axis]!
      for (const range of [
        [start, from],
        [to, end],
      ] as const) {
        if (range[0] >= range[1]) continue
        const found = search(rest.with(axis, range), touching.slice(1))
        if (found !== null) return found
      }
      rest[axis] = [Math.max(start, from), Math.min(end, to)]
    }
    return null
  }
  return search(whole, boxes)
}
