import type { Policy } from './policy.ts'
import type { Car } from './yard.ts'

/** Numbers of one mode are compared as integers: F9 before F10. */
export const byNumber = (a: Car, b: Car): number => a.number - b.number

/** Who of a mode is called first. Later dispatch modes and priority classes get their order here and nowhere else. */
export function callingOrder(policy: Policy): (a: Car, b: Car) => number {
  switch (policy.dispatch) {
    case 'normal':
    case 'single':
    case 'batch':
      return byNumber
  }
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
