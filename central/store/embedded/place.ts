import { createHash } from 'node:crypto'
import { chmod, chown, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Log } from '../log.ts'
import { type Account, canEnter, canRun, serverAccount } from './account.ts'
import { copyBinaries, packagedBinaries } from './binaries.ts'

/** Where the embedded server's programs and data are, and whom they run as. */
export interface Place {
  account: Account
  /** Folder with `bin`, `lib` and `share`. */
  native: string
  /** PostgreSQL's own data directory; exists and belongs to the account, perhaps still empty. */
  data: string
  /** Folder of `data`, where the account may enter. */
  home: string
}

/**
 * Finds the place: `dataDir/postgres` and the package's own binaries where the server's user can reach them, else a
 * folder outside (design: a clone below root's home, mode 0700). `dataDir/postgres.location` then remembers it.
 *
 * @param own the data folder, an existing real path.
 */
export async function findPlace(own: string, log: Log): Promise<Place> {
  const pointer = join(own, 'postgres.location')
  const remembered = (await readFile(pointer, 'utf8').catch(() => '')).trim()
  const account = await accountOf(remembered === '' ? join(own, 'postgres') : join(remembered, 'postgres'))

  let home = own
  if (remembered !== '') home = remembered
  else if (!(await canEnter(account, own))) {
    if (await stat(join(own, 'postgres', 'PG_VERSION')).catch(() => null)) {
      throw new Error(
        `The user of the embedded PostgreSQL cannot enter ${own}, where its data are: open the folders on the way (chmod o+x).`,
      )
    }
    home = await outside(account, createHash('sha256').update(own).digest('hex').slice(0, 16))
    await writeFile(pointer, `${home}\n`, { mode: 0o600 })
  }
  if (home !== own) {
    log.info(
      { home, dataDir: own },
      'the data folder is closed to the user of the embedded PostgreSQL: its data is kept elsewhere',
    )
    if (home.startsWith(tmpdir())) log.warn({ home }, 'the embedded PostgreSQL keeps its data in a temporary folder')
  }

  const packaged = await packagedBinaries()
  const runs = await canRun(account, join(packaged, 'bin', 'postgres'), ['--version'])
  const native = runs
    ? packaged
    : await copyBinaries(packaged, dirname(home === own ? await outside(account, 'native') : home))
  if (!runs)
    log.info({ native }, 'the binaries of the embedded PostgreSQL were copied to a folder that its user can enter')

  const data = join(home, 'postgres')
  await mkdir(data, { recursive: true, mode: 0o700 })
  if (account !== null) await chown(data, account.uid, account.gid)
  return { account, native, data, home }
}

/** Existing data keep their owner: root runs the server as whoever made them. */
async function accountOf(data: string): Promise<Account> {
  const made = await stat(data).catch(() => null)
  const self = process.getuid?.()
  if (made === null || made.uid === self) return serverAccount()
  if (self === 0) return { uid: made.uid, gid: made.gid }
  throw new Error(`The data in ${data} belong to another user (uid ${made.uid}): start as that user or as root.`)
}

/** A folder of ours that the account can enter, outside of the data folder. */
async function outside(account: Account, name: string): Promise<string> {
  const roots = ['/var/lib/ev-charging-gateway', join(tmpdir(), `ev-charging-gateway-${process.getuid?.() ?? 'user'}`)]
  for (const root of roots) {
    const folder = join(root, name)
    try {
      await mkdir(folder, { recursive: true })
      await chmod(root, 0o755)
      await chmod(folder, 0o755)
    } catch {
      continue
    }
    if (await canEnter(account, folder)) return folder
  }
  throw new Error(
    `No folder that the embedded PostgreSQL's user can enter could be made (tried ${roots.join(', ')}): set DATABASE_URL.`,
  )
}
