import type { QueueEvent } from '../../../protocol/events.ts'
import type { Placement } from '../../store/site/queue-writes.ts'
import type { CarRow } from '../../store/site/snapshot.ts'
import { expectedOf } from './expect.ts'
import { carRow, numberOf, type SiteWork } from './work.ts'

/** A car's row of `queue_status`. */
export const storedPlacement = ({
  requestId,
  place,
  pileId,
  position,
  since,
  turnAt,
  startAskedAt,
  reserveAskedAt,
}: CarRow): Placement => ({
  requestId,
  place,
  pileId,
  position,
  since,
  turnAt,
  startAskedAt,
  reserveAskedAt,
})

/** Writes where every car is now, if it moved, and the counters; emits the queue when it changed. */
export async function keepPlacements(work: SiteWork): Promise<void> {
  const { yard, snap, db } = work
  let moved = false
  for (const place of placements(work)) {
    const row = carRow(work, place.requestId)
    if (row === undefined) continue
    const before = work.before.get(place.requestId)
    const stays = before !== undefined && row.place === place.place && row.pileId === place.pileId
    Object.assign(row, place, { since: stays ? row.since : work.now })
    const after = storedPlacement(row)
    if (before === JSON.stringify(after)) continue
    moved = true
    await db.place(snap.site.id, after)
  }
  const { fast, trickle } = yard.nextNumber
  if (fast !== snap.site.nextFast || trickle !== snap.site.nextTrickle)
    await db.nextNumbers(snap.site.id, yard.nextNumber)
  await tellQueue(work, moved || work.before.size !== snap.cars.length)
}

function* placements({ yard }: SiteWork): Iterable<Pick<Placement, 'requestId' | 'place' | 'pileId' | 'position'>> {
  for (const pile of yard.piles)
    yield* pile.cars.map((requestId, position) => ({ requestId, place: 'pile' as const, pileId: pile.id, position }))
  yield* yard.waiting.map((requestId, position) => ({ requestId, place: 'waiting' as const, pileId: null, position }))
  for (const mode of ['fast', 'trickle'] as const) {
    yield* yard.faultQueue[mode].map((requestId, position) => ({
      requestId,
      place: 'fault' as const,
      pileId: null,
      position,
    }))
  }
}

/** An expected start is told again when it has moved by this much. */
const NEWS_MS = 30_000

/** The queue with what everybody may expect: when somebody moved, and when readings have moved an expectation. */
async function tellQueue(work: SiteWork, moved: boolean): Promise<void> {
  const { yard, snap, now } = work
  const key = `queue ${snap.site.id}`
  const told = work.told.get(key)
  if (!moved && told !== undefined && yard.waiting.length === 0) return
  const expected = await expectedOf(work.client, snap, yard, now)
  const waiting = yard.waiting.flatMap((id, index) => {
    const car = carRow(work, id)
    if (car === undefined) return []
    const start = expected.get(id)?.start
    const expectedStartAt = start === undefined ? null : Math.round(now + start)
    return [{ number: numberOf(car), mode: car.mode, position: index + 1, expectedStartAt }]
  })
  if (!moved && told !== undefined && isOldNews(JSON.parse(told), waiting)) return
  work.telling.set(key, JSON.stringify(waiting))
  work.events.push({
    type: 'site-queue',
    siteId: snap.site.id,
    at: now,
    capacity: snap.site.waitingCapacity,
    waiting,
  })
}

type Waiting = QueueEvent['waiting']

const isOldNews = (told: Waiting, waiting: Waiting): boolean =>
  told.length === waiting.length &&
  told.every((before, index) => {
    const { number, expectedStartAt: at } = waiting[index]!
    const { expectedStartAt: was } = before
    return before.number === number && (at === was || (at !== null && was !== null && Math.abs(at - was) < NEWS_MS))
  })
