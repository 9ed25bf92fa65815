import type { EpochMs } from '../../../protocol/units.ts'

/** Chargers without a set clock say 1970, 2000 or 2014 (quirk 34): no session of ours is that old. */
const OLDEST = Date.UTC(2020, 0, 1)
/** How far ahead of ours a charger's clock may run. */
const AHEAD_MS = 10 * 60_000

/** The charger's own time of an event if it can be true, else the time we heard of it. Hours late is true. */
export const trustedTime = (reportedAt: EpochMs | null | undefined, receivedAt: EpochMs): EpochMs =>
  isTrusted(reportedAt, receivedAt) ? reportedAt : receivedAt

/** Whether `trustedTime` takes the charger's time. */
export const isTrusted = (reportedAt: EpochMs | null | undefined, receivedAt: EpochMs): reportedAt is EpochMs =>
  typeof reportedAt === 'number' && reportedAt >= OLDEST && reportedAt <= receivedAt + AHEAD_MS
