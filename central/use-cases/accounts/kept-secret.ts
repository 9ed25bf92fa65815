import { randomBytes } from 'node:crypto'
import { chmod, link, mkdir, open, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * A secret of this box: read from its file, or made once and kept there, readable by its owner only. Two processes that
 * start at once get the same one, because only a file that is complete gets the name.
 */
export async function keptSecret(
  dataDir: string,
  name: string,
  make: () => string,
): Promise<{ secret: string; path: string; made: boolean }> {
  await mkdir(dataDir, { recursive: true })
  const path = join(dataDir, name)
  const known = await read(path)
  if (known !== undefined) return { secret: known, path, made: false }
  const secret = make()
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  const file = await open(draft, 'wx', 0o600)
  try {
    await file.writeFile(`${secret}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  try {
    await link(draft, path)
    await chmod(path, 0o600)
    return { secret, path, made: true }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return { secret: (await read(path)) ?? secret, path, made: false }
  } finally {
    await unlink(draft)
  }
}

async function read(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim() || undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** The key of access tokens: the configured one, else made once and kept in `jwt-secret`. */
export async function jwtSecret(dataDir: string, configured?: string): Promise<string> {
  if (configured) return configured
  return (await keptSecret(dataDir, 'jwt-secret', () => randomBytes(48).toString('base64url'))).secret
}
