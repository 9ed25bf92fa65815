/** How far estimates were off, in the unit of the errors; all null for none. */
export interface EstimateErrors {
  count: number
  /** Of the absolute errors: half of them are at most this. */
  median: number | null
  /** Nearest rank: 95 of 100 are at most this. */
  p95: number | null
  /** Mean of the signed errors: positive where charging began later than was said. */
  bias: number | null
}

/** Figures of estimates' errors, positive for what came later than was said. */
export function estimateErrors(errors: readonly number[]): EstimateErrors {
  const count = errors.length
  if (count === 0) return { count, median: null, p95: null, bias: null }
  const sizes = errors.map(Math.abs).sort((a, b) => a - b)
  const rank = (share: number): number => sizes[Math.max(0, Math.ceil(share * count) - 1)]!
  return { count, median: rank(0.5), p95: rank(0.95), bias: errors.reduce((sum, error) => sum + error, 0) / count }
}
