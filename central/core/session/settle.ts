import { type EpochMs, MILLI_WH_PER_WH, type MilliWh } from '../../../protocol/units.ts'
import { apportion } from '../billing/apportion.ts'
import type { DetailFigures } from '../billing/bill.ts'
import { type Interval, type LineDimension, type Rated, rateNoShow, rateSegments } from '../billing/rate.ts'
import { mul, ratio } from '../billing/ratio.ts'
import type { TariffDefinition } from '../tariff/tariff.ts'
import { type Implausible, type RegisterReading, sessionEnergy } from './energy.ts'
import { settledLines } from './lines.ts'

/** A stretch of time; what ends at or before its beginning is none. */
export interface TimeSpan {
  from: EpochMs
  to: EpochMs
}

export interface SettleInput {
  session: {
    /** Trusted times; `endedAt` is the present instant for a session that still runs. */
    startedAt: EpochMs
    endedAt: EpochMs
    startRegisterMilliWh: MilliWh | null
    stopRegisterMilliWh: MilliWh | null
  }
  readings: readonly RegisterReading[]
  /** The version in force when the session started. */
  tariff: TariffDefinition
  timeZone: string
  pilePowerW: number | null
  /** Plugged in but not charging, by the driver's doing; may overlap, and lie after `endedAt`. */
  parking?: readonly TimeSpan[] | undefined
  /** The call or reservation that the session followed; it ends at the start of the session. */
  reservation?: TimeSpan | null | undefined
}

/** A window's line as it is stored with its detail (`billing_details.windows`). */
export interface SettledWindow {
  from: EpochMs
  to: EpochMs
  kind: string
  /** 1/10000 of the currency unit per kWh, excluding VAT. */
  price: number
  /** As metered. */
  energyMilliWh: MilliWh
  /** Including VAT. */
  feeMinor: number
}

/** What was billed at one price, as it is stored with its detail (`billing_details.lines`). */
export interface SettledLine {
  dimension: LineDimension
  /** The kind of the element, `service` for the service fee of a version 1 tariff. */
  kind: string
  /** 1/10000 of the currency unit per kWh, hour or session, excluding VAT; 0 for a limit. */
  price: number
  /** Percent; null where none applies. */
  vat: number | null
  /** As billed, rounded up to the step: mWh, ms, or 1. */
  quantity: number
  unit: 'mWh' | 'ms' | 'count'
  /** Including VAT; a limit's may be negative. */
  amountMinor: number
}

/** A session's complete detail. All fees and the total include VAT. */
export interface Settlement extends DetailFigures {
  startedAt: EpochMs
  endedAt: EpochMs
  currency: string
  /** Their energy adds up to the detail's, their fees to its energy fee. */
  windows: SettledWindow[]
  /** Their amounts add up to the total. */
  lines: SettledLine[]
  /** The VAT contained in the total. */
  vatMinor: number
  /** Held for review and not billed while this is not null; the figures are what the registers say. */
  reviewReason: Implausible | null
}

type Money = Omit<Rated, 'energyWh' | 'windows' | 'lines' | 'exactTotalMinor'> & { lines: SettledLine[] }

const NOTHING: Money = {
  lines: [],
  energyFeeMinor: 0,
  serviceFeeMinor: 0,
  otherFeeMinor: 0,
  totalMinor: 0,
  vatMinor: 0,
}

/**
 * What a session comes to, from its stored registers and tariff version alone: settling it again gives the same detail to
 * the unit. Below 1 Wh nothing is charged (nor a fee per session, time, reservation or minimum) and it is still a record.
 * Seconds are whole, the fraction dropped.
 */
export function settleSession(input: SettleInput): Settlement {
  const { session, readings, tariff, timeZone, pilePowerW } = input
  const { startedAt } = session
  const endedAt = Math.max(startedAt, session.endedAt)
  const { segments, energyMilliWh, plausibility } = sessionEnergy({ ...session, endedAt, readings, pilePowerW })
  const sinceStart = ({ from, to }: TimeSpan): Interval => ({ from: from - startedAt, to: to - startedAt })
  const parking = union(input.parking ?? [], startedAt)
  const rated = rateSegments({
    tariff,
    timeZone,
    originMs: startedAt,
    ticksPerMs: 1,
    segments,
    session: { from: 0, to: endedAt - startedAt },
    parking: parking.map(sinceStart),
    reservation: isSpan(input.reservation) ? sinceStart(input.reservation) : null,
  })
  const free = energyMilliWh < MILLI_WH_PER_WH
  const milli = ratio(MILLI_WH_PER_WH)
  const energies = apportion(
    BigInt(energyMilliWh),
    rated.windows.map(window => mul(window.energyWh, milli)),
  )
  const parkedMs = lengthOf(parking)
  const parkedBeforeEnd = lengthOf(parking.map(({ from, to }) => ({ from, to: Math.min(to, endedAt) })))
  return {
    startedAt,
    endedAt,
    energyMilliWh,
    chargingSeconds: wholeSeconds(endedAt - startedAt - parkedBeforeEnd),
    parkingSeconds: wholeSeconds(parkedMs),
    currency: tariff.currency,
    windows: rated.windows.map(({ fromMs, toMs, kind, price, feeMinor }, index) => ({
      from: fromMs,
      to: toMs,
      kind,
      price,
      energyMilliWh: Number(energies[index]),
      feeMinor: free ? 0 : feeMinor,
    })),
    ...(free ? NOTHING : moneyOf(rated)),
    reviewReason: plausibility.ok ? null : plausibility.reason,
  }
}

/** What a reservation comes to that expired without a session: a detail of no energy, from its beginning to its end. */
export function settleNoShow(input: { tariff: TariffDefinition; timeZone: string; reservation: TimeSpan }): Settlement {
  const { tariff, timeZone, reservation } = input
  const { from } = reservation
  const to = Math.max(from, reservation.to)
  const rated = rateNoShow({ tariff, timeZone, originMs: from, ticksPerMs: 1, reservation: { from: 0, to: to - from } })
  return {
    startedAt: from,
    endedAt: to,
    energyMilliWh: 0,
    chargingSeconds: 0,
    parkingSeconds: 0,
    currency: tariff.currency,
    windows: [],
    ...moneyOf(rated),
    reviewReason: null,
  }
}

function moneyOf(rated: Rated): Money {
  const { energyFeeMinor, serviceFeeMinor, otherFeeMinor, totalMinor, vatMinor } = rated
  return { lines: settledLines(rated.lines), energyFeeMinor, serviceFeeMinor, otherFeeMinor, totalMinor, vatMinor }
}

const isSpan = (span: TimeSpan | null | undefined): span is TimeSpan => span != null && span.from < span.to

const wholeSeconds = (ms: number): number => Math.floor(ms / 1000)

const lengthOf = (spans: readonly TimeSpan[]): number =>
  spans.reduce((total, { from, to }) => total + Math.max(0, to - from), 0)

/** In order of time, without overlap, nothing before `earliest`. */
function union(spans: readonly TimeSpan[], earliest: EpochMs): TimeSpan[] {
  const result: TimeSpan[] = []
  const clipped = spans.map(({ from, to }) => ({ from: Math.max(from, earliest), to }))
  for (const span of clipped.filter(({ from, to }) => from < to).sort((a, b) => a.from - b.from)) {
    const last = result.at(-1)
    if (last !== undefined && span.from <= last.to) last.to = Math.max(last.to, span.to)
    else result.push(span)
  }
  return result
}
