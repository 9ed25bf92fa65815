import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chown, mkdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { asAccount } from './account.ts'
import type { Place } from './place.ts'

const run = promisify(execFile)

/** Owner of everything in the embedded server. */
export const USER = 'gateway'
export const DATABASE = 'gateway'

/** The server's password: random, made once, readable only by the user of this process. */
export async function passwordOf(dataDir: string): Promise<string> {
  const path = join(dataDir, 'postgres.password')
  await writeFile(path, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    },
  )
  return (await readFile(path, 'utf8')).trim()
}

/**
 * Makes the database files where there are none. They appear under their name when they are complete: a process killed
 * during this leaves nothing that a later start takes for a database.
 *
 * @param settings the server's; without `fsync` the files are not forced to disk either.
 */
export async function initialise(
  place: Place,
  password: string,
  settings: Record<string, string> = {},
): Promise<boolean> {
  if (await stat(join(place.data, 'PG_VERSION')).catch(() => null)) return false
  const unfinished = `${place.data}.new`
  const passwordFile = `${place.data}.pwfile`
  await rm(unfinished, { recursive: true, force: true })
  await rmdir(place.data)
  // initdb makes its folder itself, and its user may not write beside it.
  await mkdir(unfinished, { mode: 0o700 })
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 })
  if (place.account !== null) {
    await chown(unfinished, place.account.uid, place.account.gid)
    await chown(passwordFile, place.account.uid, place.account.gid)
  }
  try {
    // The builtin locale provider sorts and folds the same on every host.
    const args = [
      '-D',
      unfinished,
      '-U',
      USER,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
    ]
    await run(
      join(place.native, 'bin', 'initdb'),
      [
        ...args,
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--no-instructions',
        ...(settings.fsync === 'off' ? ['--no-sync'] : []),
      ],
      {
        ...asAccount(place.account),
        cwd: unfinished,
        env: serverEnvironment,
      },
    )
  } catch (cause) {
    const said = (cause as { stderr?: string }).stderr?.trim() ?? ''
    throw new Error(`The embedded PostgreSQL could not make its files in ${place.data}: ${said}`, { cause })
  } finally {
    await rm(passwordFile, { force: true })
  }
  await rename(unfinished, place.data)
  return true
}

/** The server inherits nothing of our environment: neither our secrets nor PG* settings. */
export const serverEnvironment = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }
