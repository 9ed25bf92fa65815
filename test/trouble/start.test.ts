import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { emptyDatabase } from '../support/database.ts'
import { dataFolder, runToEnd, startProcess } from '../support/process.ts'

const isRoot = process.getuid?.() === 0
const free = { HTTP_PORT: '0', OCPP_PORT: '0', MQTT_PORT: '0' }
/** What a message for people never holds. */
const STACK = /\n\s+at |"stack"/

t.test('wrong settings: all of them on standard error, nothing on standard output, exit code 2', async t => {
  const cwd = await dataFolder(t)
  const { code, stdout, stderr } = await runToEnd(t, {
    cwd,
    args: ['serve', '--http-port', 'many'],
    env: { OCPP_PORT: '99999', MQTT_URL_FILE: '/none', LOG_LEVEL: 'loud' },
  })
  t.equal(code, 2)
  t.equal(stdout, '')
  for (const name of ['--http-port', 'OCPP_PORT', 'MQTT_URL_FILE', 'LOG_LEVEL']) t.match(stderr, name)
  t.notMatch(stderr, STACK)
  t.equal((await runToEnd(t, { cwd, args: ['serve', '--no-such-thing'] })).code, 2)
  t.equal((await runToEnd(t, { cwd, args: ['serve', '--config', 'none.yaml'] })).code, 2)
})

t.test('a taken port: which one, for what, and which setting changes it; exit code 1', async t => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  t.teardown(() => void taken.close())
  const port = String((taken.address() as AddressInfo).port)
  const DATABASE_URL = await emptyDatabase(t)
  for (const part of ['HTTP', 'OCPP', 'MQTT']) {
    const { code, stdout, stderr } = await runToEnd(t, {
      args: ['serve'],
      env: { ...free, DATABASE_URL, DATA_DIR: await dataFolder(t), HTTP_HOST: '127.0.0.1', [`${part}_PORT`]: port },
    })
    t.equal(code, 1, part)
    t.equal(stdout, '')
    t.match(stderr, new RegExp(`Port ${port} for ${part.toLowerCase()} .*${part}_PORT`))
    t.notMatch(stderr, STACK)
  }
})

t.test('a database that cannot be used: a message with its address and without the password, exit code 1', async t => {
  const good = new URL(await emptyDatabase(t))
  const wrong: [string, URL, RegExp][] = [
    ['nobody listens', Object.assign(new URL(good), { port: '1' }), /127\.0\.0\.1:1 /],
    ['no such database', Object.assign(new URL(good), { pathname: '/no_such_database' }), /no_such_database/],
    ['wrong password', Object.assign(new URL(good), { password: 'of-somebody-else' }), /password/],
  ]
  for (const [name, url, message] of wrong) {
    const env = { ...free, DATABASE_URL: url.href, DATA_DIR: await dataFolder(t) }
    const { code, stdout, stderr } = await runToEnd(t, { args: ['serve'], env })
    t.equal(code, 1, name)
    t.equal(stdout, '')
    t.match(stderr, /DATABASE_URL/)
    t.match(stderr, message)
    t.notMatch(stderr, STACK)
    t.notMatch(stderr, url.password)
  }
})

t.test(
  `production ${isRoot ? 'refuses to run as root unless that is allowed' : 'runs as an ordinary user'}`,
  async t => {
    const dataDir = await dataFolder(t)
    const DATABASE_URL = await emptyDatabase(t)
    if (isRoot) {
      const env = { ...free, ENVIRONMENT: 'production', DATABASE_URL, DATA_DIR: dataDir }
      const { code, stderr } = await runToEnd(t, { args: ['serve'], env })
      t.equal(code, 1)
      t.match(stderr, /root.*ALLOW_ROOT/)
      t.notMatch(stderr, STACK)
    }
    const allowed = { ENVIRONMENT: 'production', DATABASE_URL, ALLOW_ROOT: String(isRoot) }
    t.equal((await (await startProcess(t, { dataDir, env: allowed })).ask('GET', '//livez')).status, 200)
  },
)
