import { Client } from 'pg'
import t from 'tap'
import { emptyDatabase } from '../support/database.ts'
import { dataFolder, runToEnd } from '../support/process.ts'

t.test('the doctor walks every chain: exit code 0 while they hold, 1 and the broken link when not', async t => {
  const env = { DATABASE_URL: await emptyDatabase(t), DATA_DIR: await dataFolder(t) }
  const doctor = (...args: string[]) => runToEnd(t, { args: ['doctor', ...args], env })
  const empty = await doctor('--json')
  t.match([empty.code, JSON.parse(empty.stdout)], [0, { holds: true, chains: [] }])

  const db = new Client({ connectionString: env.DATABASE_URL })
  await db.connect()
  t.teardown(() => db.end())
  await db.query(
    `insert into sites (id, name, time_zone, currency, waiting_capacity) values ('S', 'Site', 'Asia/Shanghai', 'CNY', 6)`,
  )
  const fresh = await doctor()
  t.match([fresh.code, fresh.stdout], [0, 'S: the chain holds, 0 links'])
  const unknown = await doctor('--noted', 'f'.repeat(64))
  t.match([unknown.code, unknown.stdout], [1, /^BROKEN: the noted hash f+ is in no chain/m])

  await db.query(
    `insert into ledger_entries values ('S', 1, 'bill', '00000000-0000-4000-8000-000000000001', repeat('0', 64), '', repeat('1', 64), now())`,
  )
  const broken = await doctor()
  t.match(
    [broken.code, broken.stdout],
    [1, 'S: BROKEN after 0 links: link 1 (bill 00000000-0000-4000-8000-000000000001) was altered'],
  )
  const json = await doctor('--json')
  t.match(JSON.parse(json.stdout), { holds: false, chains: [{ siteId: 'S', breach: { seq: 1, what: 'relinked' } }] })
})
