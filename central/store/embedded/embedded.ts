import { mkdir, realpath } from 'node:fs/promises'
import { Client } from 'pg'
import type { Log } from '../log.ts'
import { DATABASE, initialise, passwordOf, USER } from './initialise.ts'
import { isAlive } from './liveness.ts'
import { lockFolder } from './lock.ts'
import { findPlace, type Place } from './place.ts'
import { askedToAccept, type Postmaster, runningPostmaster, startPostmaster, stopPostmaster } from './postmaster.ts'

export interface Embedded {
  /** `postgres://` URL with the password; stays the same when the server has to be started again. */
  url: string
  /** The server's process id now. */
  readonly pid: number
  /** PostgreSQL's data directory. */
  location: string
  /** Fast, clean and bounded; to be called after the database's own connections are closed. */
  stop(): Promise<void>
}

/**
 * Runs a real PostgreSQL for this process alone, its data in `dataDir/postgres` (or where `dataDir/postgres.location`
 * says). A server that outlived a kill -9 of an earlier process is taken over; one that cannot be reached is stopped
 * first; a server that dies is started again. Throws when another gateway uses the folder.
 *
 * @param settings more PostgreSQL settings, for tests.
 */
export async function startEmbedded(options: {
  dataDir: string
  log: Log
  settings?: Record<string, string>
}): Promise<Embedded> {
  const { log } = options
  await mkdir(options.dataDir, { recursive: true })
  const dataDir = await realpath(options.dataDir)
  const unlock = await lockFolder(dataDir)
  try {
    const place = await findPlace(dataDir, log)
    const password = await passwordOf(dataDir)
    let server = await takeOver(place, password, log)
    if (server === null) {
      const made = await initialise(place, password, options.settings)
      server = await startPostmaster(place, password, options)
      log.info({ pid: server.pid, port: server.port, data: place.data, made }, 'embedded PostgreSQL started')
    }
    const url = `postgres://${USER}:${password}@127.0.0.1:${server.port}`
    await ensureDatabase(url)
    return supervise(place, server, {
      password,
      url,
      log,
      unlock,
      ...(options.settings && { settings: options.settings }),
    })
  } catch (error) {
    await unlock()
    throw error
  }
}

/** Never two servers on one data directory: the one that runs is used, or stopped when it does not let us in. */
async function takeOver(place: Place, password: string, log: Log): Promise<Postmaster | null> {
  const found = await runningPostmaster(place.data)
  if (found === null) return null
  const { pid, port } = found
  if (port > 0 && (await askedToAccept(port, password, pid, 60_000)) === 'accepted') {
    log.info({ pid, port, data: place.data }, 'embedded PostgreSQL of an earlier process taken over')
    return { pid, port }
  }
  log.warn({ pid, port, data: place.data }, 'an embedded PostgreSQL runs but cannot be reached: stopping it')
  if (await stopPostmaster(pid)) return null
  throw new Error(`A PostgreSQL (pid ${pid}) holds ${place.data} and does not stop: stop it by hand.`)
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: `${url}/postgres` })
  await client.connect()
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE])
    if (rowCount === 0) await client.query(`create database ${DATABASE}`)
  } finally {
    await client.end()
  }
}

interface Supervision {
  password: string
  url: string
  log: Log
  unlock(): Promise<void>
  settings?: Record<string, string>
}

/** Looks twice a second whether the server lives and starts it again, on the same port, when it does not. */
function supervise(place: Place, first: Postmaster, options: Supervision): Embedded {
  let server = first
  let stopping = false
  let restart: Promise<void> = Promise.resolve()
  let restarting = false

  const watch = setInterval(() => {
    if (stopping || restarting || isAlive(server.pid)) return
    restarting = true
    options.log.error({ pid: server.pid }, 'embedded PostgreSQL died: starting it again')
    restart = startPostmaster(place, options.password, {
      port: first.port,
      ...(options.settings && { settings: options.settings }),
    })
      .then(
        started => {
          server = started
          options.log.info({ pid: server.pid }, 'embedded PostgreSQL started again')
        },
        (error: unknown) =>
          options.log.error({ error: (error as Error).message }, 'embedded PostgreSQL could not be started again'),
      )
      .finally(() => {
        restarting = false
      })
  }, 500)
  watch.unref()

  return {
    url: `${options.url}/${DATABASE}`,
    get pid() {
      return server.pid
    },
    location: place.data,
    async stop() {
      if (stopping) return
      stopping = true
      clearInterval(watch)
      await restart
      const stopped = await stopPostmaster(server.pid)
      if (!stopped) options.log.error({ pid: server.pid }, 'embedded PostgreSQL does not stop')
      await options.unlock()
    },
  }
}
