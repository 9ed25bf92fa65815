import type { ClientBase, Pool } from 'pg'
import type { EpochMs } from '../../../protocol/units.ts'
import { amendedRegisters } from '../../core/session/amend.ts'
import type { RegisterReading } from '../../core/session/energy.ts'
import { type PileMoment, parkingTimes } from '../../core/session/parking.ts'
import { type Settlement, settleSession } from '../../core/session/settle.ts'
import { isTrusted } from '../../core/session/trusted-time.ts'
import { defaultTariff, parseTariff, type TariffDefinition } from '../../core/tariff/tariff.ts'
import { momentsOf, type RatingRow, ratingRows, registersOf } from '../../store/site/rating.ts'

/** Longest that a bill waits for a cable, and longest that parking is counted after the end of a session. */
export const LONGEST_PARKING_MS = 24 * 3_600_000
/** A reading this much after the end of its session is of another one, whatever its transaction number (quirk 43). */
const AFTER_END_MS = 60_000

/** What a session is priced by: the version it began under; without one the default, in the site's currency. */
export function tariffOf({ definition, currency }: Pick<RatingRow, 'definition' | 'currency'>): TariffDefinition {
  const parsed = definition === null ? undefined : parseTariff(definition)
  return parsed?.ok === true ? parsed.value : { ...defaultTariff(), currency }
}

/** Whether a session's bill depends on how long its cable stays in. */
export const pricesParking = (tariff: TariffDefinition): boolean =>
  tariff.version === 2 &&
  tariff.elements.some(
    ({ priceComponents, restrictions }) =>
      restrictions?.reservation === undefined && priceComponents.some(({ type }) => type === 'PARKING_TIME'),
  )

/** A pile that failed or was switched off has ended the session: what its driver does afterwards is not parking. */
const OF_THE_PILE = ['fault', 'switched-off']

/** The latest instant up to which parking may count; of a running session the present. */
export function parkingBound(row: RatingRow, now: EpochMs): EpochMs {
  if (row.endedAt === null) return now
  if (row.pileId === null || OF_THE_PILE.includes(row.endCause ?? '')) return row.endedAt
  return Math.min(row.endedAt + LONGEST_PARKING_MS, row.nextStartedAt ?? Number.POSITIVE_INFINITY)
}

/**
 * A session's figures from what is stored of it alone: computing them again gives the same to the unit. An operator's
 * verdict of another energy counts instead of the registers. `tariff` prices it by another one than its own.
 */
export function rateSession(
  row: RatingRow,
  readings: readonly RegisterReading[],
  moments: readonly PileMoment[],
  now: EpochMs,
  tariff: TariffDefinition = tariffOf(row),
): Settlement {
  const { startedAt, calledAt } = row
  const endedAt = Math.max(startedAt, row.endedAt ?? now)
  const own =
    row.endedAt === null
      ? readings
      : readings.filter(({ at, receivedAt }) => !isTrusted(at, receivedAt) || at <= endedAt + AFTER_END_MS)
  const metered = {
    startedAt,
    endedAt,
    startRegisterMilliWh: row.meterStartMilliWh,
    stopRegisterMilliWh: row.endedAt === null ? null : row.meterStopMilliWh,
    readings: own,
  }
  const { readings: registers, ...session } =
    row.reviewEnergyMilliWh === null ? metered : amendedRegisters(metered, row.reviewEnergyMilliWh)
  const until = Math.min(row.unpluggedAt ?? Number.POSITIVE_INFINITY, parkingBound(row, now))
  return settleSession({
    session,
    readings: registers,
    tariff,
    timeZone: row.timeZone,
    pilePowerW: row.pilePowerW,
    parking: pricesParking(tariff) ? parkingTimes({ startedAt, endedAt, until, moments }) : [],
    reservation: calledAt !== null && calledAt < startedAt ? { from: calledAt, to: startedAt } : null,
  })
}

/** A session with what was read of it. */
export async function rateRow(db: ClientBase | Pool, row: RatingRow, now: EpochMs): Promise<Settlement> {
  const readings = (await registersOf(db, [row.id])).get(row.id) ?? []
  const moments = pricesParking(tariffOf(row)) ? ((await momentsOf(db, [row.id])).get(row.id) ?? []) : []
  return rateSession(row, readings, moments, now)
}

/** One session as it is stored, and what it comes to now. Undefined when there is no such session. */
export async function rateStored(
  db: ClientBase | Pool,
  sessionId: number,
  now: EpochMs,
  { lock = false }: { lock?: boolean } = {},
): Promise<{ row: RatingRow; rated: Settlement } | undefined> {
  const [row] = await ratingRows(db, [sessionId], lock)
  return row === undefined ? undefined : { row, rated: await rateRow(db, row, now) }
}
