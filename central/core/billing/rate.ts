import { PRICE_SCALE } from '../../../protocol/tariff.ts'
import type { EpochMs } from '../../../protocol/units.ts'
import type { TariffDefinition } from '../tariff/tariff.ts'
import { cutAtWindows, type WindowPiece } from '../tariff/windows.ts'
import { apportion } from './apportion.ts'
import { add, isZero, mul, type Ratio, ratio, roundHalfUp, sum, ZERO } from './ratio.ts'

/** Energy that flowed evenly between two instants, in integer ticks from the origin. */
export interface Segment {
  from: number
  to: number
  energyWh: Ratio
}

export interface RateInput {
  tariff: TariffDefinition
  /** IANA name of the site's zone, in whose local time the windows are meant. */
  timeZone: string
  originMs: EpochMs
  /** 1 where ticks are milliseconds; more where events fall between milliseconds (replay). */
  ticksPerMs: number
  /** In any order. */
  segments: readonly Segment[]
}

/** What one window's stretch of a detail comes to. Instants are whole milliseconds, the fraction of finer ticks dropped. */
export interface RatedWindow {
  fromMs: EpochMs
  toMs: EpochMs
  /** The window's kind, `none` outside of all windows. */
  kind: string
  /** 1/10000 of the currency unit per kWh. */
  price: number
  energyWh: Ratio
  feeMinor: number
}

export interface Rated {
  energyWh: Ratio
  /** In order of time; stretches without energy are left out. */
  windows: RatedWindow[]
  energyFeeMinor: number
  serviceFeeMinor: number
  otherFeeMinor: number
  totalMinor: number
  /** The total before rounding. */
  exactTotalMinor: Ratio
}

/** Wh x price / this = minor units: 1000 Wh in a kWh, prices in 1/10000 of a unit of 100 minor units. */
const FEE_DIVISOR = BigInt((1000 * PRICE_SCALE) / 100)

const feeOf = (energyWh: Ratio, price: number): Ratio => mul(energyWh, { n: BigInt(price), d: FEE_DIVISOR })

/**
 * Prices energy by time of day. Energy over a window's edge is split by time, exactly; energy of no duration falls wholly
 * into the window at its instant. Rounded once, half up, at the total; energy, service and other fee are apportioned to
 * it by largest remainder (energy first among equals), and the windows' fees to the energy fee.
 * Throws a RangeError for ticks that are not integers and for a segment that ends before it begins.
 */
export function rateSegments({ tariff, timeZone, originMs, ticksPerMs, segments }: RateInput): Rated {
  const stretches = energyByWindow({ tariff, timeZone, originMs, ticksPerMs, segments })
  const energyWh = sum(stretches.map(stretch => stretch.energyWh))
  const windowFees = stretches.map(stretch => feeOf(stretch.energyWh, stretch.price))
  const parts = [sum(windowFees), feeOf(energyWh, tariff.service), ZERO]
  const exactTotalMinor = sum(parts)
  const total = roundHalfUp(exactTotalMinor)
  const [energyFee, serviceFee, otherFee] = apportion(total, parts) as [bigint, bigint, bigint]
  const shares = apportion(energyFee, windowFees)
  return {
    energyWh,
    windows: stretches.map((stretch, index) => ({ ...stretch, feeMinor: Number(shares[index]) })),
    energyFeeMinor: Number(energyFee),
    serviceFeeMinor: Number(serviceFee),
    otherFeeMinor: Number(otherFee),
    totalMinor: Number(total),
    exactTotalMinor,
  }
}

interface Stretch {
  from: number
  to: number
  energyWh: Ratio
}

function energyByWindow({
  tariff,
  timeZone,
  originMs,
  ticksPerMs,
  segments,
}: RateInput): Omit<RatedWindow, 'feeMinor'>[] {
  const sorted = segments.filter(segment => !isZero(segment.energyWh)).sort((a, b) => a.from - b.from)
  const first = sorted[0]
  if (first === undefined) return []
  let end = first.from
  for (const { from, to } of sorted) {
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || to < from) {
      throw new RangeError(`not a segment of whole ticks: ${from}..${to}`)
    }
    end = Math.max(end, to)
  }
  const toMs = (tick: number): EpochMs => originMs + Math.floor(tick / ticksPerMs)
  // one millisecond more, so that energy of no duration at the very end finds the window that begins there
  const pieces = cutAtWindows(tariff, timeZone, toMs(first.from), toMs(end) + 1)
  const tickOf = (ms: EpochMs): number => (ms - originMs) * ticksPerMs

  const stretches = new Map<WindowPiece, Stretch>()
  let start = 0
  for (const segment of sorted) {
    while (tickOf(pieces[start]!.to) <= segment.from) start++
    for (let index = start; ; index++) {
      const piece = pieces[index]!
      const from = Math.max(segment.from, tickOf(piece.from))
      const to = Math.min(segment.to, tickOf(piece.to))
      const whole = to - from === segment.to - segment.from
      const energyWh = whole ? segment.energyWh : mul(segment.energyWh, ratio(to - from, segment.to - segment.from))
      const known = stretches.get(piece)
      if (known === undefined) stretches.set(piece, { from, to, energyWh })
      else {
        known.to = Math.max(known.to, to)
        known.energyWh = add(known.energyWh, energyWh)
      }
      if (to === segment.to) break
    }
  }
  return [...stretches].map(([{ window }, { from, to, energyWh }]) => ({
    fromMs: toMs(from),
    toMs: toMs(to),
    kind: window?.kind ?? 'none',
    price: window?.price ?? 0,
    energyWh,
  }))
}
