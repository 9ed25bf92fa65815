import type { EpochMs } from '../../protocol/units.ts'
import { offsetAt } from '../core/tariff/zone.ts'

/** `2026-06-01 08:00:00`, the clock on the wall: a spreadsheet takes it for a time. */
export const localTime = (at: EpochMs, timeZone: string): string =>
  new Date(at + offsetAt(timeZone, at).offsetMs).toISOString().slice(0, 19).replace('T', ' ')

/** `+08:00`, which tells apart the two times of an hour that comes twice. */
export function utcOffset(at: EpochMs, timeZone: string): string {
  const { offsetMs } = offsetAt(timeZone, at)
  const minutes = Math.round(Math.abs(offsetMs) / 60_000)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${offsetMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}
