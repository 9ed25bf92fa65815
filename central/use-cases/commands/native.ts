import type { Problem } from '../../../protocol/charger/command.ts'
import { foldCase } from '../../../protocol/ids.ts'
import { ok, refuse } from '../../../protocol/result.ts'
import type { UseCasePorts } from '../ports.ts'
import type { Verbs } from '../verbs.ts'

/** Checks an action and payload against the charger's dialect, without sending. A gateway knows dialects, central does not. */
export type CheckNative = (
  action: string,
  payload: unknown,
) => { code: 'unknown-action' | 'invalid-payload'; problems: Problem[] } | null

/** Any command in the charger's own words (rest.md, commands): unchanged, kept as a row, its answer as it came. */
export function createSendNative({ pool, desk }: UseCasePorts, check: CheckNative): Verbs['sendNative'] {
  return async (actor, chargePointId, { action, payload, waitMs }) => {
    const { rows } = await pool.query<{ id: string; siteId: string; connected: boolean }>(
      `select id, site_id as "siteId", connected from charge_points where lower(id) = $1`,
      [foldCase(chargePointId)],
    )
    const chargePoint = rows[0]
    if (chargePoint === undefined) return refuse('not-found', `there is no charge point ${chargePointId}`)
    const wrong = check(action, payload)
    if (wrong !== null)
      return {
        ...refuse(
          wrong.code,
          wrong.code === 'unknown-action' ? `${action} is no action a central system sends` : undefined,
        ),
        problems: wrong.problems,
      }
    if (!chargePoint.connected) return refuse('charge-point-offline')
    const id = await desk.enqueue({
      chargePointId: chargePoint.id,
      siteId: chargePoint.siteId,
      pileId: null,
      command: { verb: 'native', action, payload },
      cause: 'rest',
      actorId: actor.id,
    })
    await Promise.race([desk.deliver(id), new Promise(resolve => setTimeout(resolve, waitMs).unref())])
    const view = await desk.view(id)
    if (view === undefined) throw new Error(`command ${id} is gone`)
    return view.status === 'offline' ? refuse('charge-point-offline') : ok(view)
  }
}
