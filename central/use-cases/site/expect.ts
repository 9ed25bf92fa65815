import type { ClientBase, Pool } from 'pg'
import type { EpochMs } from '../../../protocol/units.ts'
import { type Estimate, estimates } from '../../core/dispatch/estimate.ts'
import { habitsOf } from '../../core/dispatch/habits.ts'
import type { Car, Habits, Yard, YardPile } from '../../core/queue/yard.ts'
import { loadExperience } from '../../store/site/habits.ts'
import { loadSite } from '../../store/site/load.ts'
import type { CarRow, PileRow, SiteSnapshot } from '../../store/site/snapshot.ts'
import { buildYard } from './yard.ts'

/** A car that was called within this of its turn, in ms, was called from elsewhere. */
const AT_ONCE_MS = 1000
/** Who has taken longer than usual will take this share of the usual time more. */
const OVERDUE_SHARE = 0.25

/** What the plan promises every car of a site, with what is known of its people and piles. */
export async function expectedOf(
  db: ClientBase | Pool,
  snap: SiteSnapshot,
  yard: Yard,
  now: EpochMs,
): Promise<Map<string, Estimate>> {
  if (yard.cars.size === 0) return new Map()
  const { changeovers, usualPowerW } = await loadExperience(db, snap.site.id)
  const habits = habitsOf(changeovers)
  const rows = new Map(snap.piles.map(pile => [pile.id, pile]))
  const piles = yard.piles.map((pile): YardPile => {
    const powerW = usualPowerW.get(pile.id)
    const clearsAt = habits === null ? null : clearsBy(rows.get(pile.id), habits, now)
    return {
      ...pile,
      ...(powerW === undefined ? {} : { usualPowerW: powerW }),
      ...(clearsAt === null ? {} : { clearsAt }),
    }
  })
  if (habits === null) return estimates({ ...yard, piles })
  const cars = new Map<string, Car>(yard.cars)
  for (const row of snap.cars) {
    const car = cars.get(row.requestId)
    const startsAt = startsBy(yard, row, habits, now)
    if (car !== undefined && startsAt !== null) cars.set(car.id, { ...car, startsAt })
  }
  return estimates({ ...yard, piles, cars, habits })
}

/** When the cars of a site that do not charge yet may expect to begin, by request. Those of whom nobody can say are left out. */
export async function expectedStarts(db: Pool, siteId: string, now: EpochMs): Promise<Map<string, EpochMs>> {
  const snap = await loadSite(db, siteId, now, false)
  if (snap === undefined) return new Map()
  const expected = await expectedOf(db, snap, buildYard(snap, now), now)
  return new Map([...expected].map(([id, { start }]) => [id, Math.round(now + start)]))
}

/** A cable that is in after its session, or in a car that takes no more, is pulled within the usual time. */
function clearsBy(pile: PileRow | undefined, { clearing }: Habits, now: EpochMs): EpochMs | null {
  if (pile === undefined || !pile.connected || !pile.inService || pile.openFaults.length > 0) return null
  if (pile.status !== 'Finishing' && pile.status !== 'SuspendedEV') return null
  return Math.max((pile.statusReceivedAt ?? now) + clearing, now + clearing * OVERDUE_SHARE)
}

/** Whose turn it is, or who has just been called to a pile that is free, begins within the usual time. */
function startsBy(
  yard: Yard,
  { requestId, turnAt, since }: CarRow,
  { nextStart, calledStart }: Habits,
  now: EpochMs,
): EpochMs | null {
  const pile = yard.piles.find(({ cars }) => cars[0] === requestId)
  if (pile === undefined) return null
  if (turnAt === null) return pile.plannable ? now + calledStart : null
  const usual = turnAt - since > AT_ONCE_MS ? nextStart : calledStart
  return Math.max(turnAt + usual, now + usual * OVERDUE_SHARE)
}
