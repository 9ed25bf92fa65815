import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The user that PostgreSQL's processes run as; null is the user of this process. */
export type Account = { uid: number; gid: number } | null

/** Options of child_process that make a child run as the account. */
export const asAccount = (account: Account): { uid?: number; gid?: number } =>
  account === null ? {} : { uid: account.uid, gid: account.gid }

const idOf = async (flag: '-u' | '-g'): Promise<number | null> => {
  try {
    return Number((await run('id', [flag, 'postgres'])).stdout)
  } catch {
    return null
  }
}

/**
 * PostgreSQL refuses to run as root: then it runs as the system user `postgres`, which is made when it is missing.
 * Throws when this process is root and there is no way to have that user.
 */
export async function serverAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return null
  if ((await idOf('-u')) === null) {
    await run('groupadd', ['--system', '--force', 'postgres']).catch(() => undefined)
    await run('useradd', [
      '--system',
      '--gid',
      'postgres',
      '--no-create-home',
      '--shell',
      '/usr/sbin/nologin',
      'postgres',
    ]).catch((cause: unknown) => {
      throw new Error(
        'The embedded PostgreSQL cannot run as root and the user "postgres" could not be made: run as an ordinary user, make that user, or set DATABASE_URL.',
        { cause },
      )
    })
  }
  const [uid, gid] = [await idOf('-u'), await idOf('-g')]
  if (!uid || gid === null)
    throw new Error('The user "postgres" is missing or is root: set DATABASE_URL or run as an ordinary user.')
  return { uid, gid }
}

/** Whether the account can enter the folder, asked of the kernel: modes, ACLs and mount options included. */
export const canEnter = (account: Account, folder: string): Promise<boolean> =>
  // Not as the child's working folder: that is entered before the child changes its user.
  canRun(account, '/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder])

/** Whether the account can run the program. */
export async function canRun(account: Account, program: string, args: string[]): Promise<boolean> {
  try {
    await run(program, args, { ...asAccount(account), cwd: '/', env: {} })
    return true
  } catch {
    return false
  }
}
