import { MINUTES_PER_DAY } from '../../../protocol/tariff.ts'
import type { EpochMs } from '../../../protocol/units.ts'
import type { TariffWindow, TimeOfUseTariff } from './tariff.ts'
import { offsetAt } from './zone.ts'

const MINUTE_MS = 60_000
const DAY_MS = MINUTES_PER_DAY * MINUTE_MS

/** A stretch of time with one price; outside of all windows `window` is null. */
export interface WindowPiece {
  from: EpochMs
  to: EpochMs
  window: TariffWindow | null
}

/** A local day as a table: from this millisecond of the day on, this window. Starts at 0, neighbours differ. */
type DayTable = { fromMs: number; window: TariffWindow | null }[]

const tables = new WeakMap<TimeOfUseTariff, DayTable>()

const covers = ({ fromMinute, toMinute }: TariffWindow, minute: number): boolean =>
  fromMinute < toMinute ? minute >= fromMinute && minute < toMinute : minute >= fromMinute || minute < toMinute

function dayTable(tariff: TimeOfUseTariff): DayTable {
  const known = tables.get(tariff)
  if (known !== undefined) return known
  const edges = new Set([
    0,
    ...tariff.windows.flatMap(window => [window.fromMinute, window.toMinute % MINUTES_PER_DAY]),
  ])
  const table: DayTable = []
  for (const minute of [...edges].sort((a, b) => a - b)) {
    const window = tariff.windows.find(candidate => covers(candidate, minute)) ?? null
    if (table.at(-1)?.window !== window) table.push({ fromMs: minute * MINUTE_MS, window })
  }
  tables.set(tariff, table)
  return table
}

/**
 * Cuts a time range at the edges of a tariff's windows, in the local time of an IANA zone. The pieces follow each other
 * without gap from `fromMs` to `toMs` and neighbours differ in window; a range of no length is one piece of no length.
 * What counts is what the clock on the wall shows: an hour that is skipped costs nothing, one that comes twice is
 * priced twice. The definition must not be altered afterwards: its table is remembered.
 * Throws a RangeError when the range is reversed or not in whole milliseconds, or when the zone is unknown.
 */
export function cutAtWindows(tariff: TimeOfUseTariff, timeZone: string, fromMs: EpochMs, toMs: EpochMs): WindowPiece[] {
  if (!Number.isSafeInteger(fromMs) || !Number.isSafeInteger(toMs) || toMs < fromMs) {
    throw new RangeError(`not a range of whole milliseconds: ${fromMs}..${toMs}`)
  }
  const table = dayTable(tariff)
  const pieces: WindowPiece[] = []
  let at = fromMs
  do {
    const { until, offsetMs } = offsetAt(timeZone, at)
    const ofDay = modulo(at + offsetMs, DAY_MS)
    const index = table.findLastIndex(row => row.fromMs <= ofDay)
    const edge = at + (table[index + 1]?.fromMs ?? DAY_MS) - ofDay
    const to = Math.min(edge, until, toMs)
    const window = table[index]?.window ?? null
    const last = pieces.at(-1)
    // the same window goes on over midnight or over a change of the clocks
    if (last !== undefined && last.window === window) last.to = to
    else pieces.push({ from: at, to, window })
    at = to
  } while (at < toMs)
  return pieces
}

const modulo = (value: number, divisor: number): number => ((value % divisor) + divisor) % divisor
