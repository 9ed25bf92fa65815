import { type EpochMs, MILLI_WH_PER_KWH, MILLI_WH_PER_WH, type MilliWh, MS_PER_HOUR } from '../../../protocol/units.ts'
import type { Segment } from '../billing/rate.ts'
import { ratio } from '../billing/ratio.ts'
import { trustedTime } from './trusted-time.ts'

/** A register read during a session. `at` is the charger's own time, null or absent where it gave none. */
export interface RegisterReading {
  at?: EpochMs | null
  receivedAt: EpochMs
  registerMilliWh: MilliWh
  /** Power and current (sum over the phases) that the charger measured when it read the register. */
  powerW?: number | null
  currentA?: number | null
}

export interface EnergyInput {
  /** Trusted times of start and end. An end before the start counts as at the start. */
  startedAt: EpochMs
  endedAt: EpochMs
  /** Registers that the charger gave with its start and its stop; null where they could not be read. */
  startRegisterMilliWh: MilliWh | null
  stopRegisterMilliWh: MilliWh | null
  /** In any order, repetitions included. */
  readings: readonly RegisterReading[]
  /** Nominal power of the pile; null skips the check against it. */
  pilePowerW: number | null
}

/** Why a session is held for review and not billed. */
export type Implausible = 'energy-above-power' | 'stop-below-start' | 'no-start-register'
export type Plausibility = { ok: true } | { ok: false; reason: Implausible }

export interface SessionEnergy {
  /** Where energy flowed, in milliseconds from `startedAt`, for `rateSegments`. */
  segments: Segment[]
  energyMilliWh: MilliWh
  plausibility: Plausibility
}

type Point = Pick<RegisterReading, 'registerMilliWh' | 'powerW' | 'currentA'> & { at: EpochMs }

/** Energy from one register value to the next: a register that falls was reset and counts from its new value (quirk 65). */
export const registerStep = (from: MilliWh, to: MilliWh): MilliWh => Math.max(0, to - from)

/**
 * A session's energy from its registers: the sum of their positive steps from the start register, over the readings in
 * order, to the stop register. Without a start register the first reading is the start, without a stop the last is the
 * end. The order and number of times in which readings arrive change nothing.
 */
export function sessionEnergy(input: EnergyInput): SessionEnergy {
  const points = pointsInOrder(input)
  const segments: Segment[] = []
  let energyMilliWh = 0
  let previous = points[0]
  for (const point of points) {
    const step = registerStep(previous!.registerMilliWh, point.registerMilliWh)
    const measured = measuredAt(point)
    // a stretch without energy counts where something was measured that a tariff may ask about
    if (step > 0 || (measured !== null && point.at > previous!.at)) {
      const from = previous!.at - input.startedAt
      segments.push({ from, to: point.at - input.startedAt, energyWh: ratio(step, MILLI_WH_PER_WH), ...measured })
      energyMilliWh += step
    }
    previous = point
  }
  return { segments, energyMilliWh, plausibility: plausibility(input, energyMilliWh, points) }
}

/** Power and current that were measured with a register, if any. */
function measuredAt({ powerW = null, currentA = null }: Point): Pick<Segment, 'powerW' | 'currentA'> | null {
  return powerW === null && currentA === null ? null : { powerW, currentA }
}

/**
 * By trusted time, the lower register first among equals. A register that falls in that order but not in the order of
 * arrival has a charger whose clock was set during the session: then order and times of arrival are taken (quirks 34,
 * 73), or its energy would be billed twice.
 */
function pointsInOrder(input: EnergyInput): Point[] {
  const timed = input.readings.map(reading => ({ ...reading, clock: trustedTime(reading.at, reading.receivedAt) }))
  timed.sort(
    (a, b) =>
      a.clock - b.clock || a.registerMilliWh - b.registerMilliWh || more(b, a, 'powerW') || more(b, a, 'currentA'),
  )
  const byClock = withEnds(
    input,
    timed.map(({ clock, ...reading }) => ({ ...reading, at: clock })),
  )
  if (!falls(byClock)) return byClock
  // the sort is stable: what came in one message stays in the order of the charger's times
  timed.sort((a, b) => a.receivedAt - b.receivedAt)
  const byArrival = withEnds(
    input,
    timed.map(reading => ({ ...reading, at: reading.receivedAt })),
  )
  return falls(byArrival) ? byClock : byArrival
}

const more = (a: RegisterReading, b: RegisterReading, key: 'powerW' | 'currentA'): number =>
  (a[key] ?? -1) - (b[key] ?? -1)

/** The readings within the session's time, between the registers of its start and stop. */
function withEnds(input: EnergyInput, readings: readonly Point[]): Point[] {
  const { startedAt, startRegisterMilliWh, stopRegisterMilliWh } = input
  const endedAt = Math.max(startedAt, input.endedAt)
  const points = readings.map(
    (reading): Point => ({
      ...reading,
      at: Math.min(Math.max(reading.at, startedAt), endedAt),
    }),
  )
  if (startRegisterMilliWh !== null) points.unshift({ at: startedAt, registerMilliWh: startRegisterMilliWh })
  if (stopRegisterMilliWh !== null) points.push({ at: endedAt, registerMilliWh: stopRegisterMilliWh })
  return points
}

const falls = (points: readonly Point[]): boolean =>
  points.some((point, index) => index > 0 && point.registerMilliWh < points[index - 1]!.registerMilliWh)

/**
 * Registers in the wrong unit are off by a thousand (quirk 64), and a sporadic zero makes a lifetime of energy (66): that
 * is far above what any battery takes and what the pile could give. Less than that is billed as metered: clocks differ,
 * piles exceed their nominal power, and stored sessions are told in a moment.
 */
function plausibility(input: EnergyInput, energyMilliWh: MilliWh, points: readonly Point[]): Plausibility {
  const { startedAt, endedAt, startRegisterMilliWh, stopRegisterMilliWh, pilePowerW } = input
  if (pilePowerW !== null && energyMilliWh > mostMilliWh(pilePowerW, endedAt - startedAt)) {
    return { ok: false, reason: 'energy-above-power' }
  }
  if (stopRegisterMilliWh === null) return { ok: true }
  if (startRegisterMilliWh === null)
    return points.length > 1 ? { ok: true } : { ok: false, reason: 'no-start-register' }
  const explained = energyMilliWh >= MILLI_WH_PER_WH || falls(points.slice(0, -1))
  return stopRegisterMilliWh < startRegisterMilliWh && !explained
    ? { ok: false, reason: 'stop-below-start' }
    : { ok: true }
}

const MOST_OF_ONE_CAR_MILLI_WH = 150 * MILLI_WH_PER_KWH
const TIMES_NOMINAL_POWER = 20

/** Compared, never billed: this may be a float. */
const mostMilliWh = (powerW: number, ms: number): number =>
  Math.max(MOST_OF_ONE_CAR_MILLI_WH, ((powerW * Math.max(0, ms)) / MS_PER_HOUR) * TIMES_NOMINAL_POWER * MILLI_WH_PER_WH)
