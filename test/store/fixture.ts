import type { Pool } from 'pg'
import { silentLog } from '../../central/store/log.ts'
import type { Database } from '../../central/store/orm.ts'
import type { StartEffect } from '../../central/store/statements/start.ts'
import { createWriter, type Writer, type WriterOptions } from '../../central/store/writer.ts'
import { connectWriter } from '../../central/store/writer-client.ts'
import { newId } from '../../protocol/ids.ts'
import { testDatabase } from '../support/database.ts'

export const NOW = Date.UTC(2026, 10, 22, 12, 0, 0)
export const MINUTE = 60_000
export const HOUR = 60 * MINUTE

export interface Store {
  database: Database
  pool: Pool
  writer: Writer
  /** First row of a query, or undefined. */
  one<T = Record<string, unknown>>(sql: string, values?: unknown[]): Promise<T>
}

type Test = Parameters<typeof testDatabase>[0]

/** A migrated database with a site `S`, charge points A and B (one pile each, of the same name), C with two piles, and a writer. */
export async function store(t: Test, options: Partial<WriterOptions> = {}): Promise<Store> {
  const { database } = await testDatabase(t)
  const { pool } = database
  await pool.query(`
    insert into sites (id, name, time_zone, currency, waiting_capacity) values ('S', 'Site', 'Asia/Shanghai', 'CNY', 6);
    insert into charge_points (id, site_id, created_at) select id, 'S', now() from unnest('{A,B,C}'::text[]) id;
    insert into charging_piles (id, site_id, charge_point_id, connector_id, mode, power_w, queue_length, created_at)
    select id, 'S', point, connector, 'fast', 7000, 2, now() from (values ('A', 'A', 1), ('B', 'B', 1), ('C-1', 'C', 1), ('C-2', 'C', 2)) p(id, point, connector);
    insert into id_tags (tag, status, created_at) values ('TAG1', 'Accepted', now()), ('TAG2', 'Accepted', now()), ('BLOCKED', 'Blocked', now());
  `)
  const writer = writerOf(t, database, options)
  return { database, pool, writer, one: async (sql, values = []) => (await pool.query(sql, values)).rows[0] }
}

/** A writer of its own, as a second node has. */
export function writerOf(t: Test, { url }: Pick<Database, 'url'>, options: Partial<WriterOptions> = {}): Writer {
  const writer = createWriter({ connect: () => connectWriter(url), log: silentLog, ...options })
  t.teardown(async () => writer[Symbol.asyncDispose]())
  return writer
}

/** A start at A of TAG1, with what is given instead. */
export const start = (given: Partial<StartEffect> = {}): StartEffect => ({
  chargePointId: 'A',
  connectorId: 1,
  idTag: 'TAG1',
  startKey: newId(),
  registerMilliWh: 1_000_000,
  at: NOW,
  receivedAt: NOW,
  reservationId: null,
  requestId: null,
  ...given,
})

/** A request called to a pile, for a user with a tag of that name. */
export async function called(
  pool: Pool,
  pileId: string,
  idTag: string,
  position = 1,
): Promise<{ requestId: string; userId: string }> {
  const [requestId, userId] = [newId(), newId()]
  await pool.query('insert into users (id, username, password_hash, role, created_at) values ($1, $2, $3, $4, now())', [
    userId,
    userId,
    '',
    'driver',
  ])
  await pool.query(
    `insert into charging_requests (id, site_id, user_id, id_tag, mode, number, energy_wh, source, status, created_at)
     select $1, 'S', $2, $3, 'fast', 1 + count(*), 5000, 'driver', 'active', now() from charging_requests`,
    [requestId, userId, idTag],
  )
  await pool.query(
    `insert into queue_status (request_id, site_id, place, pile_id, position, since) values ($1, 'S', 'pile', $2, $3, now())`,
    [requestId, pileId, position],
  )
  return { requestId, userId }
}
