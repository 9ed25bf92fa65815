import type { Logger } from 'pino'
import { startEmbedded } from '../central/store/embedded/embedded.ts'
import { migrate } from '../central/store/migrate.ts'
import { databaseUrl } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { reachingDatabase, startingDatabase } from './reaching.ts'

/** For commands that need the database alone: the configured one, or the embedded one for as long as `use` takes; migrated first. */
export async function withDatabase<T>(
  config: Config,
  log: Logger,
  use: (url: string, migrations: string[]) => Promise<T>,
): Promise<T> {
  const outside = databaseUrl(config)
  const begin = () => startEmbedded({ dataDir: config.data.dir, log })
  const embedded = outside === undefined ? await startingDatabase(begin) : undefined
  try {
    const url = outside ?? embedded!.url
    return await use(url, await reachingDatabase(url, () => migrate(url, log)))
  } finally {
    await embedded?.stop()
  }
}
