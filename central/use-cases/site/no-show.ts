import { newId } from '../../../protocol/ids.ts'
import type { EpochMs } from '../../../protocol/units.ts'
import { settleNoShow } from '../../core/session/settle.ts'
import type { CarRow, PileRow } from '../../store/site/snapshot.ts'
import { tariffInForce } from '../../store/site/tariff.ts'
import { tariffOf } from './rate-session.ts'
import type { SiteWork } from './work.ts'

/**
 * What an expired reservation costs, where the tariff prices it (RESERVATION_EXPIRES): a detail without a session, billed
 * as the request ends. `reservation` is from the call to the end of the grace.
 */
export async function chargeNoShow(
  work: SiteWork,
  pile: PileRow,
  car: CarRow,
  reservation: { from: EpochMs; to: EpochMs },
): Promise<void> {
  const { site } = work.snap
  const version = await tariffInForce(work.client, {
    siteId: site.id,
    mode: pile.mode,
    pileId: pile.id,
    userId: car.userId,
    at: reservation.from,
  })
  const tariff = tariffOf({ definition: version?.definition ?? null, currency: site.currency })
  const settled = settleNoShow({ tariff, timeZone: site.timeZone, reservation })
  if (settled.totalMinor === 0) return
  await work.db.addDetail({
    ...settled,
    id: newId(),
    requestId: car.requestId,
    sessionId: null,
    siteId: site.id,
    pileId: pile.id,
    userId: car.userId,
    tariffVersionId: version?.id ?? null,
    stopReason: 'no-show',
    createdAt: work.now,
  })
}
