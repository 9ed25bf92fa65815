import type { FaultType } from '../../../protocol/charger/faults.ts'
import type { EpochMs } from '../../../protocol/units.ts'

/** A fault record, as far as statistics look at it. */
export interface FaultSpan {
  pileId: string
  type: FaultType
  /** Of the charge point when the record was opened; null where it is not known. */
  firmware: string | null
  openedAt: EpochMs
  /** null while it is not closed. */
  resolvedAt: EpochMs | null
  falseAlarm: boolean
}

/** How long a pile was there for drivers (available or occupied) in the period, and its firmware now. */
export interface Exposure {
  pileId: string
  firmware: string | null
  inServiceMs: number
}

/** Half-open. */
export interface Period {
  from: EpochMs
  to: EpochMs
}

export interface Reliability {
  /** Opened in the period, without false alarms. */
  count: number
  /** Of these, not resolved by its end. */
  open: number
  falseAlarms: number
  /** In the period; several records of one pile at the same time count once. */
  downtimeSeconds: number
  /** Mean time to repair: from opening to resolving, of those counted and resolved. */
  mttrSeconds: number | null
  /** Mean time between failures: time in service by the number of failures; null where there was neither. */
  mtbfSeconds: number | null
  /** Of those counted, such that follow a repair of the same pile and type within 30 days. */
  repeats: number
}

export const REPEAT_MS = 30 * 24 * 3_600_000

export const RELIABILITY_KEYS = ['pile', 'type', 'firmware'] as const
export type ReliabilityKey = (typeof RELIABILITY_KEYS)[number]

/**
 * How reliable a site is, as a whole and by pile, by type of fault or by firmware. `faults` are all records that touch the
 * period or were closed within 30 days before it; others do no harm. By type, every type is held against the time in
 * service of all piles; by firmware, each against that of the piles that run it now.
 */
export function reliability(
  faults: readonly FaultSpan[],
  exposures: readonly Exposure[],
  period: Period,
  by: ReliabilityKey,
): { all: Reliability; items: { key: string | null; figures: Reliability }[] } {
  const alike = Map.groupBy(faults, likeness)
  const marked = faults.map(fault => ({ ...fault, repeat: isRepeat(fault, alike.get(likeness(fault)) ?? []) }))
  const keyOf = (fault: FaultSpan): string | null =>
    by === 'pile' ? fault.pileId : by === 'type' ? fault.type : fault.firmware
  const exposed = (key: string | null): number =>
    sum(exposures.filter(one => by === 'type' || (by === 'pile' ? one.pileId : one.firmware) === key))
  const groups = Map.groupBy(
    marked.filter(fault => touches(fault, period)),
    keyOf,
  )
  return {
    all: figuresOf(marked, sum(exposures), period),
    items: [...groups].map(([key, group]) => ({ key, figures: figuresOf(group, exposed(key), period) })),
  }
}

function figuresOf(faults: readonly (FaultSpan & { repeat: boolean })[], inServiceMs: number, period: Period) {
  const opened = faults.filter(({ openedAt }) => openedAt >= period.from && openedAt < period.to)
  const counted = opened.filter(({ falseAlarm }) => !falseAlarm)
  const repairs = counted.flatMap(({ openedAt, resolvedAt }) =>
    resolvedAt === null || resolvedAt > period.to ? [] : [resolvedAt - openedAt],
  )
  const count = counted.length
  return {
    count,
    open: count - repairs.length,
    falseAlarms: opened.length - count,
    downtimeSeconds: seconds(downtimeMs(faults, period)),
    mttrSeconds: repairs.length === 0 ? null : seconds(repairs.reduce((total, ms) => total + ms, 0) / repairs.length),
    mtbfSeconds: count === 0 || inServiceMs === 0 ? null : seconds(inServiceMs / count),
    repeats: counted.filter(({ repeat }) => repeat).length,
  }
}

/** Time in which at least one record of a pile was open, over all piles. */
function downtimeMs(faults: readonly FaultSpan[], period: Period): number {
  let total = 0
  const real = faults.filter(fault => !fault.falseAlarm && touches(fault, period))
  for (const spans of Map.groupBy(real, ({ pileId }) => pileId).values()) {
    let covered = period.from
    for (const { openedAt, resolvedAt } of spans.toSorted((a, b) => a.openedAt - b.openedAt)) {
      const from = Math.max(openedAt, covered)
      const to = Math.min(resolvedAt ?? period.to, period.to)
      if (to <= from) continue
      total += to - from
      covered = to
    }
  }
  return total
}

const touches = ({ openedAt, resolvedAt }: FaultSpan, { from, to }: Period): boolean =>
  openedAt < to && (resolvedAt === null || resolvedAt >= from)

const likeness = ({ pileId, type }: FaultSpan): string => `${type} ${pileId}`

const isRepeat = (fault: FaultSpan, alike: readonly FaultSpan[]): boolean =>
  alike.some(
    ({ falseAlarm, resolvedAt }) =>
      !falseAlarm && resolvedAt !== null && resolvedAt <= fault.openedAt && fault.openedAt - resolvedAt <= REPEAT_MS,
  )

const sum = (exposures: readonly Exposure[]): number => exposures.reduce((total, one) => total + one.inServiceMs, 0)
const seconds = (ms: number): number => Math.round(ms / 1000)
