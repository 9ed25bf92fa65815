import { startEmbedded } from '../central/store/embedded/embedded.ts'
import { migrate } from '../central/store/migrate.ts'
import { databaseUrl } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { createLog } from './log.ts'
import { reachingDatabase, startingDatabase } from './reaching.ts'

/** Migrates the configured database, the embedded one too, and says what was done. */
export async function migrateCommand(config: Config): Promise<void> {
  const log = createLog(config.log)
  const outside = databaseUrl(config)
  const begin = () => startEmbedded({ dataDir: config.data.dir, log })
  const embedded = outside === undefined ? await startingDatabase(begin) : undefined
  try {
    const url = outside ?? embedded!.url
    const done = await reachingDatabase(url, () => migrate(url, log))
    console.log(done.length === 0 ? 'The database is up to date.' : `Migrated: ${done.join(', ')}`)
  } finally {
    await embedded?.stop()
  }
}
