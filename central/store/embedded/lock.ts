import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { birthOf, isAlive } from './liveness.ts'

const held = new Set<string>()

/**
 * Takes the data folder for this process. A lock whose process is dead (kill -9) is taken over; a living holder is an
 * error that names it. Release with the returned function.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'gateway.lock')
  const mine = JSON.stringify({ pid: process.pid, birth: await birthOf(process.pid) })
  const draft = `${path}.${process.pid}`
  await writeFile(draft, mine, { mode: 0o600 })
  try {
    for (let attempt = 0; attempt < 20; attempt++) {
      // link() makes the whole file appear at once, or fails when there is one.
      if (await succeeds(link(draft, path))) {
        held.add(path)
        return async () => {
          held.delete(path)
          await rm(path, { force: true })
        }
      }
      const found = await readFile(path, 'utf8').catch(() => null)
      if (found === null) continue
      if (await lives(found, path)) {
        throw new Error(
          `Another gateway (pid ${pidOf(found)}) uses the data folder ${folder}: stop it, or set DATA_DIR to another folder, or DATABASE_URL to share one database.`,
        )
      }
      await setAside(path, found)
    }
  } finally {
    await rm(draft, { force: true })
  }
  throw new Error(`The lock ${path} could not be taken.`)
}

/** Removes a dead holder's lock; puts it back when somebody else has taken it since we looked. */
async function setAside(path: string, judged: string): Promise<void> {
  const aside = `${path}.stale.${process.pid}`
  if (!(await succeeds(rename(path, aside)))) return
  if ((await readFile(aside, 'utf8')) !== judged) await succeeds(link(aside, path))
  await rm(aside, { force: true })
}

async function lives(lock: string, path: string): Promise<boolean> {
  const pid = pidOf(lock)
  if (pid === null) return false
  if (pid === process.pid) return held.has(path)
  if (!isAlive(pid)) return false
  const { birth } = JSON.parse(lock) as { birth?: string }
  const now = await birthOf(pid)
  return !birth || now === '' || birth === now
}

function pidOf(lock: string): number | null {
  try {
    const { pid } = JSON.parse(lock) as { pid?: unknown }
    return typeof pid === 'number' && pid > 0 ? pid : null
  } catch {
    return null
  }
}

const succeeds = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  )
