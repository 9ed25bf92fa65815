import type { Pool } from 'pg'
import { ok, type Result, refuse } from '../../../protocol/result.ts'
import type { Actor } from '../verbs.ts'

/** Who charges: the actor, the vehicle they named or their first without an active request, and the tag their sessions run under. */
export async function driverOf(
  pool: Pool,
  actor: Actor,
  vehicleId: string | undefined,
): Promise<Result<{ userId: string | null; vehicleId: string | null; idTag: string | null }>> {
  const { rows } = await pool.query<{ id: string }>(
    `select v.id from vehicles v where v.user_id = $1
     order by exists (select 1 from charging_requests r where r.vehicle_id = v.id and r.status = 'active'), v.created_at, v.id`,
    [actor.id],
  )
  if (vehicleId !== undefined && !rows.some(({ id }) => id === vehicleId))
    return refuse('not-found', 'you have no such vehicle')
  const tags = await pool.query<{ tag: string }>(
    `select tag from id_tags where user_id = $1 and status = 'Accepted' order by created_at, tag limit 1`,
    [actor.id],
  )
  return ok({ userId: actor.id, vehicleId: vehicleId ?? rows[0]?.id ?? null, idTag: tags.rows[0]?.tag ?? null })
}
