import type { EpochMs } from '../../protocol/units.ts'

const STAMP =
  /^\s*(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*(?:([Zz])|([+-])(\d{2}):?(\d{2})?)?\s*$/

/**
 * Reads a charger's time stamp: RFC 3339, any number of decimals, offsets `+02:00`, `+0200` and `+02`, a blank for
 * the `T`; without a zone it is UTC (quirk 34). Absent when it is no time, or before 1970, which no charger
 * means: never a guess.
 */
export function parseTime(text: unknown): EpochMs | undefined {
  if (typeof text !== 'string' || text.length > 64) return undefined
  const match = STAMP.exec(text)
  if (!match) return undefined
  const [year, month, day, hour, minute] = match.slice(1, 6).map(Number) as [number, number, number, number, number]
  const second = Number(match[6] ?? 0)
  const ms = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'))
  if (month < 1 || month > 12 || day < 1 || hour > 24 || minute > 59 || second > 60) return undefined
  const at = Date.UTC(year, month - 1, day, hour, minute, second, ms)
  if (new Date(Date.UTC(year, month - 1, day)).getUTCDate() !== day) return undefined
  const offset = match[9] ? (Number(match[10]) * 60 + Number(match[11] ?? 0)) * 60_000 : 0
  const instant = match[9] === '-' ? at + offset : at - offset
  return instant >= 0 ? instant : undefined
}
