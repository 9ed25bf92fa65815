import { spawn } from 'node:child_process'
import { open, readFile, readlink, realpath } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { Client } from 'pg'
import { asAccount } from './account.ts'
import { serverEnvironment, USER } from './initialise.ts'
import { gone as ended, isAlive, pause } from './liveness.ts'
import type { Place } from './place.ts'

/** A running server process, started by us or found. */
export interface Postmaster {
  pid: number
  port: number
}

/**
 * Tuned for a small box. Every acknowledged message must survive a power cut: fsync and synchronous_commit stay on.
 * One node only, so no replication: `wal_level=minimal` writes less.
 */
const SETTINGS: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '50',
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  io_method: 'sync',
  max_parallel_workers_per_gather: '0',
  jit: 'off',
  log_checkpoints: 'off',
  log_min_error_statement: 'panic',
  log_timezone: 'UTC',
  timezone: 'UTC',
}

/** The server that postmaster.pid names, when it lives and works on this very data directory. */
export async function runningPostmaster(data: string): Promise<(Postmaster & { ready: boolean }) | null> {
  const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
  const [pid, port] = [Number(lines[0]), Number(lines[3])]
  if (!Number.isInteger(pid) || pid <= 1 || !isAlive(pid)) return null
  // The postmaster's working folder is its data directory: another process that got the old pid is not it.
  const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => null)
  if (cwd !== null && cwd !== (await realpath(data))) return null
  return { pid, port, ready: lines[7]?.trim() === 'ready' }
}

/** Starts a server and waits until it accepts connections; crash recovery after a power cut may take a while. */
export async function startPostmaster(
  place: Place,
  password: string,
  options: { port?: number; settings?: Record<string, string> } = {},
): Promise<Postmaster> {
  let said = ''
  // A port chosen as free may be taken before the server binds it; the shared memory of a killed server lingers a moment.
  for (let attempt = 0; attempt < 5; attempt++) {
    const port = options.port ?? (await freePort())
    const settings = Object.entries({ ...SETTINGS, ...options.settings, port: String(port) })
    const log = await open(join(place.home, 'postgres.log'), 'w', 0o600)
    const child = spawn(
      join(place.native, 'bin', 'postgres'),
      ['-D', place.data, ...settings.flatMap(([key, value]) => ['-c', `${key}=${value}`])],
      {
        ...asAccount(place.account),
        cwd: place.data,
        env: serverEnvironment,
        // Its own process group: Ctrl-C in a terminal must not stop it before the gateway has drained.
        detached: true,
        stdio: ['ignore', log.fd, log.fd],
      },
    )
    child.unref()
    const gone = new Promise<'gone'>(resolve =>
      child.once('error', () => resolve('gone')).once('exit', () => resolve('gone')),
    )
    await log.close()
    const { pid } = child
    const answer = pid === undefined ? 'gone' : await Promise.race([askedToAccept(port, password, pid), gone])
    if (answer === 'accepted') return { pid: pid!, port }
    if (answer === 'refused') {
      await stopPostmaster(pid!)
      throw new Error(
        `The embedded PostgreSQL in ${place.data} was made with another password than that in postgres.password.`,
      )
    }
    said = (await readFile(join(place.home, 'postgres.log'), 'utf8').catch(() => '')).trim()
    if (!/address already in use|shared memory|lock file/i.test(said)) break
    await pause(200)
  }
  throw new Error(
    `The embedded PostgreSQL did not start: ${said.split('\n').slice(-5).join(' | ') || 'it said nothing'}`,
  )
}

/** Waits until the server of that pid takes our password, or refuses it, or is gone, or the time is over. */
export async function askedToAccept(
  port: number,
  password: string,
  pid: number,
  boundMs = 120_000,
): Promise<'accepted' | 'refused' | 'gone'> {
  for (const until = Date.now() + boundMs; Date.now() < until && isAlive(pid); await pause(20)) {
    const client = new Client({
      host: '127.0.0.1',
      port,
      user: USER,
      password,
      database: 'postgres',
      connectionTimeoutMillis: 5000,
    })
    client.on('error', () => {})
    try {
      await client.connect()
      await client.end()
      return 'accepted'
    } catch (error) {
      // A server with another password will not change its mind.
      if ((error as { code?: string }).code === '28P01') return 'refused'
    }
  }
  return 'gone'
}

/**
 * Stops a server: fast and clean (SIGINT: transactions are rolled back, a checkpoint is written), and without the
 * checkpoint (SIGQUIT: the next start recovers from the log) when that takes longer than `boundMs`.
 */
export async function stopPostmaster(pid: number, boundMs = 10_000): Promise<boolean> {
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    try {
      process.kill(pid, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return true
      throw error
    }
    if (await ended(pid, boundMs)) return true
  }
  return false
}

async function freePort(): Promise<number> {
  const server = createServer()
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
