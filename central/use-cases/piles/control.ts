import type { Command } from '../../../protocol/charger/command.ts'
import { foldCase } from '../../../protocol/ids.ts'
import { ok, type Result, refuse } from '../../../protocol/result.ts'
import { windowCancelled } from '../../store/site/maintenance.ts'
import type { UseCasePorts } from '../ports.ts'
import { runningWindow } from '../site/windows.ts'
import { askStop, command, notice, openSessionAt, pileRow, viewPile } from '../site/work.ts'
import type { Verbs } from '../verbs.ts'

/** How long the caller waits for the charger's answer. Real time. */
const WAIT_MS = 5_000

/**
 * What an operator or technician may do to a pile. `stop` and `maintenance` take it out of dispatch, when the running
 * session has ended unless forced; `start` brings it back; `unlock` and `reset` go to the charger.
 */
export function createControlPile({ pool, sites, desk }: UseCasePorts): Verbs['controlPile'] {
  return async (actor, pileId, { action, reason, force }) => {
    const { rows } = await pool.query<{ id: string; siteId: string }>(
      `select id, site_id as "siteId" from charging_piles where lower(id) = $1`,
      [foldCase(pileId)],
    )
    const found = rows[0]
    if (found === undefined) return refuse('not-found')
    const done = await sites.act(
      found.siteId,
      async (work): Promise<Result<{ id: string; commandId: string | null; state: () => string }>> => {
        const pile = pileRow(work, found.id)
        if (pile === undefined) return refuse('not-found')
        const send = (what: Command) =>
          command(work, { chargePointId: pile.chargePointId, pileId: pile.id }, what, action, actor.id)
        const state = () => viewPile(work.snap, pile, work.yard.piles.find(({ id }) => id === pile.id)?.cars[0]).state
        if (action === 'unlock' || action === 'reset') {
          if (!pile.connected) return refuse('charge-point-offline')
          const commandId = await send(
            action === 'unlock'
              ? { verb: 'unlock', connectorId: pile.connectorId }
              : { verb: 'reset', hard: force === true },
          )
          return ok({ id: pile.id, commandId, state })
        }
        const inService = action === 'start'
        pile.inService = inService
        // whoever switches it on during announced work says that this is done
        const running = inService ? runningWindow(pile, work.now) : undefined
        if (running !== undefined) {
          running.cancelled = true
          await windowCancelled(work.client, running.id, work.now)
        }
        work.causes.set(pile.id, 'operator')
        await work.db.pileInService(pile.id, inService, inService ? null : (reason ?? action))
        notice(work, 'request', `${actor.name}: ${action} ${pile.id}${reason === undefined ? '' : ` (${reason})`}`, {
          pileId: pile.id,
        })
        const session = openSessionAt(work.snap, pile.id)
        if (session !== undefined && !inService && force === true) await askStop(work, session, 'switched-off')
        const told = pile.connected && pile.protocol !== 'http'
        const commandId = told
          ? await send({ verb: 'set-availability', connectorId: pile.connectorId, available: inService })
          : null
        return ok({ id: pile.id, commandId, state })
      },
    )
    if (!done.ok) return done
    const { commandId } = done.value
    if (commandId !== null)
      await Promise.race([desk.deliver(commandId), new Promise(resolve => setTimeout(resolve, WAIT_MS).unref())])
    const view = commandId === null ? undefined : await desk.view(commandId)
    return ok({
      id: done.value.id,
      state: done.value.state(),
      command: view === undefined ? null : { id: view.id, status: view.status },
    })
  }
}
