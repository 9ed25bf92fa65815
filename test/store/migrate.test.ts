import { spawn } from 'node:child_process'
import { once } from 'node:events'
import t from 'tap'
import { silentLog } from '../../central/store/log.ts'
import { migrate } from '../../central/store/migrate.ts'
import { openDatabase } from '../../central/store/orm.ts'
import { migrations } from '../../migrations/index.ts'
import { emptyDatabase } from '../support/database.ts'

const module = new URL('../../central/store/migrate.ts', import.meta.url).href

/** Migrates in a process of its own; what it printed. */
async function inAnotherProcess(url: string): Promise<string[]> {
  const script = `const { migrate } = await import(${JSON.stringify(module)})
    const log = { info() {}, warn() {}, error() {} }
    console.log(JSON.stringify(await migrate(${JSON.stringify(url)}, log)))`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`migration process ended with ${code}`)
  return JSON.parse(printed)
}

t.test('several processes may migrate one empty database at once; each migration runs once', async t => {
  const url = await emptyDatabase(t)
  const ran = await Promise.all([inAnotherProcess(url), inAnotherProcess(url), migrate(url, silentLog)])
  t.strictSame(
    ran.flat(),
    migrations.map(migration => migration.name),
  )
  const { pool, close } = await openDatabase({ url, poolSize: 1, log: silentLog })
  t.teardown(close)
  t.equal((await pool.query('select count(*) from migrations')).rows[0].count, migrations.length)
  t.equal((await pool.query('select count(*) from charging_sessions')).rows[0].count, 0)
})

t.test('a migrated database needs nothing', async t => {
  const url = await emptyDatabase(t)
  await migrate(url, silentLog)
  t.strictSame(await migrate(url, silentLog), [])
})

t.test('opening needs no database; using it tells that it is away, and the process goes on', async t => {
  const { pool, orm, close } = await openDatabase({ url: 'postgres://127.0.0.1:1/none', poolSize: 1, log: silentLog })
  t.teardown(close)
  await t.rejects(pool.query('select'), { code: 'ECONNREFUSED' })
  await t.rejects(orm.em.fork().execute('select'))
})
