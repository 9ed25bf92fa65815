import { randomBytes } from 'node:crypto'
import { startEmbedded } from '../central/store/embedded/embedded.ts'
import { migrate } from '../central/store/migrate.ts'
import { openDatabase } from '../central/store/orm.ts'
import { createAccounts } from '../central/use-cases/accounts/index.ts'
import { databaseUrl } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { systemClock } from '../protocol/clock.ts'
import { isDomainError } from '../protocol/errors.ts'
import { UsageError } from './listening.ts'
import { createLog } from './log.ts'
import { reachingDatabase, startingDatabase } from './reaching.ts'

/** A new random password for an account, printed once; its sessions end. The way back in when the administrator's is lost. */
export async function userPasswordCommand(config: Config, username: string): Promise<void> {
  const log = createLog(config.log)
  const outside = databaseUrl(config)
  const embedded =
    outside === undefined ? await startingDatabase(() => startEmbedded({ dataDir: config.data.dir, log })) : undefined
  try {
    const url = outside ?? embedded!.url
    await reachingDatabase(url, () => migrate(url, log))
    await using stack = new AsyncDisposableStack()
    const database = stack.adopt(await openDatabase({ url, poolSize: 2, log }), open => open.close())
    const { rows } = await database.pool.query<{ id: string }>(
      'select id from users where lower(username) = lower($1)',
      [username],
    )
    const user = rows[0]
    if (user === undefined) throw new UsageError(`There is no user ${username}.`)
    const password = randomBytes(12).toString('base64url')
    await createAccounts({ database, clock: systemClock }).changeUser(user.id, { password, disabled: false })
    console.log(`User "${username}" has the password ${password}`)
  } catch (error) {
    throw isDomainError(error) ? new UsageError(error.message, { cause: error }) : error
  } finally {
    await embedded?.stop()
  }
}
