import type { Pool } from 'pg'
import type { EpochMs } from '../../../protocol/units.ts'

/** A reservation of a charge point is known by its number there; another charge point may have one of the same number. */
export interface ReservationKey {
  chargePointId: string
  reservationId: number
}

export interface NewReservation extends ReservationKey {
  /** 0 is whichever connector is free. */
  connectorId: number
  idTag: string
  expiresAt: EpochMs
  requestId: string | null
  now: EpochMs
}

const KEEP = /* sql */ `
insert into reservations (charge_point_id, id, connector_id, request_id, id_tag, expires_at, status, created_at)
values ($1, $2, $3, $4, $5, to_timestamp($6::double precision / 1000), 'active', to_timestamp($7::double precision / 1000))
on conflict (charge_point_id, id) do update set connector_id = excluded.connector_id, request_id = excluded.request_id,
  id_tag = excluded.id_tag, expires_at = excluded.expires_at, status = 'active', created_at = excluded.created_at`

/** Active from now on. The same number again replaces what it stood for (OCPP 1.6 section 5.13). */
export async function keepReservation(pool: Pool, r: NewReservation): Promise<void> {
  const { chargePointId, reservationId, connectorId, requestId, idTag, expiresAt, now } = r
  await pool.query({
    name: 'keep-reservation',
    text: KEEP,
    values: [chargePointId, reservationId, connectorId, requestId, idTag, expiresAt, now],
  })
}

const CANCEL = `update reservations set status = 'cancelled' where charge_point_id = $1 and id = $2 and status = 'active'`

/** Without effect on one that is used, over or unknown. */
export async function cancelReservation(pool: Pool, { chargePointId, reservationId }: ReservationKey): Promise<void> {
  await pool.query({ name: 'cancel-reservation', text: CANCEL, values: [chargePointId, reservationId] })
}
