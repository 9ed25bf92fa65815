import { rfc3339, wattHours } from '../../../protocol/units.ts'
import type { FairnessGroup } from '../../core/dispatch/fairness.ts'
import type { OperationsReport } from '../../use-cases/site/operations.ts'
import type { Column } from '../csv.ts'

const seconds = (minutes: number): number => Math.round(minutes * 60)
const wholeOrNull = (value: number | null): number | null => (value === null ? null : Math.round(value))
const share = (value: number): number => Math.round(value * 10_000) / 10_000

const groupOf = ({ requests, waits, refused, refusedFor }: FairnessGroup) => ({
  requests,
  waits: {
    count: waits.count,
    meanSeconds: seconds(waits.mean),
    p95Seconds: seconds(waits.p95),
    longestSeconds: seconds(waits.longest),
  },
  refused,
  refusedFor,
})

/** The report as it goes out: whole seconds and Wh. */
export const operationsOf = ({ siteId, from, to, fairness, walkUps, noShows, estimates, piles }: OperationsReport) => ({
  siteId,
  from: rfc3339(from),
  to: rfc3339(to),
  overall: groupOf(fairness.overall),
  byMode: { fast: groupOf(fairness.byMode.fast), trickle: groupOf(fairness.byMode.trickle) },
  byClass: fairness.byClass.map(({ priority, ...group }) => ({ priority, ...groupOf(group) })),
  byModeAndClass: fairness.byModeAndClass.map(({ mode, priority, ...group }) => ({
    mode,
    priority,
    ...groupOf(group),
  })),
  walkUps,
  noShows,
  estimates: {
    count: estimates.count,
    medianSeconds: wholeOrNull(estimates.median),
    p95Seconds: wholeOrNull(estimates.p95),
    biasSeconds: wholeOrNull(estimates.bias),
    within: estimates.within === null ? null : share(estimates.within),
  },
  totalCompletionSeconds: seconds(fairness.totalCompletion),
  lowerBoundSeconds: fairness.lowerBound === null ? null : seconds(fairness.lowerBound),
  piles: piles.map(pile => ({
    pileId: pile.id,
    mode: pile.mode,
    powerW: pile.powerW,
    sessions: pile.sessions,
    energyWh: wattHours(pile.energyMilliWh),
    chargingSeconds: Math.round(pile.chargingMs / 1000),
    utilisation: share(pile.utilisation),
  })),
})

export type Operations = ReturnType<typeof operationsOf>

/** One figure of the report, for a spreadsheet. */
interface Figure {
  about: 'site' | 'mode' | 'class' | 'mode-and-class' | 'estimates' | 'pile'
  mode?: string
  priority?: number
  pileId?: string
  figure: string
  value: number | null
}

export const OPERATIONS_COLUMNS: Column<Figure>[] = [
  { en: 'about', zh: '类别', of: row => row.about },
  { en: 'mode', zh: '模式', of: row => row.mode ?? null },
  { en: 'priority', zh: '优先级', of: row => row.priority ?? null },
  { en: 'pileId', zh: '充电桩', of: row => row.pileId ?? null },
  { en: 'figure', zh: '指标', of: row => row.figure },
  { en: 'value', zh: '数值', of: row => row.value },
]

/** The same figures one below the other. */
export function figuresOf(report: Operations): Figure[] {
  const of = (about: Omit<Figure, 'figure' | 'value'>, values: object): Figure[] =>
    Object.entries(values)
      .filter(([, value]) => value === null || typeof value === 'number')
      .map(([figure, value]) => ({ ...about, figure, value }))
  const group = (about: Omit<Figure, 'figure' | 'value'>, { waits, refusedFor, ...rest }: Operations['overall']) => [
    ...of(about, { ...rest, ...waits }),
    ...of(
      about,
      Object.fromEntries(Object.entries(refusedFor).map(([reason, count]) => [`refused: ${reason}`, count])),
    ),
  ]
  return [
    ...group({ about: 'site' }, report.overall),
    ...of({ about: 'site' }, { walkUps: report.walkUps, lostPlaces: report.noShows.lostPlaces }),
    ...of({ about: 'site' }, { noShows: report.noShows.requests }),
    ...of(
      { about: 'site' },
      { totalCompletionSeconds: report.totalCompletionSeconds, lowerBoundSeconds: report.lowerBoundSeconds },
    ),
    ...(['fast', 'trickle'] as const).flatMap(mode => group({ about: 'mode', mode }, report.byMode[mode])),
    ...report.byClass.flatMap(({ priority, ...rest }) => group({ about: 'class', priority }, rest)),
    ...report.byModeAndClass.flatMap(({ mode, priority, ...rest }) =>
      group({ about: 'mode-and-class', mode, priority }, rest),
    ),
    ...of({ about: 'estimates' }, report.estimates),
    ...report.piles.flatMap(({ pileId, mode, ...rest }) => of({ about: 'pile', mode, pileId }, rest)),
  ]
}
