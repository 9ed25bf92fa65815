import type { SessionEvent, SiteEvent } from '../../../protocol/events.ts'
import { ok, type Result, refuse } from '../../../protocol/result.ts'
import { billOfRequest } from '../../store/views/request-bill.ts'
import type { UseCasePorts } from '../ports.ts'
import { endRequest } from '../site/settle.ts'
import { findRequest, viewEnded } from '../site/view.ts'
import { askStop, carRow, notice, numberOf, openSessionOf } from '../site/work.ts'
import type { Verbs } from '../verbs.ts'
import { mayTouch } from './access.ts'

/** How long the caller waits for the charger to end the session, so that the bill can be told. Real time. */
const WAIT_MS = 15_000

/** Cancel (domain.md section 5): waiting costs nothing; at a pile the place is freed; charging stops and is billed. */
export function createCancel({ pool, sites, events }: UseCasePorts): Verbs['cancelRequest'] {
  return async (actor, requestId) => {
    const id = requestId ?? (await onlyActive(pool, actor.id))
    if (id === undefined) return refuse('no-active-request')
    const request = await findRequest(pool, id)
    if (request === undefined || !mayTouch(actor, request.userId))
      return refuse(requestId === undefined ? 'no-active-request' : 'not-found')
    if (request.status !== 'active') return refuse('no-active-request')

    const asked = await sites.act(request.siteId, async (work): Promise<Result<{ sessionId: number | null }>> => {
      const car = carRow(work, id)
      if (car === undefined) return refuse('no-active-request')
      const session = openSessionOf(work.snap, id)
      notice(work, 'request', `${numberOf(car)} is cancelled`, { requestId: id, pileId: car.pileId })
      if (session === undefined) {
        await endRequest(work, car, 'cancelled')
        return ok({ sessionId: null })
      }
      car.endCause = 'cancel'
      await work.db.requestEndCause(id, 'cancel')
      await askStop(work, session, 'cancel')
      return ok({ sessionId: session.id })
    })
    if (!asked.ok) return asked
    if (asked.value.sessionId !== null)
      await untilEnded(
        events,
        String(asked.value.sessionId),
        async () => (await findRequest(pool, id))?.status !== 'active',
      )
    const after = await findRequest(pool, id)
    const status = after === undefined || after.status === 'active' ? 'charging' : viewEnded(after).status
    return ok({ id, status, bill: await billOfRequest(pool, id) })
  }
}

/** Waits for a session's end, or for `isDone`, for a bounded time; the listener is there before the question is asked. */
export async function untilEnded(
  events: UseCasePorts['events'],
  sessionId: string,
  isDone: () => Promise<boolean>,
  atMostMs = WAIT_MS,
): Promise<void> {
  const ended = events.next(
    (event: SiteEvent): event is SessionEvent =>
      event.type === 'session' && event.event === 'ended' && event.sessionId === sessionId,
    atMostMs,
  )
  if (await isDone()) ended.cancel()
  await ended.promise
}

async function onlyActive(pool: UseCasePorts['pool'], userId: string | null): Promise<string | undefined> {
  const { rows } = await pool.query<{ id: string }>(
    `select id from charging_requests where user_id = $1 and status = 'active' order by source = 'driver' desc, created_at desc limit 1`,
    [userId],
  )
  return rows[0]?.id
}
