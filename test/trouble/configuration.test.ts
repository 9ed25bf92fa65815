import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { ConfigError, databaseUrl, loadConfig, type Sources } from '../../config/load.ts'

const problemsOf = (sources: Sources): string[] => {
  try {
    loadConfig(sources)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

t.test('every problem is told at once, with the names of its setting', async t => {
  const cwd = t.testdir({
    config: { 'gateway.yaml': 'http:\n  prot: 80\n  port: 70000\ncolour: red\ncharging:\n  queueLength: 0\n' },
  })
  const problems = problemsOf({
    cwd,
    env: {
      OCPP_VALIDATION: 'lax',
      OCPP_PATH: 'ocpp',
      ADMIN_PASSWORD: 'short',
      JWT_SECRET_FILE: join(cwd, 'none'),
      MQTT_ALLOW_ANONYMOUS: 'perhaps',
      CHARGING_TIME_ZONE: 'Mars/Olympus',
      ROLES: 'ocpp,cook',
    },
    flags: { 'clock.speed': '-1', 'database.url': 'mysql://somewhere' },
  })
  const named = [
    'http.prot',
    'http.port (HTTP_PORT, --http-port)',
    'colour',
    'charging.queueLength (CHARGING_QUEUE_LENGTH, --charging-queue-length)',
    'ocpp.validation (OCPP_VALIDATION, --ocpp-validation)',
    'ocpp.path (OCPP_PATH, --ocpp-path)',
    'admin.password (ADMIN_PASSWORD, --admin-password)',
    'JWT_SECRET_FILE',
    'mqtt.allowAnonymous (MQTT_ALLOW_ANONYMOUS, --mqtt-allow-anonymous)',
    'charging.timeZone (CHARGING_TIME_ZONE, --charging-time-zone)',
    'roles',
    'clock.speed (CLOCK_SPEED, --clock-speed)',
    'database.url (DATABASE_URL, --database-url)',
  ]
  for (const name of named) t.equal(problems.filter(problem => problem.startsWith(name)).length, 1, name)
  t.equal(problems.length, named.length, problems.join('\n'))
  t.notMatch(problems.join('\n'), /short/, 'no secret is shown')
})

t.test('a URL that is none, an unreadable file, a file that is no object', async t => {
  const cwd = t.testdir({ 'list.yaml': '- 1\n', 'broken.json': '{"http": ' })
  t.match(problemsOf({ cwd, env: { DATABASE_URL: 'postgres://a:b@host:port/x' }, flags: {} }), [/database\.url.*URL/])
  t.match(problemsOf({ cwd, file: join(cwd, 'none.yaml'), env: {}, flags: {} }), [/none\.yaml/])
  t.match(problemsOf({ cwd, file: join(cwd, 'list.yaml'), env: {}, flags: {} }), [/list\.yaml: must hold an object/])
  t.match(problemsOf({ cwd, file: join(cwd, 'broken.json'), env: {}, flags: {} }), [/broken\.json/])
})

t.test('defaults < file < environment < flags', async t => {
  const cwd = t.testdir({
    config: { 'gateway.yaml': 'http: {port: 1001}\nocpp: {port: 1001}\nmqtt: {port: 1001, allowAnonymous: yes}\n' },
  })
  const config = loadConfig({
    cwd,
    env: { OCPP_PORT: '1002', MQTT_PORT: '1002', LOG_LEVEL: '' },
    flags: { 'mqtt.port': '1003' },
  })
  t.same([config.http.port, config.ocpp.port, config.mqtt.port], [1001, 1002, 1003])
  t.equal(config.mqtt.allowAnonymous, true)
  t.equal(config.log.level, 'info', 'an empty variable is none')
  t.equal(config.ocpp.path, '/ocpp')
})

t.test('a secret can come from a file; the variable itself wins over it', async t => {
  const cwd = t.testdir({ secret: 'a-password-of-a-file\n' })
  const env = { ADMIN_PASSWORD_FILE: join(cwd, 'secret'), DB_PASSWORD_FILE: join(cwd, 'secret'), DB_HOST: 'db' }
  const config = loadConfig({ cwd, env, flags: {} })
  t.equal(config.admin.password, 'a-password-of-a-file')
  t.equal(databaseUrl(config), 'postgres://postgres:a-password-of-a-file@db:5432/ev_charging')
  const both = loadConfig({ cwd, env: { ...env, ADMIN_PASSWORD: 'told-directly' }, flags: {} })
  t.equal(both.admin.password, 'told-directly')
})

t.test("the original system's configs/config.json", async t => {
  const cwd = t.testdir()
  await mkdir(join(cwd, 'configs'))
  const original = {
    server: { host: '127.0.0.1', port: 8081 },
    database: { host: 'db', port: 5433, user: 'ev', password: 'p@ss/word', dbname: 'ev_charging', sslmode: 'disable' },
    charging: {
      fastChargingPileNum: 4,
      trickleChargingPileNum: 1,
      fastChargingPower: 30,
      trickleChargingPower: 7,
      maxQueueLength: 6,
    },
  }
  await writeFile(join(cwd, 'configs', 'config.json'), JSON.stringify(original))
  const config = loadConfig({ cwd, env: {}, flags: {} })
  t.match(config.http, original.server)
  t.match(config.charging, original.charging)
  t.equal(databaseUrl(config), 'postgres://ev:p%40ss%2Fword@db:5433/ev_charging')
  t.equal(databaseUrl(loadConfig({ cwd, env: { DATABASE_URL: 'postgres://x/y' }, flags: {} })), 'postgres://x/y')
})
