import type { Config } from '../config/schema.ts'
import { createLog } from './log.ts'
import { withDatabase } from './prepared.ts'

/** Migrates the configured database, the embedded one too, and says what was done. */
export const migrateCommand = (config: Config): Promise<void> =>
  withDatabase(config, createLog(config.log), async (_url, done) =>
    console.log(done.length === 0 ? 'The database is up to date.' : `Migrated: ${done.join(', ')}`),
  )
