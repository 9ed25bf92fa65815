/** One thing to measure: `prepare` makes a fresh input each time and is not counted. */
export interface Case<T> {
  name: string
  prepare: () => T
  run: (input: T) => void
  /** What else to print of it, after a run. */
  note?: (input: T) => string
}

export interface Row {
  name: string
  medianMs: number
  /** The slowest of 20 runs, nearest rank. */
  p95Ms: number
  /** Against the first case, which is the baseline. */
  ratio: number
  note: string
}

/** One table of a bench. */
export interface Report {
  title: string
  rows: Row[]
}

/**
 * Runs the cases by turns, so that whatever else the machine does falls on all of them, after a few rounds that let the
 * compiler finish. Ratios within one run say more than milliseconds, which depend on the machine.
 */
export function measure<T>(cases: readonly Case<T>[], rounds: number): Row[] {
  const times = cases.map((): number[] => [])
  const notes: string[] = []
  for (let round = -Math.ceil(rounds / 5); round < rounds; round++) {
    for (const [index, { prepare, run, note }] of cases.entries()) {
      const input = prepare()
      const began = performance.now()
      run(input)
      const ms = performance.now() - began
      if (round >= 0) times[index]!.push(ms)
      notes[index] = note?.(input) ?? ''
    }
  }
  const baseline = quantile(times[0]!, 0.5)
  return cases.map(({ name }, index) => {
    const medianMs = quantile(times[index]!, 0.5)
    return { name, medianMs, p95Ms: quantile(times[index]!, 0.95), ratio: medianMs / baseline, note: notes[index]! }
  })
}

/** Nearest rank. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!
}

export function printTable({ title, rows }: Report): void {
  const head = ['case', 'median ms', 'p95 ms', 'ratio', '']
  const body = rows.map(({ name, medianMs, p95Ms, ratio, note }) => [
    name,
    medianMs.toFixed(2),
    p95Ms.toFixed(2),
    ratio.toFixed(2),
    note,
  ])
  const widths = head.map((_, column) => Math.max(...[head, ...body].map(line => line[column]!.length)))
  console.log(title)
  for (const line of [head, ...body]) {
    const cells = line.map((cell, column) =>
      column === 0 || column === 4 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
    )
    console.log(`  ${cells.join('  ').trimEnd()}`)
  }
}
