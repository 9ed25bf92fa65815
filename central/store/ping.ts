import type { Pool } from 'pg'

/** Real ms after which a database that has not answered counts as away. */
const PATIENCE_MS = 2000

export type DatabaseHealth = { status: 'up' } | { status: 'down'; detail: string }

/** Asks the database whether it is there, and never for long: who asks meanwhile shares the question. */
export function createPing(pool: Pool): () => Promise<DatabaseHealth> {
  let asking: Promise<DatabaseHealth> | null = null

  const ask = (): Promise<DatabaseHealth> =>
    pool
      .query('select 1')
      .then(
        () => ({ status: 'up' as const }),
        (error: Error) => ({ status: 'down' as const, detail: error.message }),
      )
      .finally(() => {
        asking = null
      })

  return async () => {
    asking ??= ask()
    const { promise: late, resolve } = Promise.withResolvers<DatabaseHealth>()
    const timer = setTimeout(() => resolve({ status: 'down', detail: 'it does not answer' }), PATIENCE_MS)
    return Promise.race([asking, late]).finally(() => clearTimeout(timer))
  }
}
