import type { Problem, Reservation } from '../../../protocol/charger/command.ts'
import { foldCase } from '../../../protocol/ids.ts'
import { ok, refuse } from '../../../protocol/result.ts'
import type { UseCasePorts } from '../ports.ts'
import type { Verbs } from '../verbs.ts'

/** The charger's dialect. A gateway knows it, central does not. */
export interface Dialect {
  /** Checks an action and payload without sending. */
  checkNative(
    action: string,
    payload: unknown,
  ): { code: 'unknown-action' | 'invalid-payload'; problems: Problem[] } | null
  /** What is to be kept as a reservation, or as the end of one, when the charger accepts it. */
  reservationOf(action: string, payload: unknown): Reservation | undefined
}

/** Real ms in which it is known that nobody holds the link. */
const OFFLINE_KNOWN_MS = 1000

/** Any command in the charger's own words (rest.md, commands): unchanged, kept as a row, its answer as it came. */
export function createSendNative({ pool, desk }: UseCasePorts, dialect: Dialect): Verbs['sendNative'] {
  return async (actor, chargePointId, { action, payload, waitMs }) => {
    const { rows } = await pool.query<{ id: string; siteId: string; connected: boolean }>(
      `select id, site_id as "siteId", connected from charge_points where lower(id) = $1`,
      [foldCase(chargePointId)],
    )
    const chargePoint = rows[0]
    if (chargePoint === undefined) return refuse('not-found', `there is no charge point ${chargePointId}`)
    const wrong = dialect.checkNative(action, payload)
    if (wrong !== null)
      return {
        ...refuse(
          wrong.code,
          wrong.code === 'unknown-action' ? `${action} is no action a central system sends` : undefined,
        ),
        problems: wrong.problems,
      }
    // the row lags behind a link that has just come back: the gateway that holds it, or does not, has the last word
    const patienceMs = chargePoint.connected ? waitMs : Math.max(waitMs, OFFLINE_KNOWN_MS)
    const means = dialect.reservationOf(action, payload)
    const id = await desk.enqueue({
      chargePointId: chargePoint.id,
      siteId: chargePoint.siteId,
      pileId: null,
      command: { verb: 'native', action, payload, ...(means && { means }) },
      cause: 'rest',
      actorId: actor.id,
    })
    await Promise.race([desk.deliver(id), new Promise(resolve => setTimeout(resolve, patienceMs).unref())])
    const view = await desk.view(id)
    if (view === undefined) throw new Error(`command ${id} is gone`)
    return view.status === 'offline' ? refuse('charge-point-offline') : ok(view)
  }
}
