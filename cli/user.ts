import { randomBytes } from 'node:crypto'
import { openDatabase } from '../central/store/orm.ts'
import { createAccounts } from '../central/use-cases/accounts/index.ts'
import type { Config } from '../config/schema.ts'
import { systemClock } from '../protocol/clock.ts'
import { isDomainError } from '../protocol/errors.ts'
import { UsageError } from './listening.ts'
import { createLog } from './log.ts'
import { withDatabase } from './prepared.ts'

/** A new random password for an account, printed once; its sessions end. The way back in when the administrator's is lost. */
export function userPasswordCommand(config: Config, username: string): Promise<void> {
  const log = createLog(config.log)
  return withDatabase(config, log, async url => {
    const database = await openDatabase({ url, poolSize: 2, log })
    try {
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
      await database.close()
    }
  })
}
