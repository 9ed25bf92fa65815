import type { Pool } from 'pg'
import type { EpochMs, MilliWh, Money } from '../../../protocol/units.ts'
import type { Implausible } from '../../core/session/energy.ts'
import { type Suspect, suspects } from '../../core/session/suspects.ts'
import { ratingRows, registersOf } from '../../store/site/rating.ts'
import { listPage, type Page, type PageRequest, when } from '../../store/views/page.ts'
import { rateRow } from '../site/rate-session.ts'

/** A session that waits for an operator's verdict: what its registers say and what is wrong with them. */
export interface HeldView {
  sessionId: number
  siteId: string
  chargePointId: string
  pileId: string | null
  pilePowerW: number | null
  requestId: string | null
  userId: string | null
  username: string | null
  startedAt: EpochMs
  endedAt: EpochMs
  stopReason: string | null
  reviewReason: Implausible
  meterStartMilliWh: MilliWh | null
  meterStopMilliWh: MilliWh | null
  /** By the registers, as `bill` would bill it. */
  energyMilliWh: MilliWh
  total: Money
  readings: number
  suspects: Suspect[]
}

/** Why a session is held, for people. */
export const REVIEW_REASONS: Record<Implausible, { en: string; zh: string }> = {
  'energy-above-power': {
    en: 'The registers tell of more energy than the pile could give in that time: a register in the wrong unit, or one that jumped.',
    zh: '表计读数显示的电量超过该桩在此时间内所能提供的电量：读数单位有误或读数跳变。',
  },
  'stop-below-start': {
    en: 'The register at the stop is below the one at the start, and no readings between them tell what was delivered.',
    zh: '结束时的表计读数低于开始时的读数，且中间没有读数可说明充电电量。',
  },
  'no-start-register': {
    en: 'The charger gave no register at the start and no readings: what was delivered cannot be told.',
    zh: '充电桩在开始时未提供表计读数，且没有中间读数，无法得知充电电量。',
  },
}

/** Longest list of suspicious readings that is shown of one session. */
const MOST_SUSPECTS = 20

interface HeldRow {
  id: number
  siteId: string
  username: string | null
}

/** Sessions held for review that have no verdict yet, newest first. */
export async function listHeld(
  pool: Pool,
  { siteId, now, page }: { siteId: string | undefined; now: EpochMs; page: PageRequest },
): Promise<Page<HeldView>> {
  const { rows, next } = await listPage<HeldRow>(pool, {
    select:
      'select s.id, s.site_id as "siteId", u.username from charging_sessions s left join users u on u.id = s.user_id',
    where: [
      { text: 's.review_reason is not null and s.review_verdict is null and s.settled_at is not null', values: [] },
      when(siteId, 's.site_id = ?'),
    ],
    keys: [{ column: 's.id', type: 'integer', of: row => row.id }],
    page,
  })
  const ids = rows.map(({ id }) => id)
  const stored = new Map((await ratingRows(pool, ids)).map(row => [row.id, row]))
  const registers = await registersOf(pool, ids)
  const views: HeldView[] = []
  for (const { id, siteId: site, username } of rows) {
    const row = stored.get(id)
    if (row === undefined || row.endedAt === null || row.reviewReason === null) continue
    const readings = registers.get(id) ?? []
    const rated = await rateRow(pool, row, now)
    const { startedAt, endedAt, meterStartMilliWh, meterStopMilliWh, pilePowerW } = row
    const found = suspects({
      startedAt,
      endedAt,
      startRegisterMilliWh: meterStartMilliWh,
      stopRegisterMilliWh: meterStopMilliWh,
      readings,
      pilePowerW,
    })
    views.push({
      sessionId: id,
      siteId: site,
      chargePointId: row.chargePointId,
      pileId: row.pileId,
      pilePowerW,
      requestId: row.requestId,
      userId: row.userId,
      username,
      startedAt,
      endedAt,
      stopReason: row.stopReason,
      reviewReason: row.reviewReason as Implausible,
      meterStartMilliWh,
      meterStopMilliWh,
      energyMilliWh: rated.energyMilliWh,
      total: { amount: rated.totalMinor, currency: rated.currency },
      readings: readings.length,
      suspects: found.slice(0, MOST_SUSPECTS),
    })
  }
  return { rows: views, next }
}
