import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { startEmbedded } from '../../central/store/embedded/embedded.ts'
import { silentLog } from '../../central/store/log.ts'
import { migrate } from '../../central/store/migrate.ts'
import { openDatabase } from '../../central/store/orm.ts'
import { NOW, start, writerOf } from './fixture.ts'

t.test('a server that is killed under load is started again, and nothing acknowledged is lost', async t => {
  const home = await mkdtemp(join(tmpdir(), 'ev-away-'))
  await chmod(home, 0o711)
  t.teardown(() => rm(home, { recursive: true, force: true }))
  const { promise: restarted, resolve } = Promise.withResolvers<void>()
  const log = { ...silentLog, info: (_: object, fact: string) => void (fact.endsWith('started again') && resolve()) }
  // The real settings: what is acknowledged must survive.
  const server = await startEmbedded({ dataDir: join(home, 'data'), log })
  t.teardown(() => server.stop())
  await migrate(server.url, silentLog)
  const database = await openDatabase({ url: server.url, poolSize: 2, log: silentLog })
  t.teardown(() => database.close())
  await database.pool.query(`
    insert into sites (id, name, time_zone, currency, waiting_capacity) values ('S', 'Site', 'Asia/Shanghai', 'CNY', 6);
    insert into charge_points (id, site_id, accept_unknown_tags, created_at) select 'P' || n, 'S', true, now() from generate_series(0, 49) n`)
  const writer = writerOf(t, database)

  const { pid } = server
  let acknowledged = 0
  /** One charge point after the other start, each again and again until the server has been killed and is back. */
  const charger = async (n: number): Promise<number[]> => {
    const ids: number[] = []
    for (let i = 0; ids.length < 20 || server.pid === pid; i++) {
      const result = await writer.submit(
        'start',
        start({ chargePointId: `P${n}`, startKey: `${i}`, idTag: `T${n}`, receivedAt: NOW }),
      )
      ids.push(result.transactionId)
      if (++acknowledged === 200) process.kill(pid, 'SIGKILL')
    }
    return ids
  }
  const told = (await Promise.all(Array.from({ length: 50 }, (_, n) => charger(n)))).flat()
  await restarted
  t.not(server.pid, pid)
  const { rows } = await database.pool.query<{ id: number }>('select id from charging_sessions')
  const kept = new Set(rows.map(row => row.id))
  t.strictSame(
    told.filter(id => !kept.has(id)),
    [],
    'every number that was told has its session',
  )
  t.equal(new Set(told).size, told.length, 'no number was told twice')
  t.equal(kept.size, told.length, 'no start made two sessions')
  t.equal(writer.stats().quarantined, 0)
})
