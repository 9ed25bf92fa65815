import type { Pool } from 'pg'
import t from 'tap'
import { silentLog } from '../../central/store/log.ts'
import { openDatabase } from '../../central/store/orm.ts'
import { dropOldPartitions, ensurePartitions } from '../../central/store/partitions.ts'
import { store } from './fixture.ts'

const NOW = Date.UTC(2026, 11, 31, 23, 59, 59)
const DAY = 86_400_000

const reading = (pool: Pool, at: number) =>
  pool.query("insert into meter_values (charge_point_id, connector_id, received_at) values ('A', 1, $1)", [
    new Date(at),
  ])
const message = (pool: Pool, at: number) =>
  pool.query(
    "insert into ocpp_messages (charge_point_id, real_at, direction, kind, raw) values ('A', $1, 'in', 'call', '')",
    [new Date(at)],
  )
const where = async (pool: Pool, table: string): Promise<string[]> =>
  (await pool.query(`select tableoid::regclass::text as name from ${table} order by 1`)).rows.map(row => row.name)

t.test('partitions of this period and the next ones, across the end of a year', async t => {
  const { pool } = await store(t)
  t.strictSame(await ensurePartitions(pool, NOW), [
    'meter_values_2026_12',
    'meter_values_2027_01',
    'ocpp_messages_2026_12_31',
    'ocpp_messages_2027_01_01',
    'ocpp_messages_2027_01_02',
  ])
  t.strictSame(await ensurePartitions(pool, NOW), [])
  await reading(pool, NOW)
  await reading(pool, NOW + 1000)
  await message(pool, NOW + DAY)
  t.strictSame(await where(pool, 'meter_values'), ['meter_values_2026_12', 'meter_values_2027_01'])
  t.strictSame(await where(pool, 'ocpp_messages'), ['ocpp_messages_2027_01_01'])
})

t.test('rows that came before their partition are moved into it, and numbers go on', async t => {
  const { pool } = await store(t)
  await reading(pool, NOW)
  await reading(pool, NOW - 60 * DAY)
  await ensurePartitions(pool, NOW)
  await reading(pool, NOW)
  t.strictSame(await where(pool, 'meter_values'), [
    'meter_values_2026_12',
    'meter_values_2026_12',
    'meter_values_default',
  ])
  const { rows } = await pool.query('select seq from meter_values where received_at = $1 order by seq', [new Date(NOW)])
  t.strictSame(
    rows.map(row => row.seq),
    [1, 3],
  )
})

t.test('two processes may make them at once, while readings are written', async t => {
  const { pool, writer, database } = await store(t)
  const other = await openDatabase({ url: database.url, poolSize: 2, log: silentLog })
  t.teardown(() => other.close())
  const sample = () =>
    writer.submit('readings', { chargePointId: 'A', connectorId: 1, receivedAt: NOW, readings: [{ powerW: 1 }] })
  const [one, two] = await Promise.all([
    ensurePartitions(pool, NOW),
    ensurePartitions(other.pool, NOW),
    sample(),
    sample(),
    sample(),
  ])
  t.equal(one.length + two.length, 5)
  t.strictSame(await where(pool, 'meter_values'), Array(3).fill('meter_values_2026_12'))
})

t.test('retention drops the partitions whose last row is too old, and such rows of the default one', async t => {
  const { pool } = await store(t)
  for (const days of [500, 40, 8, 7]) {
    await ensurePartitions(pool, NOW - days * DAY)
    await reading(pool, NOW - days * DAY)
    await message(pool, NOW - days * DAY)
  }
  await pool.query(
    "insert into meter_values (charge_point_id, connector_id, received_at) values ('A', 1, '2020-01-01')",
  )
  const dropped = await dropOldPartitions(pool, NOW, { meterValuesDays: 400, ocppMessagesDays: 7 })
  t.ok(dropped.includes('meter_values_2025_08'))
  t.ok(dropped.includes('ocpp_messages_2026_12_23'))
  t.notOk(dropped.includes('ocpp_messages_2026_12_24'))
  t.strictSame(await where(pool, 'meter_values'), [
    'meter_values_2026_11',
    'meter_values_2026_12',
    'meter_values_2026_12',
  ])
  t.strictSame(await where(pool, 'ocpp_messages'), ['ocpp_messages_2026_12_24'])
})
