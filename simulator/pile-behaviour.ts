import { foldCase } from '../protocol/ids.ts'
import { MILLI_WH_PER_WH, wattHours } from '../protocol/units.ts'
import { electricsOf } from './electrics.ts'
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
import type { Cancel } from './time.ts'

/** How long a pile waits for the cable after a card or a remote start, unless configured: charging seconds. */
const CONNECTION_TIMEOUT_SECONDS = 120
const CONNECTION_TIMEOUT_MIN_REAL_MS = 1000

interface Authorisation {
  idTag: string
  /** Whole Wh after which the pile stops by itself. */
  energyWh?: number
}

export type PileBehaviour = ReturnType<typeof createPileBehaviour>

/**
 * What a pile does, whatever it speaks: plug, authorise, meter, stop, fail, recover. It says so through a `Dialect`; the
 * dialect hands the commands that arrive to the verbs below.
 */
export function createPileBehaviour(options: PileOptions & { dialect: Dialect }) {
  const { pileId, time, dialect, emit } = options
  const electrics = electricsOf(options.powerW)
  const meter = createMeter(options.random.integer(0, 900_000) * MILLI_WH_PER_WH)
  const reservations = createReservations(time, () => update())
  const sessions: PileSession[] = []

  let inService = true
  let scheduled: boolean | null = null
  let fault: PileFault | null = null
  let visitor: Visitor | null = null
  let spent = false
  let authorised: (Authorisation & { timer: Cancel }) | null = null
  let session: RunningSession | null = null
  let limitW = Number.POSITIVE_INFINITY
  let sampleSeconds = options.sampleIntervalSeconds
  let connectionTimeoutSeconds = CONNECTION_TIMEOUT_SECONDS
  let told = 'Available NoError'

  const offeredW = (): number => Math.floor(Math.min(options.powerW, limitW))

  const report = (): StatusReport => ({
    at: time.now(),
    status: statusOf({
      faulted: fault !== null,
      inService,
      plugged: visitor !== null,
      spent,
      authorised: authorised !== null,
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
    authorised?.timer.cancel()
    authorised = null
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
      electrics,
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
    const energyWh = wattHours(last.registerMilliWh - record.startMilliWh)
    emit({
      at: last.at,
      type: 'finished',
      pileId,
      ...(record.driver && { driver: record.driver }),
      text: `${record.driver ?? 'somebody'} took ${(energyWh / 1000).toFixed(3)} kWh at ${pileId} (${reason})`,
      data: { energyWh, reason },
    })
  }

  const refuses = (idTag: string): boolean =>
    fault !== null || !inService || session !== null || spent || reservations.isForAnother(idTag)

  function authorise(authorisation: Authorisation): void {
    if (visitor) {
      begin(authorisation, visitor)
      return
    }
    authorised?.timer.cancel()
    const giveUp = (): void => {
      authorised = null
      update()
    }
    const timer = time.after(connectionTimeoutSeconds * 1000, giveUp, CONNECTION_TIMEOUT_MIN_REAL_MS)
    authorised = { ...authorisation, timer }
    update()
  }

  const isTagOf = (record: PileSession, idTag: string): boolean => foldCase(record.idTag) === foldCase(idTag)

  return {
    sessions: sessions as readonly PileSession[],
    reservations,
    report,
    isFaulted: (): boolean => fault !== null,
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
      if (authorised && !refuses(authorised.idTag)) begin(authorised, next)
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
    remoteStart(authorisation: Authorisation): boolean {
      if (refuses(authorisation.idTag)) return false
      authorise(authorisation)
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

    setConnectionTimeout(seconds: number): void {
      connectionTimeoutSeconds = seconds
    },

    /** Meter values outside of their interval; false without a session. */
    sampleNow(): boolean {
      const record = session?.record
      const sample = session?.sampleNow()
      if (!record || !sample) return false
      dialect.sampled(record, sample)
      return true
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
        pileId,
        status,
        errorCode,
        connected,
        driver: visitor?.driver ?? null,
        session: session?.record ?? null,
        energyWh,
        powerW: session?.powerW() ?? 0,
        socPercent: visitor ? Math.round(visitor.car.soc * 100) : null,
      }
    },
  }
}
