import t from 'tap'
import { entities } from '../../central/store/entities/index.ts'
import { testDatabase } from '../support/database.ts'

/**
 * What the migration alone owns and entities do not repeat: indexes, checks, one self-reference. And what the schema
 * generator cannot see: that a default is a sequence or an identity.
 */
const ownedByMigration = [
  /^set names/,
  /^drop index /,
  /drop constraint "\w+_check"$/,
  /drop constraint "billing_details_corrects_id_fkey"$/,
  /alter column "(seq|number)" drop default$/,
  /set default nextval\('\w+'::regclass\)$/,
]

t.test('entities and migrated tables agree on every column, key and reference', async t => {
  const { database } = await testDatabase(t)
  const sql = await database.orm.schema.getUpdateSchemaSQL({ dropTables: true })
  const statements = sql.split(/;\s*/).map(line => line.trim())
  t.strictSame(
    statements.filter(line => line !== '' && !ownedByMigration.some(owned => owned.test(line))),
    [],
  )
})

t.test('every table has an entity', async t => {
  const { database } = await testDatabase(t)
  const { rows } = await database.pool.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
     and not relispartition and relname <> 'migrations' order by 1`,
  )
  t.strictSame(
    entities.map(entity => entity.meta.tableName).sort(),
    rows.map(row => row.name),
  )
})

t.test('numbers and instants leave the database as numbers, over both ways', async t => {
  const { database } = await testDatabase(t)
  const sql =
    "select 9007199254740991::bigint as big, '2026-11-22 18:05:01.123456+05:30'::timestamptz as at, null::bigint as none"
  const expected = { big: 9007199254740991, at: Date.UTC(2026, 10, 22, 12, 35, 1, 123), none: null }
  t.strictSame((await database.pool.query(sql)).rows, [expected])
  t.strictSame(await database.orm.em.fork().execute(sql), [expected])
  await t.rejects(database.pool.query('select 9007199254740993::bigint'), { message: /beyond 2\^53/ })
})
