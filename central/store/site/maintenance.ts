import type { ClientBase } from 'pg'
import type { EpochMs } from '../../../protocol/units.ts'
import { at } from './run.ts'

/** The charger is told to serve nobody. */
export async function windowClosed(db: ClientBase, id: string, now: EpochMs): Promise<void> {
  await db.query(`update maintenance_windows set closed_at = ${at('$2')}, reopened_at = null where id = $1`, [id, now])
}

/** The charger is told to serve again, or somebody else tells it. */
export async function windowReopened(db: ClientBase, id: string, now: EpochMs): Promise<void> {
  await db.query(`update maintenance_windows set reopened_at = ${at('$2')} where id = $1`, [id, now])
}

/** An operator wants the pile back before the time. */
export async function windowCancelled(db: ClientBase, id: string, now: EpochMs): Promise<void> {
  await db.query(`update maintenance_windows set cancelled_at = ${at('$2')} where id = $1 and cancelled_at is null`, [
    id,
    now,
  ])
}

export async function addWindow(
  db: ClientBase,
  w: { id: string; pileId: string; from: EpochMs; to: EpochMs; reason: string; by: string | null; now: EpochMs },
): Promise<void> {
  await db.query(
    `insert into maintenance_windows (id, pile_id, from_at, to_at, reason, created_by, created_at)
     values ($1, $2, ${at('$3')}, ${at('$4')}, $5, $6, ${at('$7')})`,
    [w.id, w.pileId, w.from, w.to, w.reason, w.by, w.now],
  )
}
