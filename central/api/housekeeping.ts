import { KEY_SECONDS } from './idempotency.ts'
import type { App, RouteContext } from './ports.ts'

const EVERY_MS = 3_600_000

/** Forgets what nobody can use any more: idempotency keys after a day, tokens long expired. */
export const forgetOld = async ({ database, accounts }: Pick<RouteContext, 'database' | 'accounts'>): Promise<void> => {
  await database.pool.query('delete from idempotency_keys where created_at < now() - make_interval(secs => $1)', [
    KEY_SECONDS,
  ])
  await accounts.purgeSessions()
}

/** Does so every hour while the API is up; any node may. */
export function registerHousekeeping(app: App, context: RouteContext): void {
  const job = setInterval(() => {
    forgetOld(context).catch(error => context.log.warn({ err: error }, 'old keys and tokens not removed'))
  }, EVERY_MS).unref()
  app.addHook('onClose', async () => clearInterval(job))
}
