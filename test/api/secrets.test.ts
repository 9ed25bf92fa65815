import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { ensureAdmin, jwtSecret, keptSecret } from '../../central/use-cases/accounts/index.ts'
import { createUser } from '../../central/use-cases/accounts/register.ts'
import { checkCredentials } from '../../central/use-cases/accounts/sign-in.ts'
import { digestPassword, verifyPassword } from '../../central/use-cases/admin/index.ts'
import { systemClock } from '../../protocol/clock.ts'
import { testDatabase } from '../support/database.ts'

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'ev-secrets-'))
  t.teardown(() => rm(path, { recursive: true, force: true }))
  return join(path, 'data')
}

t.test('a secret is made once, kept for its owner only, and the same for two that start at once', async t => {
  const dir = await folder()
  let made = 0
  const secrets = await Promise.all(Array.from({ length: 5 }, () => keptSecret(dir, 'key', () => `secret ${++made}`)))
  t.equal(new Set(secrets.map(({ secret }) => secret)).size, 1)
  t.equal(secrets.filter(secret => secret.made).length, 1)
  t.equal((await stat(join(dir, 'key'))).mode & 0o777, 0o600)
  t.match(await keptSecret(dir, 'key', () => 'another'), { secret: secrets[0]!.secret, made: false })
})

t.test('a folder that cannot be made is an error with its path', async t => {
  const dir = await folder()
  await keptSecret(dir, 'file', () => 'x')
  await t.rejects(
    keptSecret(join(dir, 'file'), 'key', () => 'x'),
    { code: /ENOTDIR|EEXIST/ },
  )
  await t.rejects(
    keptSecret(dir, 'file/key', () => 'x'),
    { code: 'ENOTDIR' },
  )
})

t.test('the key of tokens is the configured one, else a kept one', async t => {
  const dir = await folder()
  t.equal(await jwtSecret(dir, 'configured'), 'configured')
  const kept = await jwtSecret(dir)
  t.match(kept, /^[\w-]{64}$/)
  t.equal(await jwtSecret(dir), kept)
})

t.test('the first start makes an administrator with a random password that is kept', async t => {
  const { database } = await testDatabase(t)
  const deps = { database, clock: systemClock }
  const dataDir = await folder()
  const first = await ensureAdmin(deps, { dataDir })
  t.match(first, { username: 'admin', password: /^.{16}$/, path: join(dataDir, 'admin-password') })
  t.equal((await readFile(first!.path!, 'utf8')).trim(), first!.password)
  t.match(await checkCredentials(deps, 'admin', first!.password!), { role: 'admin' })
  t.equal(await ensureAdmin(deps, { dataDir }), null, 'the second start makes none')
})

t.test('a configured password is used and not written down', async t => {
  const { database } = await testDatabase(t)
  const deps = { database, clock: systemClock }
  const dataDir = await folder()
  t.same(await ensureAdmin(deps, { dataDir, password: 'chosen by me' }), { username: 'admin' })
  await t.rejects(stat(join(dataDir, 'admin-password')))
  t.match(await checkCredentials(deps, 'admin', 'chosen by me'), { name: 'admin' })
})

t.test('two processes that start at once make one administrator', async t => {
  const { database } = await testDatabase(t)
  const deps = { database, clock: systemClock }
  const dataDir = await folder()
  const made = await Promise.all([ensureAdmin(deps, { dataDir }), ensureAdmin(deps, { dataDir })])
  t.equal(made.filter(admin => admin !== null).length, 1)
})

t.test('somebody else called admin is left alone', async t => {
  const { database } = await testDatabase(t)
  const deps = { database, clock: systemClock }
  await createUser(deps, { username: 'admin', password: 'a driver named so', role: 'driver' })
  t.equal(await ensureAdmin(deps, { dataDir: await folder(), password: 'chosen by me' }), null)
})

t.test('a charge point’s password is bytes, salted, and compared whole', async t => {
  const bytes = new Uint8Array([0, 255, 128, 10, 13])
  const digest = digestPassword(bytes)
  t.equal(digest.length, 48)
  t.ok(verifyPassword(bytes, digest))
  t.notOk(verifyPassword(bytes.subarray(1), digest))
  t.notOk(verifyPassword(bytes, digestPassword('')))
  t.notOk(verifyPassword(bytes, digest.subarray(0, 40)))
  t.not(digest.toString('hex'), digestPassword(bytes).toString('hex'))
  t.ok(verifyPassword('schlüssel', digestPassword(Buffer.from('schlüssel', 'utf8'))))
})
