/**
 * `npm test`: runs tap with the given arguments beside one real PostgreSQL that all test processes share
 * (TEST_DATABASE_URL), and stops it afterwards. With a TEST_DATABASE_URL of your own, only runs tap.
 */
import { spawn } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbedded } from '../../central/store/embedded/embedded.ts'
import { silentLog } from '../../central/store/log.ts'
import { TEST_SETTINGS } from './server.ts'

const folder = process.env.TEST_DATABASE_URL ? null : await mkdtemp(join(tmpdir(), 'ev-test-'))
// As root the server runs as another user, who must be able to enter.
if (folder !== null) await chmod(folder, 0o711)
const server =
  folder === null
    ? null
    : await startEmbedded({ dataDir: folder, log: { ...silentLog, error: console.error }, settings: TEST_SETTINGS })

// Every test file is a process of its own: what one has compiled the others need not. Node keys it by content.
const compiled = new URL('../../node_modules/.cache/test', import.meta.url).pathname
const tap = spawn('tap', process.argv.slice(2), {
  stdio: 'inherit',
  env: { NODE_COMPILE_CACHE: compiled, ...process.env, ...(server && { TEST_DATABASE_URL: server.url }) },
})
// The terminal sends these to tap too; we stay until it has ended, to stop the server.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => tap.kill(signal))
const code = await new Promise<number>((resolve, reject) => {
  tap.once('error', reject).once('exit', (status, signal) => resolve(status ?? (signal ? 1 : 0)))
}).finally(async () => {
  await server?.stop()
  if (folder) await rm(folder, { recursive: true, force: true })
})
process.exitCode = code
