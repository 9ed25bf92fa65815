import type { EpochMs } from '../../../protocol/units.ts'
import type { TariffDefinition } from '../tariff/tariff.ts'
import { rateByElements, rateExpired } from './by-elements.ts'
import { type Rated, round } from './charge.ts'
import type { Ratio } from './ratio.ts'
import { rateTimeOfUse } from './time-of-use.ts'

export type { LineDimension, Rated, RatedLine, RatedWindow } from './charge.ts'

/** Integer ticks from the origin, half-open. */
export interface Interval {
  from: number
  to: number
}

/** Energy that flowed evenly between two instants, in integer ticks from the origin. */
export interface Segment extends Interval {
  energyWh: Ratio
  /** As measured meanwhile; where it is absent it follows from energy and time. */
  powerW?: number | null
  /** Sum over the phases in A, as measured meanwhile; where it is absent it is not known. */
  currentA?: number | null
}

export interface RateInput {
  tariff: TariffDefinition
  /** IANA name of the site's zone, in whose local time the windows are meant. */
  timeZone: string
  originMs: EpochMs
  /** 1 where ticks are milliseconds; more where events fall between milliseconds (replay). */
  ticksPerMs: number
  /** In any order. For a tariff of version 2 they must not overlap. */
  segments: readonly Segment[]
  /** From the session's start to the end of its charging; without it from the first segment to the last. */
  session?: Interval | undefined
  /** When the car was plugged in but not charging, by the driver's doing; after the session's end too. In any order. */
  parking?: readonly Interval[] | undefined
  /** From the call to the start of the session. */
  reservation?: Interval | null | undefined
}

/**
 * What a session costs. Energy over the edge of a window is split by time, exactly; energy of no duration falls wholly
 * into the window at its instant. Rounded once, half up, at the total (`round` in charge.ts).
 * Throws a RangeError for ticks that are not integers, for a segment or interval that ends before it begins, and, with a
 * tariff of version 2, for segments that overlap.
 */
export function rateSegments(input: RateInput): Rated {
  const { tariff } = input
  if (tariff.version === 1) return rateTimeOfUse(tariff, input)
  return rateByElements(tariff, input)
}

/**
 * What a reservation costs that expired without a session. Limits of a session's price do not bound it; a tariff of
 * version 1 prices none. Throws a RangeError as `rateSegments` does.
 */
export function rateNoShow({ tariff, reservation, ...where }: NoShowInput): Rated {
  return tariff.version === 1 ? round([], []) : rateExpired(tariff, where, reservation)
}

export interface NoShowInput extends Pick<RateInput, 'tariff' | 'timeZone' | 'originMs' | 'ticksPerMs'> {
  reservation: Interval
}
