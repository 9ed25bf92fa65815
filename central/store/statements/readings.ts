import type { Reading } from '../../../protocol/charger/report.ts'
import type { EpochMs, MilliWh } from '../../../protocol/units.ts'
import { trustedTime } from '../../core/session/trusted-time.ts'
import { afterReadings } from './live-figures.ts'
import {
  type KeptLate,
  MOVE_PILES,
  MOVE_SESSIONS,
  type Moved,
  moved,
  type PileMeter,
  pileMeters,
  SETTLE_AGAIN,
  STORE_READINGS,
  STORE_READINGS_ONCE,
  type StoredReading,
  storedReadings,
} from './meter-values.ts'
import { FIND_SESSIONS, type Found, type Reference, reference } from './session-of.ts'
import type { Statement } from './statement.ts'

export interface ReadingsEffect extends Reference {
  connectorId: number
  receivedAt: EpochMs
  readings: readonly Reading[]
}

export interface ReadingsResult {
  siteId: string | null
  pileId: string | null
  sessionId: number | null
  /** Of that session, so far; 0 without one. */
  energyMilliWh: MilliWh
  /** The asked energy has been delivered and nobody has asked the charger to stop yet. */
  targetReached: boolean
  /** Its spender has a limit in money, which this reading may have reached. */
  limited: boolean
  /** It was settled without one of these readings. */
  settleAgain: boolean
}

const NONE: ReadingsResult = {
  siteId: null,
  pileId: null,
  sessionId: null,
  energyMilliWh: 0,
  targetReached: false,
  limited: false,
  settleAgain: false,
}

/** Every reading is kept. It moves the live figures of an open session; an ended one is never opened again (quirk 55). */
export const readings: Statement<ReadingsEffect, ReadingsResult> = {
  async run(connection, effects) {
    const found = await connection.query<Found>({
      name: 'find-sessions',
      text: FIND_SESSIONS,
      values: reference.values(effects),
    })
    const stored: StoredReading[] = []
    const perhapsStored: StoredReading[] = []
    const sessions: Moved[] = []
    const piles = new Map<string, PileMeter>()
    const results = effects.map(() => NONE)
    for (const session of found.rows) {
      const effect = effects[session.n]!
      const { chargePointId, receivedAt } = effect
      const { sessionId, siteId, pileId } = session
      const open = sessionId !== null && session.endedAt === null
      for (const reading of effect.readings) {
        const row = { chargePointId, connectorId: effect.connectorId, sessionId, receivedAt, reading }
        const isPast =
          sessionId !== null && (!open || trustedTime(reading.at, receivedAt) <= (session.lastReadingAt ?? 0))
        if (isPast) perhapsStored.push(row)
        else stored.push(row)
      }
      const figures = open ? afterReadings(session, effect.readings, receivedAt) : session
      if (open) sessions.push({ sessionId, figures })
      const meter = pileId === null ? null : pileMeter(pileId, effect)
      if (meter !== null) piles.set(meter.pileId, meter)
      const { targetMilliWh } = session
      results[session.n] = {
        siteId,
        pileId,
        sessionId,
        energyMilliWh: figures.energyMilliWh ?? 0,
        targetReached:
          open && targetMilliWh !== null && figures.energyMilliWh >= targetMilliWh && session.stopAskedAt === null,
        limited: open && session.limited && session.stopAskedAt === null,
        settleAgain: false,
      }
    }
    const [kept] = await Promise.all([
      perhapsStored.length === 0
        ? null
        : connection.query<KeptLate>({
            name: 'store-readings-once',
            text: STORE_READINGS_ONCE,
            values: storedReadings.values(perhapsStored),
          }),
      stored.length > 0 &&
        connection.query({ name: 'store-readings', text: STORE_READINGS, values: storedReadings.values(stored) }),
      sessions.length > 0 &&
        connection.query({ name: 'move-sessions', text: MOVE_SESSIONS, values: moved.values(sessions) }),
      piles.size > 0 &&
        connection.query({ name: 'move-piles', text: MOVE_PILES, values: pileMeters.values([...piles.values()]) }),
    ])
    const again = missed(found.rows, kept?.rows ?? [])
    if (again.size > 0) {
      await connection.query({ name: 'settle-again', text: SETTLE_AGAIN, values: [[...again]] })
      for (const { n, sessionId } of found.rows)
        if (sessionId !== null && again.has(sessionId)) results[n] = { ...results[n]!, settleAgain: true }
    }
    return results
  },
  quarantined: async () => NONE,
}

/**
 * Sessions that were settled without a register of their time. What is later than their end is not theirs; one that has
 * only a provisional end is settled again with the charger's own.
 */
function missed(sessions: readonly Found[], kept: readonly KeptLate[]): Set<number> {
  const ends = new Map(
    sessions.flatMap(({ sessionId, endedAt, settled, provisional }) =>
      sessionId !== null && endedAt !== null && settled && !provisional ? [[sessionId, endedAt] as const] : [],
    ),
  )
  const counts = ({ sessionId, at, receivedAt, registerMilliWh }: KeptLate): boolean =>
    registerMilliWh !== null && trustedTime(at, receivedAt) <= (ends.get(sessionId) ?? Number.NEGATIVE_INFINITY)
  return new Set(kept.filter(counts).map(({ sessionId }) => sessionId))
}

/** The last power of a message and the time of its last reading. */
function pileMeter(pileId: string, { readings, receivedAt }: ReadingsEffect): PileMeter | null {
  const last = readings.at(-1)
  if (last === undefined) return null
  const powerW = readings.findLast(reading => Number.isFinite(reading.powerW))?.powerW ?? null
  return { pileId, powerW, at: trustedTime(last.at, receivedAt) }
}
