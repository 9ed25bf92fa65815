import { foldCase } from '../protocol/ids.ts'
import { MILLI_WH_PER_WH, wattHours } from '../protocol/units.ts'
import { type Authorisation, createWaitingAuthorisation } from './authorisation.ts'
import { finished } from './events.ts'
import { createMeter } from './meter.ts'
import { statusOf } from './pile-status.ts'
import type {
  Dialect,
  PileFault,
  PileOptions,
  PileSession,
  PileSnapshot,
  StatusReport,
  StopReason,
  Visitor,
} from './pile-types.ts'
import { createReservations } from './reservations.ts'
import { type RunningSession, runSession } from './running-session.ts'

export type PileBehaviour = ReturnType<typeof createPileBehaviour>

/**
 * What a pile does, whatever it speaks: plug, authorise, meter, stop, fail, recover. It says so through a `Dialect`; the
 * dialect hands the commands that arrive to the verbs below.
 */
export function createPileBehaviour(options: PileOptions & { dialect: Dialect }) {
  const { pileId, time, dialect, emit } = options
  const meter = createMeter(options.random.integer(0, 900_000) * MILLI_WH_PER_WH)
  const reservations = createReservations(time, () => update())
  const authorisation = createWaitingAuthorisation(time, () => update())
  const sessions: PileSession[] = []

  let inService = true
  let scheduled: boolean | null = null
  let fault: PileFault | null = null
  let visitor: Visitor | null = null
  let spent = false
  let session: RunningSession | null = null
  let limitW = Number.POSITIVE_INFINITY
  let sampleSeconds = options.sampleIntervalSeconds
  let told = 'Available NoError'

  const offeredW = (): number => Math.floor(Math.min(options.powerW, limitW))

  const report = (): StatusReport => ({
    at: time.now(),
    status: statusOf({
      faulted: fault !== null,
      inService,
      plugged: visitor !== null,
      spent,
      authorised: authorisation.waiting() !== null,
      reserved: reservations.active() !== null,
      session: session && { powerW: session.powerW(), offeredW: offeredW() },
    }),
    errorCode: fault?.errorCode ?? 'NoError',
    ...(fault?.vendorErrorCode && { vendorErrorCode: fault.vendorErrorCode }),
    ...(fault?.info && { info: fault.info }),
  })

  function update(): void {
    const now = report()
    const words = `${now.status} ${now.errorCode}`
    if (words === told) return
    told = words
    dialect.status(now)
  }

  function begin({ idTag, energyWh }: Authorisation, by: Visitor): void {
    authorisation.clear()
    const at = time.now()
    const record: PileSession = {
      key: `${pileId}-${at}-${sessions.length + 1}`,
      pileId,
      idTag,
      driver: by.driver,
      startedAt: at,
      startMilliWh: meter.registerMilliWh,
      endedAt: null,
      endMilliWh: null,
      reason: null,
      remoteId: null,
      reservationId: reservations.use(idTag),
    }
    sessions.push(record)
    session = runSession({
      record,
      visitor: by,
      meter,
      offeredW: offeredW(),
      ...(energyWh !== undefined && { energyWh }),
      time,
      sampleSeconds,
      ratedW: options.powerW,
      onSample: sample => dialect.sampled(record, sample),
      onChange: update,
      onTarget: () => end('Local'),
    })
    dialect.started(record)
    update()
    emit({ at, type: 'charging', pileId, driver: by.driver, text: `${by.driver} charges at ${pileId}` })
  }

  function end(reason: StopReason): void {
    if (!session) return
    const { record } = session
    const last = session.finish(reason)
    session = null
    spent = visitor !== null
    if (scheduled !== null) inService = scheduled
    scheduled = null
    dialect.ended(record, last)
    update()
    emit(finished(record))
  }

  const refuses = (idTag: string): boolean =>
    fault !== null || !inService || session !== null || spent || reservations.isForAnother(idTag)

  function authorise(granted: Authorisation): void {
    if (visitor) begin(granted, visitor)
    else authorisation.set(granted)
  }

  const isTagOf = (record: PileSession, idTag: string): boolean => foldCase(record.idTag) === foldCase(idTag)

  return {
    sessions: sessions as readonly PileSession[],
    reservations,
    report,
    isInService: (): boolean => inService,
    /** Faulted, out of service, busy, a spent cable, or reserved for another. */
    refuses,
    session: (): PileSession | null => session?.record ?? null,
    visitor: (): Visitor | null => visitor,

    plug(next: Visitor): boolean {
      if (visitor) return false
      visitor = next
      spent = false
      const { driver } = next
      emit({ at: time.now(), type: 'plugged', pileId, driver, text: `${driver} plugs in at ${pileId}` })
      dialect.plug(true, next)
      const granted = authorisation.waiting()
      if (granted && !refuses(granted.idTag)) begin(granted, next)
      else update()
      return true
    },

    unplug(driver: string): void {
      if (visitor?.driver !== driver) return
      const gone = visitor
      visitor = null
      end('EVDisconnected')
      spent = false
      dialect.plug(false, gone)
      update()
    },

    /** A card starts, or stops its own session. */
    async presentCard(idTag: string): Promise<boolean> {
      if (session && isTagOf(session.record, idTag)) {
        end('Local')
        return true
      }
      if (refuses(idTag) || (await dialect.authorize(idTag)) !== 'accepted') return false
      const meanwhile = session as RunningSession | null
      if (meanwhile) return isTagOf(meanwhile.record, idTag)
      if (refuses(idTag)) return false
      authorise({ idTag })
      return true
    },

    /** False where the pile cannot: faulted, out of service, busy, a spent cable, reserved for another. */
    remoteStart(granted: Authorisation): boolean {
      if (refuses(granted.idTag)) return false
      authorise(granted)
      return true
    },

    /** False when no session matches. */
    stop(matches: (session: PileSession) => boolean, reason: StopReason): boolean {
      if (!session || !matches(session.record)) return false
      end(reason)
      return true
    },

    /** Out of service after the running session, where there is one. */
    setAvailability(available: boolean): 'accepted' | 'scheduled' {
      scheduled = null
      if (session && !available) {
        scheduled = available
        return 'scheduled'
      }
      inService = available
      update()
      return 'accepted'
    },

    /** null takes the limit away. */
    setLimit(powerW: number | null): void {
      limitW = powerW ?? Number.POSITIVE_INFINITY
      session?.offer(offeredW())
      update()
    },

    setSampleInterval(seconds: number): void {
      sampleSeconds = seconds
      session?.sampleEvery(seconds)
    },

    setConnectionTimeout: authorisation.setPatience,

    /** Meter values outside of their interval; false without a session. */
    sampleNow(): boolean {
      const running = session
      const sample = running?.sampleNow()
      if (running && sample) dialect.sampled(running.record, sample)
      return Boolean(sample)
    },

    fault(next: PileFault): void {
      fault = next
      update()
      end('Other')
      const text = `${pileId} fails: ${next.info ?? next.errorCode}`
      emit({ at: time.now(), type: 'fault', pileId, text, data: { ...next } })
    },

    recover(): void {
      if (!fault) return
      fault = null
      update()
      emit({ at: time.now(), type: 'repaired', pileId, text: `${pileId} works again` })
    },

    snapshot(connected: boolean): PileSnapshot {
      const energyWh = session ? wattHours(session.energyMilliWh()) : 0
      const { status, errorCode } = report()
      return {
        ...{ pileId, status, errorCode, connected },
        driver: visitor?.driver ?? null,
        session: session?.record ?? null,
        energyWh,
        powerW: session?.powerW() ?? 0,
        socPercent: visitor ? Math.round(visitor.car.soc * 100) : null,
      }
    },
  }
}
