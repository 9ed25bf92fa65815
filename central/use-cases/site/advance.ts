import type { ClientBase } from 'pg'
import type { EpochMs } from '../../../protocol/units.ts'
import { callCars } from '../../core/queue/verbs.ts'
import { keepUnplugged } from '../../store/site/cables.ts'
import { loadSite } from '../../store/site/load.ts'
import { createSiteWrites } from '../../store/site/writes.ts'
import { stopAtLimits } from '../payments/limit.ts'
import { followFaults } from './faults.ts'
import { holdPiles } from './holds.ts'
import { joinSessions } from './join.ts'
import { keepPlacements, storedPlacement } from './keep.ts'
import { settleEnded } from './settle.ts'
import { tellStates } from './tell.ts'
import { followWindows } from './tell-windows.ts'
import { closeForgotten, endGraces, takeTurns } from './turns.ts'
import { closingTime } from './windows.ts'
import { decide, type SiteRules, type SiteWork, viewPile, yardPile } from './work.ts'
import { buildYard } from './yard.ts'

/** Something that somebody asks of a site, done between the facts and the calling. */
export type SiteAction<T> = (work: SiteWork) => Promise<T>

/**
 * Brings a site from what is stored to what follows from it: sessions joined and settled, faults followed, graces ended,
 * cars called, turns taken. Level-triggered: it looks at facts, not at messages, so that running it again changes
 * nothing and a run after a crash finishes what was begun (docs/adr/0004). The caller holds the transaction, commits,
 * then delivers `commands` and emits `events`. Undefined when there is no such site.
 *
 * Order of what falls on one instant (domain.md section 4): finishing sessions, calling, the action, calling.
 */
export async function advance<T>(
  client: ClientBase,
  siteId: string,
  now: EpochMs,
  rules: SiteRules,
  told: ReadonlyMap<string, string>,
  action?: SiteAction<T>,
): Promise<{ work: SiteWork; result: T | undefined } | undefined> {
  const snap = await loadSite(client, siteId, now, true)
  if (snap === undefined) return undefined
  const work: SiteWork = {
    now,
    snap,
    yard: buildYard(snap, now),
    db: createSiteWrites(client, siteId),
    client,
    rules,
    commands: [],
    events: [],
    told,
    telling: new Map(),
    before: new Map(snap.cars.map(car => [car.requestId, JSON.stringify(storedPlacement(car))])),
    causes: new Map(),
    due: Number.POSITIVE_INFINITY,
  }
  await closeForgotten(work)
  await keepUnplugged(client, siteId)
  await settleEnded(work)
  await joinSessions(work)
  await settleEnded(work)
  await followFaults(work)
  await endGraces(work)
  await call(work)
  const result = action === undefined ? undefined : await action(work)
  if (action !== undefined) {
    // the action may have put a session to its end, a pile out of service, a car into the waiting area
    await settleEnded(work)
    await followFaults(work)
    await call(work)
  }
  await stopAtLimits(work)
  await takeTurns(work)
  await holdPiles(work)
  await followWindows(work)
  await keepPlacements(work)
  await tellStates(work)
  return { work, result }
}

async function call(work: SiteWork): Promise<void> {
  for (const pile of work.snap.piles) {
    const planned = yardPile(work, pile.id)
    if (planned === undefined) continue
    planned.plannable = viewPile(work.snap, pile, planned.cars[0]).plannable
    const closesAt = closingTime(pile, work.now)
    if (closesAt === undefined) delete planned.closesAt
    else planned.closesAt = closesAt
  }
  await decide(work, callCars(work.yard))
}
