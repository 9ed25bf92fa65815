import { MILLI_WH_PER_WH, type MilliWh } from '../protocol/units.ts'
import { createCharging } from './charging.ts'
import { electricsOf } from './electrics.ts'
import type { Meter } from './meter.ts'
import type { PileSession, Sample, StopReason, Visitor } from './pile-types.ts'
import type { Cancel, VirtualTime } from './time.ts'

/** Real ms between meter values at the least, whatever the speed. */
const SAMPLE_MIN_REAL_MS = 200

export interface RunningSession {
  readonly record: PileSession
  powerW(): number
  energyMilliWh(): MilliWh
  offer(powerW: number): void
  sampleEvery(seconds: number): void
  /** A reading now, outside of the interval; null when looking at the meter ended the session. */
  sampleNow(): Sample | null
  /** Counts up to now, writes end, register and reason into the record, and returns the last reading. */
  finish(reason: StopReason): Sample
}

/** A session while energy flows: looks at the meter at intervals and when the energy asked for must be reached. */
export function runSession(options: {
  record: PileSession
  visitor: Visitor
  meter: Meter
  offeredW: number
  /** Whole Wh after which the pile stops by itself. */
  energyWh?: number
  time: VirtualTime
  sampleSeconds: number
  /** What the pile is built for, W: tells its phases. */
  ratedW: number
  onSample(sample: Sample): void
  /** Power or the reason for having none may have changed. */
  onChange(): void
  /** The energy asked for is reached. */
  onTarget(): void
}): RunningSession {
  const { record, visitor, meter, time, energyWh } = options
  const electrics = electricsOf(options.ratedW)
  let { sampleSeconds } = options
  let timers: Cancel[] = []
  let ended = false
  const charging = createCharging({
    meter,
    car: visitor.car,
    offeredW: options.offeredW,
    at: record.startedAt,
    ...(energyWh !== undefined && { targetMilliWh: record.startMilliWh + Math.ceil(energyWh) * MILLI_WH_PER_WH }),
  })

  const sample = (context: Sample['context']): Sample => ({
    at: charging.done === 'target' ? charging.at : Math.max(charging.at, time.now()),
    context,
    registerMilliWh: meter.registerMilliWh,
    powerW: charging.powerW,
    socPercent: Math.round(visitor.car.soc * 100),
    ...electrics(charging.powerW),
  })

  /** False when this ended the session. */
  function look(): boolean {
    charging.advanceTo(time.now())
    if (charging.done === 'target') options.onTarget()
    else options.onChange()
    return !ended
  }

  function clear(): void {
    for (const timer of timers) timer.cancel()
    timers = []
  }

  function watchEnd(): void {
    const ms = charging.msUntilDone()
    if (ms === Number.POSITIVE_INFINITY) return
    timers.push(
      time.after(ms, () => {
        if (look() && !charging.done) watchEnd()
      }),
    )
  }

  function schedule(): void {
    clear()
    timers.push(
      time.after(
        sampleSeconds * 1000,
        () => {
          if (!look()) return
          options.onSample(sample('Sample.Periodic'))
          schedule()
        },
        SAMPLE_MIN_REAL_MS,
      ),
    )
    watchEnd()
  }
  schedule()

  return {
    record,
    powerW: () => charging.powerW,
    energyMilliWh() {
      charging.advanceTo(time.now())
      return meter.registerMilliWh - record.startMilliWh
    },
    offer(powerW) {
      charging.advanceTo(time.now())
      charging.offer(powerW)
      schedule()
    },
    sampleEvery(seconds) {
      sampleSeconds = seconds
      schedule()
    },
    sampleNow: () => (look() ? sample('Trigger') : null),
    finish(reason) {
      ended = true
      clear()
      charging.advanceTo(time.now())
      meter.completeWattHour()
      const last = sample('Transaction.End')
      record.endedAt = last.at
      record.endMilliWh = meter.registerMilliWh
      record.reason = reason
      return { ...last, powerW: 0, currentA: last.currentA.map(() => 0) }
    },
  }
}
