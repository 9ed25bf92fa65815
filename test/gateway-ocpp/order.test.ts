import t from 'tap'
import { setUp } from './harness.ts'

/** A promise that the test resolves when it likes. */
const gate = () => Promise.withResolvers<void>()

t.test("one charge point's calls are handled one at a time, in order, whatever they are", async t => {
  const { central, open } = await setUp(t)
  const held = gate()
  central.answers['connector-status'] = () => held.promise.then(() => ({}))
  const client = await open('CP1')
  client.send([2, 's', 'StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' }])
  client.send([2, 'h', 'Heartbeat', {}])
  client.send([2, 'x', 'Nonsense', {}])
  client.send([2, 'm', 'MeterValues', { connectorId: 1, meterValue: [] }])
  await central.until(() => central.frames.length === 4)
  t.same(
    central.reports.map(e => e.report.type),
    ['link-up', 'connector-status'],
    'the second waits for the first',
  )
  held.resolve()
  t.same(
    [(await client.next())[1], (await client.next())[1], (await client.next())[1], (await client.next())[1]],
    ['s', 'h', 'x', 'm'],
  )
})

t.test('different charge points run freely', async t => {
  const { central, open } = await setUp(t)
  const held = gate()
  central.answers['connector-status'] = () => held.promise.then(() => ({}))
  const [slow, quick] = [await open('CP1'), await open('CP2')]
  slow.send([2, 's', 'StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' }])
  await central.until(() => central.ofType('connector-status').length === 1)
  t.match(await quick.call('Heartbeat', {}), [3, 'c1'])
  held.resolve()
})

t.test('the link is reported before its first message', async t => {
  const { central, open } = await setUp(t)
  const held = gate()
  central.answers['link-up'] = () => held.promise.then(() => ({}))
  const client = await open('CP1')
  client.send([2, 'h', 'Heartbeat', {}])
  await central.until(() => central.frames.length === 1)
  t.same(
    central.reports.map(e => e.report.type),
    ['link-up'],
  )
  held.resolve()
  t.match(await client.next(), [3, 'h'])
})

t.test('a link that could not be recorded is tried again with the next message', async t => {
  const { central, open } = await setUp(t)
  let away = true
  central.answers['link-up'] = () => (away ? Promise.reject(new Error('the database is away')) : {})
  const client = await open('CP1')
  t.match(await client.call('Heartbeat', {}, 'a'), [3, 'a'])
  away = false
  t.match(await client.call('Heartbeat', {}, 'b'), [3, 'b'])
  t.match(await client.call('Heartbeat', {}, 'c'), [3, 'c'])
  t.same(
    central.reports.map(e => e.report.type),
    ['link-up', 'link-up', 'alive', 'link-up', 'alive', 'alive'],
  )
})

t.test('calls are answered while ours is open, and its answer is not queued behind them', async t => {
  const { central, gateway, open } = await setUp(t)
  const held = gate()
  central.answers['connector-status'] = () => held.promise.then(() => ({}))
  const client = await open('CP1')
  await client.boot()
  const outcome = gateway.send('CP1', { verb: 'reset', hard: false }, { commandId: 'k', timeoutMs: 10_000 })
  const [, id] = await client.next()
  t.match(await client.call('Heartbeat', {}, id), [3, id], 'one id in both directions')
  client.send([2, 's', 'StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' }])
  await central.until(() => central.ofType('connector-status').length === 1)
  client.send([3, id, { status: 'Accepted' }])
  t.same(await outcome, { status: 'accepted', result: { status: 'Accepted' } })
  held.resolve()
  t.match(await client.next(), [3, 's', {}])
})

t.test('a socket is not read while too many of its messages wait', async t => {
  const { central, open } = await setUp(t, { options: { inboundQueue: 4 } })
  const held = gate()
  central.answers.alive = () => held.promise.then(() => ({ now: 0 }))
  const client = await open('CP1')
  const padding = 'x'.repeat(200_000)
  for (let i = 0; i < 40; i++) client.send([2, `${i}`, 'Heartbeat', { padding }])
  await central.until(() => central.frames.length >= 5)
  held.resolve()
  for (let i = 0; i < 40; i++) t.equal((await client.next())[1], `${i}`)
})

const unanswered = [
  'booted',
  'authorization-asked',
  'connector-status',
  'session-started',
  'meter-sampled',
  'session-ended',
] as const
const messages = {
  booted: ['BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' }],
  'authorization-asked': ['Authorize', { idTag: 'A' }],
  'connector-status': ['StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' }],
  'session-started': [
    'StartTransaction',
    { connectorId: 1, idTag: 'A', meterStart: 0, timestamp: '2026-11-22T12:00:00Z' },
  ],
  'meter-sampled': ['MeterValues', { connectorId: 1, meterValue: [] }],
  'session-ended': ['StopTransaction', { transactionId: 1, meterStop: 0, timestamp: '2026-11-22T12:00:00Z' }],
} as const
for (const type of unanswered) {
  t.test(
    `${messages[type][0]} is not answered when its effect is not durable, and answered when it is sent again`,
    async t => {
      const { central, open } = await setUp(t)
      Object.assign(central.answers, { [type]: () => Promise.reject(new Error('the database is away')) })
      const client = await open('CP1')
      client.send([2, 'lost', ...messages[type]])
      t.match(await client.call('Heartbeat', {}, 'after'), [3, 'after'], 'the next one is')
      delete central.answers[type]
      const [action, payload] = messages[type]
      t.match(await client.call(action, payload, 'lost'), [3, 'lost'])
    },
  )
}

t.test('a thousand calls of fifty charge points come back in order', async t => {
  const { central, open } = await setUp(t)
  central.answers['meter-sampled'] = () => new Promise(resolve => setImmediate(resolve, {}))
  const clients = await Promise.all(Array.from({ length: 50 }, (_, i) => open(`CP${i}`)))
  const expected = Array.from({ length: 20 }, (_, i) => `${i}`)
  for (const id of expected) {
    for (const client of clients) client.send([2, id, 'MeterValues', { connectorId: 1, meterValue: [] }])
  }
  for (const client of clients) {
    const ids: string[] = []
    for (const _ of expected) ids.push((await client.next())[1])
    t.same(ids, expected)
  }
})
