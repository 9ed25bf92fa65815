import { differenceOf, type Side } from '../central/core/replay/compare.ts'
import type { GroupMetrics } from '../central/core/replay/metrics.ts'
import { columns } from './columns.ts'

type Row = [label: string, of: (side: Side) => number | string | null]

const MODES = [
  ['fast', 'F'],
  ['trickle', 'T'],
] as const

const REFUSALS: Record<string, string> = {
  'waiting-area-full': '  waiting area full',
  'no-pile-of-mode': '  no pile of the mode',
}

/**
 * Days side by side, with the difference between the last two: waits by mode (and class, where there are several), who
 * was turned away, income, energy, end.
 */
export function toComparison(sides: Side[]): string {
  const [from, to] = sides.slice(-2) as [Side, Side]
  const body = rowsOf(sides).map(([label, of]) => {
    const values = sides.map(of)
    return [label, ...values.map(shown), difference(label, from, to, of)]
  })
  return `${columns(['', ...sides.map(({ name }) => name), 'difference'], body, new Set(sides.map((_, i) => i + 1).concat(sides.length + 1)))}\n`
}

function rowsOf(sides: Side[]): Row[] {
  const waits = (label: string, of: (group: GroupMetrics) => number): Row[] => [
    [label, ({ metrics }) => of(metrics)],
    ...modes.map(([name, mode]): Row => [`  ${name}`, ({ metrics }) => of(metrics.byMode[mode])]),
    ...classes.map(
      (priority): Row => [
        `  class ${priority}`,
        ({ metrics }) => {
          const group = metrics.byClass.find(each => each.priority === priority)
          return group === undefined ? null : of(group)
        },
      ],
    ),
  ]
  const asked = ({ requests, refused }: GroupMetrics): boolean => requests + refused > 0
  const seen = MODES.filter(([, mode]) => sides.some(({ metrics }) => asked(metrics.byMode[mode])))
  const modes = seen.length > 1 ? seen : []
  const several = sides.some(({ metrics }) => metrics.byClass.length > 1)
  const present = sides.flatMap(({ metrics }) => metrics.byClass.map(({ priority }) => priority))
  const classes = several ? [...new Set(present)].sort((a, b) => b - a) : []
  const reasons = [...new Set(sides.flatMap(({ metrics }) => Object.keys(metrics.refusedFor)))].sort()
  return [
    ...waits('wait, mean min', group => group.meanWaitMin),
    ...waits('wait, P95 min', group => group.p95WaitMin),
    ...waits('wait, longest min', group => group.maxWaitMin),
    ...waits('came to charge', group => group.charged),
    ...waits('turned away', group => group.refused),
    ...reasons.map((reason): Row => [REFUSALS[reason] ?? `  ${reason}`, each => each.metrics.refusedFor[reason] ?? 0]),
    ['income', ({ metrics }) => metrics.income],
    ['energy, kWh', ({ metrics }) => metrics.energyKWh],
    ['until done, sum min', ({ metrics }) => metrics.totalCompletionMin],
    ['  least possible', ({ metrics }) => metrics.lowerBoundMin],
    ['end', ({ end }) => end],
  ]
}

const shown = (value: number | string | null): string => (value === null ? '-' : String(value))

function difference(label: string, from: Side, to: Side, of: Row[1]): string {
  if (label === 'end') return `${signed(differenceOf(from, to).endMin)} min`
  const [a, b] = [of(from), of(to)]
  if (a === null || b === null) return ''
  const less = Math.round((Number(b) - Number(a)) * 1000) / 1000
  return typeof a === 'string' ? signed(less, less.toFixed(2)) : signed(less)
}

const signed = (value: number, text = String(value)): string => (value > 0 ? `+${text}` : text)
