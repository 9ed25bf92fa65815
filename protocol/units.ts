/**
 * Units, spelled in the names of values everywhere: `energyWh`, `powerW`, `amountMinor`, `startedAt`.
 *
 * Registers are integers of a thousandth of a watt-hour, because chargers send decimals of a kilowatt-hour and money is
 * counted from differences of registers: no float may ever touch a bill (docs/adr/0003).
 */

/** An instant: integer milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number

/** Energy or a meter register in integer mWh (1/1000 Wh). Safe to 9 * 10^15, nine thousand gigawatt-hours. */
export type MilliWh = number

export const MILLI_WH_PER_WH = 1000
export const MILLI_WH_PER_KWH = 1_000_000
export const MS_PER_HOUR = 3_600_000

/** An amount in the minor unit of its currency (fen, cent): what is printed on a bill and sent over REST. */
export interface Money {
  amount: number
  currency: string
}

/** Wh, half up, for people and for REST; money is never computed from it. */
export const wattHours = (milliWh: MilliWh): number => Math.round(milliWh / MILLI_WH_PER_WH)

/** RFC 3339 in UTC with `Z` and three decimals, the one spelling of an instant that leaves the system. */
export const rfc3339 = (at: EpochMs): string => new Date(at).toISOString()
