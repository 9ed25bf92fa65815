/**
 * Keeps the server that test files run by hand share: starts it, and stops it and itself when nobody was seen connected
 * for five minutes: a test may leave its database alone for long. A second keeper finds the folder taken and ends at once.
 */
import { rename, rm, writeFile } from 'node:fs/promises'
import { Client } from 'pg'
import { startEmbedded } from '../../central/store/embedded/embedded.ts'
import { silentLog } from '../../central/store/log.ts'
import { SHARED_FOLDER, SHARED_URL, TEST_SETTINGS } from './server.ts'

const server = await startEmbedded({ dataDir: SHARED_FOLDER, log: silentLog, settings: TEST_SETTINGS })
const client = new Client({ connectionString: server.url })
await client.connect()
const { rows } = await client.query("select datname from pg_database where datname like 'test\\_%'")
for (const { datname } of rows) await client.query(`drop database if exists ${datname} with (force)`)
await writeFile(`${SHARED_URL}.new`, server.url, { mode: 0o600 })
await rename(`${SHARED_URL}.new`, SHARED_URL)

const LOOK_MS = 5000
const IDLE_LOOKS = 60
let idle = 0
while (idle < IDLE_LOOKS) {
  await new Promise(resolve => setTimeout(resolve, LOOK_MS))
  const users = await client.query(
    "select from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()",
  )
  idle = users.rowCount === 0 ? idle + 1 : 0
}
await rm(SHARED_URL, { force: true })
await client.end()
await server.stop()
