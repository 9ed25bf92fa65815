import { once } from 'node:events'
import { connect } from 'node:net'
import mqtt from 'mqtt'
import t from 'tap'
import { WebSocket } from 'ws'
import { emptyDatabase } from '../support/database.ts'
import { databaseOf, dataFolder, launch, runToEnd, startProcess, until } from '../support/process.ts'

const free = { HTTP_PORT: '0', OCPP_PORT: '0', MQTT_PORT: '0' }

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  t.test(`${signal} ends cleanly, whoever is connected`, async t => {
    const dataDir = await dataFolder(t)
    const database = signal === 'SIGTERM' ? {} : { DATABASE_URL: await emptyDatabase(t) }
    const product = await startProcess(t, { dataDir, env: { MQTT_ALLOW_ANONYMOUS: 'true', ...database } })
    const charger = new WebSocket(`${product.ocpp}/F1`, ['ocpp1.6'])
    await once(charger, 'open')
    const reader = await mqtt.connectAsync(product.mqtt, { reconnectPeriod: 0 })
    const events = await fetch(`${product.http}/api/v1/events`, {
      headers: { authorization: `Bearer ${product.admin}` },
    })
    t.equal(events.status, 200)
    const halves = [product.http, product.ocpp, product.mqtt].map(url => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write('GET /'))
      socket.on('error', () => {})
      return socket
    })
    await Promise.all(halves.map(socket => once(socket, 'ready')))

    const left = Promise.all([
      once(charger, 'close'),
      new Promise<void>(resolve => reader.once('close', () => resolve())),
      events.text().catch(() => ''),
    ])
    const { code, stderr } = await product.end(signal)
    t.equal(code, 0)
    t.match(stderr, /"ended"/)
    await left
    t.equal(await databaseOf(dataDir), null, 'the embedded database has ended too')
  })
}

t.test('a signal that comes during the start ends it as well', async t => {
  const dataDir = await dataFolder(t)
  const product = launch(t, { args: ['serve'], env: { ...free, DATA_DIR: dataDir } })
  await until('the database starts', () => databaseOf(dataDir))
  const { code } = await product.end('SIGTERM')
  t.equal(code, 0)
  t.equal(await databaseOf(dataDir), null)
})

t.test('a second process on the same data folder is told who is there; the first goes on', async t => {
  const dataDir = await dataFolder(t)
  const first = await startProcess(t, { dataDir })
  const second = await runToEnd(t, { args: ['serve'], env: { ...free, DATA_DIR: dataDir } })
  t.equal(second.code, 1)
  t.match(second.stderr, new RegExp(`pid ${first.pid}`))
  t.match(second.stderr, /DATA_DIR/)
  t.notMatch(second.stderr, /\n\s+at |"stack"/, 'told without a stack')
  t.equal((await first.ask('GET', '//readyz')).status, 200)
})
