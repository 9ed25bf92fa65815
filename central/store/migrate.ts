import { Client } from 'pg'
import type { Log } from './log.ts'
import { openDatabase } from './orm.ts'

/** Any constant will do, as long as every version of the product uses the same one. */
const LOCK = 7_220_261_122

/**
 * Brings the database to the newest schema and tells the names of the migrations it ran. Any number of processes may
 * do it at once: they take turns by an advisory lock. All migrations or none.
 */
export async function migrate(url: string, log: Log): Promise<string[]> {
  const turn = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  turn.on('error', error => log.warn({ error: error.message }, 'database connection lost'))
  await turn.connect()
  try {
    await turn.query('select pg_advisory_lock($1)', [LOCK])
    const { orm, close } = await openDatabase({ url, poolSize: 2, log, silenceMs: 0 })
    try {
      const done = (await orm.migrator.up()).map(migration => migration.name)
      if (done.length > 0) log.info({ migrations: done }, 'database migrated')
      return done
    } finally {
      await close()
    }
  } finally {
    await turn.end()
  }
}
