import type { Car, Yard } from './yard.ts'

/** Numbers of one mode are compared as integers: F9 before F10. */
export const byNumber = (a: Car, b: Car): number => a.number - b.number

/** Higher classes first, within a class by number. */
export const byClass = (a: Car, b: Car): number => b.priority - a.priority || byNumber(a, b)

/** Has it waited longer than `maxWait`, so that it outranks every priority class? */
export const isAged = ({ policy, now, minute }: Yard, { numberedAt }: Car): boolean =>
  policy.maxWait !== null && now - numberedAt > policy.maxWait * minute

/**
 * Who of a mode is called first (domain.md section 4): those that have waited too long by number, then the higher class,
 * then the lower number. The one place that says so; valid for the yard's present tick. Fault queues go by number alone.
 */
export function callingOrder(yard: Yard): (a: Car, b: Car) => number {
  if (yard.policy.maxWait === null) return byClass
  return (a, b) => {
    const aged = isAged(yard, a)
    if (aged !== isAged(yard, b)) return aged ? -1 : 1
    return aged ? byNumber(a, b) : byClass(a, b)
  }
}

/**
 * The same order drawn out of a list that stands in the order of classes, without a look at all of it. Within a class
 * numbers were given one after the other, so that those who have waited too long are the first ones of each class.
 */
export function* inCallingOrder(yard: Yard, list: readonly Car[]): Generator<Car, void> {
  const classes = yard.policy.maxWait === null ? [] : classesOf(list)
  for (;;) {
    let oldest: Class | undefined
    for (const each of classes) {
      if (each.next === each.end) continue
      const car = list[each.next]!
      if (!isAged(yard, car)) continue
      if (oldest === undefined || car.number < list[oldest.next]!.number) oldest = each
    }
    if (oldest === undefined) break
    yield list[oldest.next++]!
  }
  if (classes.length === 0) yield* list
  for (const { next, end } of classes) for (let index = next; index < end; index++) yield list[index]!
}

/** A class of a list in the order of classes: from `next` on nobody has been drawn yet, at `end` the next class begins. */
interface Class {
  next: number
  end: number
}

function classesOf(list: readonly Car[]): Class[] {
  const classes: Class[] = []
  for (let start = 0; start < list.length; start = classes.at(-1)!.end)
    classes.push({ next: start, end: endOfClass(list, start) })
  return classes
}

function endOfClass(list: readonly Car[], start: number): number {
  const { priority } = list[start]!
  let [low, high] = [start + 1, list.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (list[middle]!.priority === priority) low = middle + 1
    else high = middle
  }
  return low
}

const RUNS = /\d+|\D+/g
const DIGITS = /^\d/

/** Natural order of pile ids: runs of digits as integers, all else by code unit, so that F2 comes before F10. */
export function comparePileIds(a: string, b: string): number {
  const left = a.match(RUNS) ?? []
  const right = b.match(RUNS) ?? []
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const order = compareRuns(left[index]!, right[index]!)
    if (order !== 0) return order
  }
  return left.length - right.length || plain(a, b)
}

function compareRuns(a: string, b: string): number {
  if (!DIGITS.test(a) || !DIGITS.test(b)) return plain(a, b)
  return Number(a) - Number(b) || plain(a, b)
}

const plain = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)
