import { windowClosed, windowReopened } from '../../store/site/maintenance.ts'
import type { PileRow } from '../../store/site/snapshot.ts'
import { runningWindow } from './windows.ts'
import { command, dueAt, openSessionAt, type SiteWork } from './work.ts'

/**
 * Tells the charger of announced work: to serve nobody, once it is idle, and to serve again when the work is over. One that
 * was away hears the end when it is back.
 */
export async function followWindows(work: SiteWork): Promise<void> {
  const { now, client } = work
  for (const pile of work.snap.piles) {
    const running = runningWindow(pile, now)
    for (const window of pile.windows) {
      if (!window.cancelled && window.to > now) dueAt(work, window.from > now ? window.from : window.to)
      const tellable = pile.connected && pile.protocol !== 'http'
      if (window === running && !window.closed && tellable && openSessionAt(work.snap, pile.id) === undefined) {
        window.closed = true
        await windowClosed(client, window.id, now)
        await tell(work, pile, false)
      } else if (window !== running && window.closed && tellable) {
        window.closed = false
        await windowReopened(client, window.id, now)
        // another one follows at once, or an operator has switched it off besides
        if (running === undefined && pile.inService) await tell(work, pile, true)
      }
    }
  }
}

const tell = (work: SiteWork, pile: PileRow, available: boolean): Promise<string> =>
  command(
    work,
    { chargePointId: pile.chargePointId, pileId: pile.id },
    { verb: 'set-availability', connectorId: pile.connectorId, available },
    'maintenance-window',
  )
