import type { Database } from '../../central/store/orm.ts'
import { NOW } from './support.ts'

/** Rows as the use cases leave them, for tests of what is read. Times are minutes after NOW. */
export const at = (minutes: number): Date => new Date(NOW + minutes * 60_000)

let number = 0

export async function request(
  database: Database,
  row: {
    userId: string | null
    vehicleId?: string
    mode?: 'fast' | 'trickle'
    status?: string
    minute?: number
    energyWh?: number
    number?: number
  },
): Promise<string> {
  const { rows } = await database.pool.query<{ id: string }>(
    `insert into charging_requests (id, site_id, user_id, vehicle_id, mode, number, energy_wh, source, status, created_at)
     values (gen_random_uuid(), 'default', $1, $2, $3, $4, $5, 'driver', $6, $7) returning id`,
    [
      row.userId,
      row.vehicleId ?? null,
      row.mode ?? 'fast',
      row.number ?? ++number,
      row.energyWh ?? 20_000,
      row.status ?? 'active',
      at(row.minute ?? 0),
    ],
  )
  return rows[0]!.id
}

export const queued = (
  database: Database,
  requestId: string,
  place: 'waiting' | 'pile' | 'fault',
  position: number,
  pileId: string | null = null,
) =>
  database.pool.query(
    `insert into queue_status (request_id, site_id, place, pile_id, position, since) values ($1, 'default', $2, $3, $4, $5)`,
    [requestId, place, pileId, position, at(0)],
  )

export async function session(
  database: Database,
  row: {
    pileId: string
    requestId?: string
    userId?: string
    minute?: number
    minutes?: number
    energyWh?: number
    chargePointId?: string
    connectorId?: number
  },
): Promise<number> {
  const start = row.minute ?? 0
  const energy = (row.energyWh ?? 1000) * 1000
  const { rows } = await database.pool.query<{ id: number }>(
    `insert into charging_sessions (site_id, charge_point_id, connector_id, pile_id, request_id, user_id, id_tag, start_key, verdict,
       meter_start_milli_wh, started_at, started_received_at, energy_milli_wh, power_w, meter_stop_milli_wh, ended_at, stop_reason)
     values ('default', $1, $2, $3, $4, $5, 'TAG', gen_random_uuid()::text, 'accepted', 5000000, $6, $6, $7, 7000, $8, $9, $10) returning id`,
    [
      row.chargePointId ?? row.pileId,
      row.connectorId ?? 1,
      row.pileId,
      row.requestId ?? null,
      row.userId ?? null,
      at(start),
      energy,
      row.minutes === undefined ? null : 5_000_000 + energy,
      row.minutes === undefined ? null : at(start + row.minutes),
      row.minutes === undefined ? null : 'Local',
    ],
  )
  return rows[0]!.id
}

export async function bill(
  database: Database,
  row: { requestId: string; userId: string; sessionId: number; pileId: string; minute?: number },
): Promise<string> {
  const created = at(row.minute ?? 0)
  const { rows } = await database.pool.query<{ id: string }>(
    `insert into bills (id, request_id, site_id, user_id, currency, total_minor, state, created_at)
     values (gen_random_uuid(), $1, 'default', $2, 'CNY', 1890, 'unpaid', $3) returning id`,
    [row.requestId, row.userId, created],
  )
  const window = { from: NOW, to: NOW + 7_200_000, kind: 'peak', price: 5500, energyMilliWh: 14_000_000, feeMinor: 770 }
  await database.pool.query(
    `insert into billing_details (id, kind, bill_id, request_id, session_id, site_id, pile_id, user_id, currency, energy_milli_wh, charging_seconds,
       started_at, ended_at, windows, energy_fee_minor, service_fee_minor, total_minor, stop_reason, created_at)
     values (gen_random_uuid(), 'charge', $1, $2, $3, 'default', $4, $5, 'CNY', 14000000, 7200, $6, $7, $8, 770, 1120, 1890, '=1+1', $6)`,
    [
      rows[0]!.id,
      row.requestId,
      row.sessionId,
      row.pileId,
      row.userId,
      created,
      at((row.minute ?? 0) + 120),
      JSON.stringify([window]),
    ],
  )
  return rows[0]!.id
}
