import { startEmbedded } from '../central/store/embedded/embedded.ts'
import { migrate } from '../central/store/migrate.ts'
import { databaseUrl } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { createLog } from './log.ts'

/** Migrates the configured database, the embedded one too, and says what was done. */
export async function migrateCommand(config: Config): Promise<void> {
  const log = createLog(config.log)
  const outside = databaseUrl(config)
  const embedded = outside === undefined ? await startEmbedded({ dataDir: config.data.dir, log }) : undefined
  try {
    const done = await migrate(outside ?? embedded!.url, log)
    console.log(done.length === 0 ? 'The database is up to date.' : `Migrated: ${done.join(', ')}`)
  } finally {
    await embedded?.stop()
  }
}
