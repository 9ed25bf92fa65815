import t from 'tap'
import { api } from './support.ts'

t.test('health tells the parts, readiness the reasons', async t => {
  const { app, health } = await api(t)
  const ok = await app.inject('/health')
  t.equal(ok.statusCode, 200)
  t.match(ok.json(), {
    status: 'ok',
    version: '1.2.3',
    uptimeSeconds: Number,
    parts: { database: { status: 'up' }, ocpp: {}, mqtt: {} },
  })
  t.notOk('clock' in ok.json())
  t.same((await app.inject('/readyz')).json(), { status: 'ready', reasons: [] })

  health.parts = {
    database: { status: 'down', detail: 'connection refused' },
    ocpp: { status: 'down' },
    mqtt: { status: 'off' },
  }
  t.match((await app.inject('/health')).json(), { status: 'degraded' })
  const unready = await app.inject('/readyz')
  t.equal(unready.statusCode, 503)
  t.same(unready.json(), { status: 'not-ready', reasons: ['database: connection refused', 'ocpp is down'] })
  t.ok(unready.headers['retry-after'])
  t.equal((await app.inject('/livez')).statusCode, 200, 'alive all the same')
})

t.test('a clock that runs faster is shown', async t => {
  const { app } = await api(t, { speed: 60 })
  t.match((await app.inject('/health')).json(), { clock: { speed: 60, start: /Z$/ } })
})

t.test('metrics are told to this host only, unless opened', async t => {
  const closed = await api(t)
  const local = await closed.app.inject('/metrics')
  t.equal(local.statusCode, 200)
  t.match(local.headers['content-type'], 'text/plain')
  t.match(local.body, 'things 1')
  t.equal((await closed.app.inject({ url: '/metrics', remoteAddress: '::ffff:127.0.0.1' })).statusCode, 200)
  t.equal((await closed.app.inject({ url: '/metrics', remoteAddress: '192.168.1.9' })).statusCode, 403)
  const open = await api(t, { config: { metricsOpen: true } })
  t.equal((await open.app.inject({ url: '/metrics', remoteAddress: '192.168.1.9' })).statusCode, 200)
})

t.test('a route that does not say who may call it does not start', async t => {
  const { app } = await api(t)
  t.throws(() => app.get('/forgotten', () => 'open to all'), /does not say who may call it/)
})
