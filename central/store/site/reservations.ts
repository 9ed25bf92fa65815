import type { ClientBase } from 'pg'
import type { ReservationKey } from '../statements/reservation.ts'

const NEXT = /* sql */ `
with next as (select nextval('reservation_ids')::integer as id)
select id, exists (select from reservations r where r.charge_point_id = $1 and r.id = next.id and r.status = 'active') as taken from next`

/** A number for a new reservation: none that an operator uses at this charge point, because the same one replaces. */
export async function freeReservationId(db: ClientBase, chargePointId: string): Promise<number> {
  for (;;) {
    const { rows } = await db.query<{ id: number; taken: boolean }>({
      name: 'next-reservation',
      text: NEXT,
      values: [chargePointId],
    })
    if (!rows[0]!.taken) return rows[0]!.id
  }
}

const END = `update reservations set status = $3 where charge_point_id = $1 and id = $2 and status = 'active'`

export async function endReservation(
  db: ClientBase,
  { chargePointId, reservationId, status }: ReservationKey & { status: 'cancelled' | 'expired' },
): Promise<void> {
  await db.query({ name: 'end-reservation', text: END, values: [chargePointId, reservationId, status] })
}
