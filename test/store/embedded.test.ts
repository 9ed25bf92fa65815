import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import t from 'tap'
import { canRun, serverAccount } from '../../central/store/embedded/account.ts'
import { copyBinaries, packagedBinaries } from '../../central/store/embedded/binaries.ts'
import { type Embedded, startEmbedded } from '../../central/store/embedded/embedded.ts'
import { birthOf, isAlive } from '../../central/store/embedded/liveness.ts'
import { lockFolder } from '../../central/store/embedded/lock.ts'
import { silentLog } from '../../central/store/log.ts'

const module = new URL('../../central/store/embedded/embedded.ts', import.meta.url).href

interface Test {
  teardown(done: () => unknown): void
}

async function folder(t: Test, mode = 0o711): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'ev-embedded-'))
  await chmod(made, mode)
  t.teardown(() => rm(made, { recursive: true, force: true }))
  return join(made, 'data')
}

async function start(
  t: Test,
  dataDir: string,
  options: Partial<Parameters<typeof startEmbedded>[0]> = {},
): Promise<Embedded> {
  const embedded = await startEmbedded({ dataDir, log: silentLog, settings: { fsync: 'off' }, ...options })
  t.teardown(() => embedded.stop())
  return embedded
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

/** Another gateway process with an embedded server; ends by kill -9 at the latest. */
async function otherProcess(t: Test, dataDir: string): Promise<{ child: ChildProcess; pid: number; url: string }> {
  const script = `const { startEmbedded } = await import(${JSON.stringify(module)})
    const log = { info() {}, warn() {}, error() {} }
    const { pid, url } = await startEmbedded({ dataDir: ${JSON.stringify(dataDir)}, log, settings: { fsync: 'off' } })
    console.log(JSON.stringify({ pid, url }))
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => child.kill('SIGKILL'))
  const [line] = await once(child.stdout!, 'data')
  return { child, ...JSON.parse(String(line)) }
}

t.test('data stay from one start to the next, and nobody without the password gets in', async t => {
  const dataDir = await folder(t)
  const first = await start(t, dataDir, { settings: {} })
  await query(first.url, 'create table kept as select 42 as answer')
  t.match(
    await query(
      first.url,
      "select current_setting('fsync') as fsync, current_setting('synchronous_commit') as sync, current_setting('TimeZone') as zone",
    ),
    [{ fsync: 'on', sync: 'on', zone: 'UTC' }],
  )
  t.equal((await stat(join(dataDir, 'postgres.password'))).mode & 0o777, 0o600)
  t.equal((await stat(first.location)).mode & 0o777, 0o700)
  const stranger = Object.assign(new URL(first.url), { password: 'guess' }).href
  await t.rejects(query(stranger, 'select'), { code: '28P01' })
  await first.stop()
  t.equal(isAlive(first.pid), false)

  const second = await start(t, dataDir)
  t.strictSame(await query(second.url, 'select answer from kept'), [{ answer: 42 }])
})

t.test('a server that outlived a kill -9 of its gateway is taken over', async t => {
  const dataDir = await folder(t)
  const { child, pid, url } = await otherProcess(t, dataDir)
  await query(url, 'create table kept as select 42 as answer')
  child.kill('SIGKILL')
  await once(child, 'exit')
  t.equal(isAlive(pid), true)
  const next = await start(t, dataDir)
  t.equal(next.pid, pid)
  t.equal(next.url, url)
  t.strictSame(await query(next.url, 'select answer from kept'), [{ answer: 42 }])
  await next.stop()
  t.equal(isAlive(pid), false)
})

t.test('a second gateway on the same folder is refused and told why, also in the same process', async t => {
  const dataDir = await folder(t)
  const { child, url } = await otherProcess(t, dataDir)
  await t.rejects(startEmbedded({ dataDir, log: silentLog }), {
    message: new RegExp(`Another gateway \\(pid ${child.pid}\\).*DATA_DIR`),
  })
  t.ok(await query(url, 'select'), 'the first one is not disturbed')
  child.kill('SIGKILL')
  await once(child, 'exit')
  const mine = await start(t, dataDir)
  await t.rejects(startEmbedded({ dataDir, log: silentLog }), {
    message: new RegExp(`Another gateway \\(pid ${process.pid}\\)`),
  })
  await mine.stop()
  await (await start(t, dataDir)).stop()
})

t.test('a lock is taken over from a process that is dead, or whose number somebody else has now', async t => {
  for (const lock of [
    '',
    'not JSON',
    JSON.stringify({ pid: 2 ** 22 + 1, birth: 'x' }),
    JSON.stringify({ pid: process.ppid, birth: 'an earlier boot:1' }),
    JSON.stringify({ pid: process.pid, birth: await birthOf(process.pid) }),
  ]) {
    const dataDir = await folder(t)
    await mkdir(dataDir)
    await writeFile(join(dataDir, 'gateway.lock'), lock)
    const unlock = await lockFolder(dataDir)
    t.match(JSON.parse(await readFile(join(dataDir, 'gateway.lock'), 'utf8')), { pid: process.pid })
    await t.rejects(lockFolder(dataDir), { message: /Another gateway/ })
    await unlock()
  }
})

t.test('a server that does not take our password is stopped, and the reason told', async t => {
  const dataDir = await folder(t)
  const { child, pid } = await otherProcess(t, dataDir)
  child.kill('SIGKILL')
  await once(child, 'exit')
  await rm(join(dataDir, 'postgres.password'))
  await t.rejects(startEmbedded({ dataDir, log: silentLog }), { message: /made with another password/ })
  t.equal(isAlive(pid), false)
  await t.rejects(stat(join(dataDir, 'gateway.lock')), { code: 'ENOENT' })
})

t.test('an old postmaster.pid that names a living stranger takes nobody over', async t => {
  const dataDir = await folder(t)
  const first = await start(t, dataDir)
  await first.stop()
  await writeFile(
    join(first.location, 'postmaster.pid'),
    `${process.pid}\n${first.location}\n0\n1\n\n127.0.0.1\n\nready\n`,
  )
  const second = await start(t, dataDir)
  t.not(second.pid, process.pid)
  t.ok(await query(second.url, 'select'))
})

t.test('what a killed initialisation left is not taken for a database', async t => {
  const dataDir = await folder(t)
  await mkdir(join(dataDir, 'postgres.new', 'base'), { recursive: true })
  await writeFile(join(dataDir, 'postgres.new', 'PG_VERSION'), '18\n')
  const embedded = await start(t, dataDir)
  t.ok(await query(embedded.url, 'select'))
  await t.rejects(stat(join(dataDir, 'postgres.new')), { code: 'ENOENT' })
})

t.test('in a folder that the server’s user cannot enter, the data are kept elsewhere and found again', async t => {
  const dataDir = await folder(t, 0o700)
  const first = await start(t, dataDir)
  const outside = (await serverAccount()) !== null
  t.equal(!first.location.startsWith(dataDir), outside, 'outside only when this is root')
  if (outside) t.teardown(() => rm(join(first.location, '..'), { recursive: true, force: true }))
  await query(first.url, 'create table kept as select 42 as answer')
  await first.stop()
  await chmod(join(dataDir, '..'), 0o711)
  const second = await start(t, dataDir)
  t.equal(second.location, first.location)
  t.strictSame(await query(second.url, 'select answer from kept'), [{ answer: 42 }])
})

t.test('data that a folder closed since has made unreachable are never replaced by empty ones', async t => {
  const dataDir = await folder(t)
  await (await start(t, dataDir)).stop()
  await chmod(join(dataDir, '..'), 0o700)
  if ((await serverAccount()) === null) t.ok(await start(t, dataDir), 'an ordinary user is the user of the server')
  else await t.rejects(startEmbedded({ dataDir, log: silentLog }), { message: /cannot enter .* where its data are/ })
})

t.test('binaries are copied whole, once, and run from there', async t => {
  const parent = join(await folder(t), 'copies')
  const native = await packagedBinaries()
  const copies = await Promise.all([copyBinaries(native, parent), copyBinaries(native, parent)])
  t.equal(copies[0], copies[1])
  t.equal(await canRun(await serverAccount(), join(copies[0], 'bin', 'postgres'), ['--version']), true)
})
