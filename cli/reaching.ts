import { UsageError } from './listening.ts'

/** System errors and SQLSTATE codes of a database that is not there, does not let us in, or is the wrong one. */
const UNREACHABLE = /^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPROTO|08|28|3D|53300|57P)/

/**
 * The first use of an outside database. One that cannot be used is told with its address (never the password) and the
 * settings that change it; any other error is ours and stays as it is.
 */
export async function reachingDatabase<T>(url: string, use: () => Promise<T>): Promise<T> {
  try {
    return await use()
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string }
    if (!UNREACHABLE.test(String(code)) && !/timeout|terminated|SSL/.test(message)) throw error
    const { host, pathname, username } = new URL(url)
    const why = message === '' ? String(code) : message
    throw new UsageError(
      `The database ${pathname.slice(1)} at ${host} cannot be used as ${username}: ${why}. Mend DATABASE_URL or --database-url (or DB_HOST, DB_PORT, DB_NAME, DB_USER, DB_PASSWORD); without them a database is kept in DATA_DIR.`,
      { cause: error },
    )
  }
}

/** The start of the embedded database: whatever keeps it from starting is told without a stack. */
export async function startingDatabase<T>(begin: () => Promise<T>): Promise<T> {
  try {
    return await begin()
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error })
  }
}
