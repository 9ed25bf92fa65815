import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { Client } from 'pg'
import { silentLog } from '../../central/store/log.ts'
import { migrate } from '../../central/store/migrate.ts'
import { type Database, openDatabase } from '../../central/store/orm.ts'
import { SHARED_URL } from './server.ts'

/** What we need of a tap test. */
interface Test {
  teardown(done: () => Promise<void>): void
}

let made = 0

/**
 * A database of a test's own, freshly migrated, on a real PostgreSQL; dropped when the test ends. The server is that of
 * TEST_DATABASE_URL (npm test) or, for a file run by hand, one that such runs share and that ends by itself.
 */
export async function testDatabase(t: Test): Promise<{ url: string; database: Database }> {
  const url = await emptyDatabase(t, await template())
  const database = await openDatabase({ url, poolSize: 5, log: silentLog })
  t.teardown(() => database.close())
  return { url, database }
}

/** A database without tables (or a copy of a template); gives its URL. */
export async function emptyDatabase(t: Test, template = 'template0'): Promise<string> {
  const name = `test_${process.pid}_${Date.now().toString(36)}_${++made}`
  await onServer(server => server.query(`create database ${name} template ${template} strategy file_copy`))
  // Teardowns run last in, first out: whoever uses the database closes it before it goes.
  t.teardown(() => onServer(async server => void (await server.query(`drop database if exists ${name} with (force)`))))
  return withDatabase(await serverUrl(), name)
}

async function onServer<T>(work: (server: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: await serverUrl() })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

const withDatabase = (url: string, name: string): string => Object.assign(new URL(url), { pathname: `/${name}` }).href

/** Migrated once for each content of `migrations/`; the others wait for it. */
async function template(): Promise<string> {
  const folder = new URL('../../migrations/', import.meta.url)
  const hash = createHash('sha256')
  for (const file of readdirSync(folder).sort()) hash.update(file).update(readFileSync(new URL(file, folder)))
  const name = `template_${hash.digest('hex').slice(0, 16)}`
  await onServer(async server => {
    const exists = async () => (await server.query('select from pg_database where datname = $1', [name])).rowCount === 1
    if (await exists()) return
    await server.query('select pg_advisory_lock(1)')
    if (await exists()) return
    await server.query(`drop database if exists building with (force)`)
    await server.query('create database building template template0')
    await migrate(withDatabase(await serverUrl(), 'building'), silentLog)
    await server.query(`alter database building rename to ${name}`)
  })
  return name
}

let found: Promise<string> | undefined

const serverUrl = (): Promise<string> => {
  found ??= process.env.TEST_DATABASE_URL ? Promise.resolve(process.env.TEST_DATABASE_URL) : sharedServer()
  return found
}

/** Finds the shared server or has a keeper start it. */
async function sharedServer(): Promise<string> {
  const keeper = new URL('./keeper.ts', import.meta.url).pathname
  for (let attempt = 0; attempt < 300; attempt++) {
    const url = await readFile(SHARED_URL, 'utf8').catch(() => '')
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000 })
    client.on('error', () => {})
    if (
      url &&
      (await client
        .connect()
        .then(() => client.end())
        .then(
          () => true,
          () => false,
        ))
    )
      return url
    if (attempt % 50 === 0) spawn(process.execPath, [keeper], { detached: true, stdio: 'ignore' }).unref()
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  throw new Error('The shared test server did not start: node test/support/keeper.ts says why.')
}
