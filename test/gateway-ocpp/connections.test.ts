import t from 'tap'
import { setUp } from './harness.ts'

t.test(
  'a second connection of one identity is served at once and gets the commands; the old one is closed',
  async t => {
    const { central, gateway, open } = await setUp(t)
    const first = await open('CP1')
    await first.boot()
    const second = await open('cp1')
    t.match(await second.boot(), [3, 'boot'])
    t.match(await first.closed, { code: 1000, reason: /replaced/ })
    const outcome = gateway.send('CP1', { verb: 'unlock', connectorId: 1 }, { commandId: 'k', timeoutMs: 10_000 })
    const [, id, action] = await second.next()
    t.equal(action, 'UnlockConnector')
    second.send([3, id, { status: 'Unlocked' }])
    t.match(await outcome, { status: 'accepted' })
    t.same(
      central.reports.map(e => e.report.type),
      ['link-up', 'booted', 'link-down', 'link-up', 'booted'],
    )
  },
)

t.test("an old connection's calls end as unknown at once, and its late close touches nothing", async t => {
  const { central, gateway, open } = await setUp(t)
  const first = await open('CP1')
  await first.boot()
  const open1 = gateway.send('CP1', { verb: 'reset', hard: true }, { commandId: 'a', timeoutMs: 60_000 })
  const waiting = gateway.send('CP1', { verb: 'reset', hard: false }, { commandId: 'b', timeoutMs: 60_000 })
  await first.next()
  // The old peer is dead: it neither reads nor closes.
  first.ws.pause()
  const second = await open('CP1')
  t.match(await open1, { status: 'unknown', error: { code: 'link-lost' } })
  t.same(await waiting, { status: 'offline' }, 'what was never sent is not unknown')
  await second.boot()
  first.ws.terminate()
  await first.closed
  t.match(await second.call('Heartbeat', {}), [3, 'c1'])
  t.equal(gateway.connected('CP1'), true)
  const [up1, up2] = central.ofType('link-up')
  t.not(up1!.linkId, up2!.linkId)
  t.match(central.ofType('link-down'), [{ linkId: up1!.linkId }])
})

t.test('a lost link ends the open call as unknown and is reported', async t => {
  const { central, gateway, open } = await setUp(t)
  const client = await open('CP1')
  await client.boot()
  const outcome = gateway.send('CP1', { verb: 'reset', hard: true }, { commandId: 'a', timeoutMs: 60_000 })
  await client.next()
  client.ws.terminate()
  t.match(await outcome, { status: 'unknown', error: { code: 'link-lost' } })
  await central.until(() => central.ofType('link-down').length === 1)
  t.equal(gateway.connected('CP1'), false)
  t.same(await gateway.send('CP1', { verb: 'reset', hard: true }, { commandId: 'b', timeoutMs: 60_000 }), {
    status: 'offline',
  })
})

t.test('a reconnect right after an abort works, ten times in a row', async t => {
  const { central, open } = await setUp(t)
  for (let i = 0; i < 10; i++) {
    const client = await open('CP1')
    t.match(await client.boot(), [3, 'boot'])
    client.ws.terminate()
  }
  await central.until(() => central.ofType('link-down').length === 10)
  const links = central.reports.map(e => e.report).filter(r => r.type === 'link-up' || r.type === 'link-down')
  t.same(
    links.map(r => r.type),
    Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 'link-up' : 'link-down')),
    'ends come before the next beginning',
  )
})

t.test('what arrived before the end of a link is still reported, before that end', async t => {
  const { central, open } = await setUp(t)
  const held = Promise.withResolvers<void>()
  central.answers.alive = () => held.promise.then(() => ({ now: 0 }))
  const client = await open('CP1')
  client.send([2, 'h', 'Heartbeat', {}])
  client.send([2, 's', 'StopTransaction', { transactionId: 1, meterStop: 5, timestamp: '2026-11-22T12:00:00Z' }])
  await central.until(() => central.frames.length === 2)
  client.ws.terminate()
  held.resolve()
  await central.until(() => central.ofType('link-down').length === 1)
  t.same(
    central.reports.map(e => e.report.type),
    ['link-up', 'alive', 'session-ended', 'link-down'],
  )
})

t.test('what a replaced connection had not begun is left to the new one', async t => {
  const { central, open } = await setUp(t)
  const held = Promise.withResolvers<void>()
  central.answers.alive = () => held.promise.then(() => ({ now: 0 }))
  const first = await open('CP1')
  first.send([2, 'h', 'Heartbeat', {}])
  first.send([2, 's', 'MeterValues', { connectorId: 1, meterValue: [] }])
  await central.until(() => central.frames.length === 2)
  const second = await open('CP1')
  second.send([2, 's', 'MeterValues', { connectorId: 1, meterValue: [] }])
  held.resolve()
  t.match(await second.next(), [3, 's'])
  t.same(
    central.reports.map(e => e.report.type),
    ['link-up', 'alive', 'link-down', 'link-up', 'meter-sampled'],
  )
})

t.test('disconnect closes the link', async t => {
  const { gateway, open } = await setUp(t)
  const client = await open('CP1')
  await gateway.disconnect('CP1', 'the password changed')
  t.match(await client.closed, { code: 1000, reason: 'the password changed' })
  await gateway.disconnect('CP1', 'again')
  t.equal(gateway.connected('CP1'), false)
})

t.test('a peer that answers pings stays; one that does not is cut', async t => {
  const { central, open } = await setUp(t, { profile: { pingSeconds: 0.01 } })
  const alive = await open('CP1')
  const pinged = new Promise<void>(resolve => {
    let count = 0
    alive.ws.on('ping', () => {
      count += 1
      if (count === 5) resolve()
    })
  })
  await pinged
  t.match(await alive.call('Heartbeat', {}), [3, 'c1'])
  const dead = await open('CP2')
  dead.ws.pause()
  await central.until(() => central.ofType('link-down').length === 1)
  t.equal(central.reports.at(-1)?.chargePointId, 'CP2')
  dead.ws.terminate()
})
