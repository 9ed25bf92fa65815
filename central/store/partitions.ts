import type { Pool, PoolClient } from 'pg'
import type { EpochMs } from '../../protocol/units.ts'

type Period = 'day' | 'month'

/** The tables that are cut by time: retention drops whole partitions, and old ones never slow new writes. */
const PARTITIONED = [
  { table: 'meter_values', period: 'month', ahead: 2 },
  { table: 'ocpp_messages', period: 'day', ahead: 3 },
] as const satisfies { table: string; period: Period; ahead: number }[]

const NAME = /^(meter_values|ocpp_messages)_(\d{4})_(\d\d)(?:_(\d\d))?$/

/**
 * Makes the partitions of the present period and the next ones; run it at start and once a day. Rows that came before
 * their partition went to the default one and are moved. Safe with several processes at once.
 */
export async function ensurePartitions(pool: Pool, now: EpochMs): Promise<string[]> {
  const made: string[] = []
  const client = await pool.connect()
  try {
    for (const { table, period, ahead } of PARTITIONED) {
      for (let offset = 0; offset < ahead; offset++) {
        const name = await ensurePartition(
          client,
          table,
          period,
          startOf(period, now, offset),
          startOf(period, now, offset + 1),
        )
        if (name !== null) made.push(name)
      }
    }
  } finally {
    client.release()
  }
  return made
}

async function ensurePartition(
  client: PoolClient,
  table: string,
  period: Period,
  from: Date,
  to: Date,
): Promise<string | null> {
  const name = `${table}_${from
    .toISOString()
    .slice(0, period === 'day' ? 10 : 7)
    .replaceAll('-', '_')}`
  const { rows } = await client.query<{ exists: boolean }>('select to_regclass($1) is not null as exists', [name])
  if (rows[0]?.exists) return null
  const range = `'${from.toISOString()}' and '${to.toISOString()}'`
  const column = table === 'meter_values' ? 'received_at' : 'real_at'
  const inside = `${column} >= '${from.toISOString()}' and ${column} < '${to.toISOString()}'`
  await client.query('begin')
  try {
    // Writers hold a weaker lock on the parent: they wait a moment, and nobody can write to the default meanwhile.
    await client.query(`lock table ${table} in share row exclusive mode`)
    const again = await client.query<{ exists: boolean }>('select to_regclass($1) is not null as exists', [name])
    if (!again.rows[0]?.exists) {
      await client.query(
        `create table ${name} (like ${table} including defaults including identity including constraints including indexes)`,
      )
      await client.query(
        `with moved as (delete from ${table}_default where ${inside} returning *) insert into ${name} overriding system value select * from moved`,
      )
      await client.query(`alter table ${name} alter column seq drop identity`)
      await client.query(
        `alter table ${table} attach partition ${name} for values from (${range.replace(' and ', ') to (')})`,
      )
    }
    await client.query('commit')
    return again.rows[0]?.exists ? null : name
  } catch (error) {
    await client.query('rollback')
    throw error
  }
}

/** How long rows are kept, in days. */
export interface Retention {
  meterValuesDays: number
  ocppMessagesDays: number
}

/** Drops the partitions whose last row is older than the retention, and such rows in the default partitions. */
export async function dropOldPartitions(pool: Pool, now: EpochMs, retention: Retention): Promise<string[]> {
  const dropped: string[] = []
  const { rows } = await pool.query<{ name: string }>(
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent in ('meter_values'::regclass, 'ocpp_messages'::regclass) order by 1`,
  )
  const days = { meter_values: retention.meterValuesDays, ocpp_messages: retention.ocppMessagesDays }
  for (const { name } of rows) {
    const [, table, year, month, day] = NAME.exec(name) ?? []
    if (table === undefined) continue
    const end =
      day === undefined
        ? Date.UTC(Number(year), Number(month))
        : Date.UTC(Number(year), Number(month) - 1, Number(day) + 1)
    if (end > now - days[table as keyof typeof days] * 86_400_000) continue
    await pool.query(`drop table if exists ${name}`)
    dropped.push(name)
  }
  const before = (age: number): Date => new Date(now - age * 86_400_000)
  await pool.query('delete from meter_values_default where received_at < $1', [before(days.meter_values)])
  await pool.query('delete from ocpp_messages_default where real_at < $1', [before(days.ocpp_messages)])
  return dropped
}

/** Start of the period that holds `at`, `offset` periods later; UTC. */
function startOf(period: Period, at: EpochMs, offset: number): Date {
  const date = new Date(at)
  return period === 'day'
    ? new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + offset))
    : new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset, 1))
}
