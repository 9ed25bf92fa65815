import { foldCase, newId } from '../../../protocol/ids.ts'
import { ok, type Result, refuse } from '../../../protocol/result.ts'
import { rfc3339 } from '../../../protocol/units.ts'
import { addWindow, windowCancelled } from '../../store/site/maintenance.ts'
import type { UseCasePorts } from '../ports.ts'
import { notice, pileRow } from '../site/work.ts'
import type { Verbs } from '../verbs.ts'

/**
 * Work that is announced: the dispatcher calls nobody to the pile whom it would interrupt, and takes it out of dispatch
 * from its beginning, or from the end of the session that runs then, to its end (site/windows.ts).
 */
export function createMaintenanceVerbs({
  pool,
  sites,
}: UseCasePorts): Pick<Verbs, 'planMaintenance' | 'cancelMaintenance'> {
  return {
    async planMaintenance(actor, { pileId, from, to, reason }) {
      const { rows } = await pool.query<{ id: string; siteId: string }>(
        `select id, site_id as "siteId" from charging_piles where lower(id) = $1`,
        [foldCase(pileId)],
      )
      const found = rows[0]
      if (found === undefined) return refuse('not-found', `there is no pile ${pileId}`)
      return sites.act(found.siteId, async (work): Promise<Result<{ windowId: string }>> => {
        const pile = pileRow(work, found.id)
        if (pile === undefined) return refuse('not-found')
        if (to <= from || to <= work.now) return refuse('malformed-request', 'the work would be over before it begins')
        const other = pile.windows.find(window => !window.cancelled && window.from < to && from < window.to)
        if (other !== undefined)
          return refuse('window-overlaps', `${pile.id}: ${rfc3339(other.from)} to ${rfc3339(other.to)}`)
        const id = newId()
        await addWindow(work.client, { id, pileId: pile.id, from, to, reason, by: actor.id, now: work.now })
        pile.windows.push({ id, from, to, reason, cancelled: false, closed: false })
        pile.windows.sort((a, b) => a.from - b.from)
        notice(work, 'request', `${actor.name}: work at ${pile.id} from ${rfc3339(from)} to ${rfc3339(to)}`, {
          pileId: pile.id,
          data: { windowId: id, reason },
        })
        return ok({ windowId: id })
      })
    },

    async cancelMaintenance(actor, windowId) {
      const { rows } = await pool.query<{ pileId: string; siteId: string }>(
        `select w.pile_id as "pileId", p.site_id as "siteId" from maintenance_windows w join charging_piles p on p.id = w.pile_id
         where w.id = $1`,
        [windowId],
      )
      const found = rows[0]
      if (found === undefined) return refuse('not-found', 'there is no such window')
      return sites.act(found.siteId, async (work): Promise<Result<null>> => {
        const window = pileRow(work, found.pileId)?.windows.find(({ id }) => id === windowId)
        if (window?.cancelled !== false || window.to <= work.now)
          return refuse('state-forbids', 'the window is over or cancelled')
        window.cancelled = true
        await windowCancelled(work.client, windowId, work.now)
        notice(work, 'request', `${actor.name}: no work at ${found.pileId} after all`, {
          pileId: found.pileId,
          data: { windowId },
        })
        return ok(null)
      })
    },
  }
}
