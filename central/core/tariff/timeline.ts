import type { EpochMs } from '../../../protocol/units.ts'

/** When a version is meant to be in force: from an instant until the next version begins, or until `to` where that is sooner. */
export interface Validity {
  from: EpochMs
  /** Null for an open end. */
  to: EpochMs | null
}

/**
 * The version on the same time line that makes a new one ambiguous: it begins at the same instant, or one of the two has
 * a stated end that the other begins before. An open end is no overlap: the next version ends it.
 */
export function overlapping<V extends Validity>(added: Validity, others: readonly V[]): V | undefined {
  const cuts = (longer: Validity, later: Validity): boolean =>
    longer.to !== null && longer.from < later.from && later.from < longer.to
  return others.find(other => other.from === added.from || cuts(other, added) || cuts(added, other))
}

/** Stretches after the first version in which none of them is in force; an end of null is for ever. */
export function gapsOf(versions: readonly Validity[]): Validity[] {
  const inOrder = [...versions].sort((a, b) => a.from - b.from)
  return inOrder.flatMap(({ to }, index) => {
    const next = inOrder[index + 1]
    return to !== null && (next === undefined || to < next.from) ? [{ from: to, to: next?.from ?? null }] : []
  })
}

/** What is left of a gap where the versions of other tariffs are in force, each as long as its own time line says. */
export function uncoveredBy(gaps: readonly Validity[], fallbacks: readonly (readonly Validity[])[]): Validity[] {
  let left = [...gaps]
  for (const versions of fallbacks) {
    const [first] = [...versions].sort((a, b) => a.from - b.from)
    if (first === undefined) continue
    const without = [{ from: Number.NEGATIVE_INFINITY, to: first.from }, ...gapsOf(versions)]
    left = left.flatMap(gap => without.flatMap(hole => common(gap, hole)))
  }
  return left
}

function common(a: Validity, b: Validity): Validity[] {
  const from = Math.max(a.from, b.from)
  const to = Math.min(a.to ?? Number.POSITIVE_INFINITY, b.to ?? Number.POSITIVE_INFINITY)
  return from < to ? [{ from, to: to === Number.POSITIVE_INFINITY ? null : to }] : []
}
