import type { PileRow } from '../../store/site/snapshot.ts'
import { openSessionAt, type SiteWork, viewPile } from './work.ts'

/**
 * The history of every pile whose derived state is not the one last written, with its cause; and to everybody who
 * listens, whatever they have not been told of a pile or the site yet: all of it after a start, then what changes.
 */
export async function tellStates(work: SiteWork): Promise<void> {
  for (const pile of work.snap.piles) await tellPile(work, pile)
  tellPower(work)
}

async function tellPile(work: SiteWork, pile: PileRow): Promise<void> {
  const { shown } = pile
  const first = work.yard.piles.find(({ id }) => id === pile.id)?.cars[0]
  const { state, detail } = viewPile(work.snap, pile, first)
  const session = openSessionAt(work.snap, pile.id)
  const about = { siteId: work.snap.site.id, pileId: pile.id, at: work.now }
  const cause =
    work.causes.get(pile.id) ??
    (shown !== null && (shown.state === 'offline') !== (state === 'offline') ? 'link' : 'status')
  const { errorCode } = pile
  const changed = shown === null || shown.state !== state || shown.detail !== detail || shown.errorCode !== errorCode
  if (changed) {
    await work.db.addPileEvent({ pileId: pile.id, at: work.now, state, detail, errorCode, cause })
    // a link that comes back shows the state from before: no news
    if (session !== undefined && isSuspended(detail) && shown?.state === 'occupied' && !isSuspended(shown.detail)) {
      const energyWh = Math.round(session.energyMilliWh / 1000)
      const sessionId = String(session.id)
      work.events.push({ type: 'session', ...about, sessionId, event: 'suspended', energyWh, reason: detail })
    }
  }
  const sessionId = session === undefined ? null : String(session.id)
  const key = `pile ${pile.id}`
  const fact = JSON.stringify([state, detail, errorCode, sessionId, pile.inService])
  if (!changed && work.told.get(key) === fact) return
  // what a reader may remember from before our start
  if (session === undefined && !work.told.has(key)) work.events.push({ type: 'pile-session', ...about, session: null })
  work.telling.set(key, fact)
  work.events.push({
    type: 'pile-state',
    ...about,
    state,
    detail,
    errorCode,
    since: changed ? work.now : shown.at,
    sessionId,
    inService: pile.inService,
    cause,
  })
}

const isSuspended = (detail: string | null): boolean => detail === 'suspended-ev' || detail === 'suspended-evse'

function tellPower(work: SiteWork): void {
  const { site, sessions } = work.snap
  const powerW = sessions.reduce((sum, session) => sum + (session.endedAt === null ? (session.powerW ?? 0) : 0), 0)
  const key = `power ${site.id}`
  const fact = JSON.stringify([powerW, site.powerLimitW])
  // between two ends the readings tell it
  const ended = [...work.causes.values()].includes('session-ended')
  if (!ended && work.told.get(key) === fact) return
  work.telling.set(key, fact)
  work.events.push({ type: 'site-power', siteId: site.id, at: work.now, powerW, limitW: site.powerLimitW })
}
