import t from 'tap'
import type { Command } from '../../protocol/charger/command.ts'
import { setUp } from './harness.ts'

const sending = (commandId: string, timeoutMs = 10_000) => ({ commandId, timeoutMs })
const reset: Command = { verb: 'reset', hard: false }

t.test('nothing is sent before the boot is answered and the charge point has settled', async t => {
  const { central, gateway, open } = await setUp(t, { options: { bootGraceMs: 60_000, settleDelayMs: 30 } })
  const held = Promise.withResolvers<void>()
  central.answers.booted = () => held.promise.then(() => ({ status: 'accepted', now: 0, intervalSeconds: 1 }))
  const client = await open('CP1')
  const outcome = gateway.send('CP1', reset, sending('k'))
  t.match(await client.call('Heartbeat', {}), [3, 'c1'], 'not at once')
  client.send([2, 'boot', 'BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' }])
  await central.until(() => central.ofType('booted').length === 1)
  held.resolve()
  t.match(await client.next(), [3, 'boot'])
  t.match(await client.call('Heartbeat', {}, 'settling'), [3, 'settling'], 'nor right after the answer')
  const [, id, action] = await client.next()
  t.equal(action, 'Reset')
  client.send([3, id, { status: 'Accepted' }])
  t.match(await outcome, { status: 'accepted' })
})

t.test('where no boot comes, commands go out after a while', async t => {
  const { gateway, open } = await setUp(t, { options: { bootGraceMs: 20 } })
  const client = await open('CP1')
  const outcome = gateway.send('CP1', reset, sending('k'))
  const [, id] = await client.next()
  client.send([3, id, { status: 'Accepted' }])
  t.match(await outcome, { status: 'accepted' })
})

t.test('a command waits for the quiet time beyond its own, and no longer', async t => {
  const { gateway, open, central } = await setUp(t, { options: { bootGraceMs: 40, settleDelayMs: 40 } })
  central.answers.booted = () => ({ status: 'rejected', now: 0, intervalSeconds: 1 })
  const client = await open('CP1')
  await client.call('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' })
  t.match(await gateway.send('CP1', reset, sending('k', 20)), {
    status: 'timed-out',
    error: { description: /^not sent: .*rejected/ },
  })
})

t.test('the time to answer begins when a command is sent, however short it is', async t => {
  const { gateway, open } = await setUp(t, { options: { bootGraceMs: 600 } })
  const client = await open('CP1')
  const outcome = gateway.send('CP1', reset, sending('k', 500))
  const [, id] = await client.next()
  client.send([3, id, { status: 'Accepted' }])
  t.match(await outcome, { status: 'accepted' })
})

t.test('a registered charge point that reconnects without a boot gets commands when it has settled', async t => {
  const { gateway, open } = await setUp(t, {
    options: { bootGraceMs: 60_000, settleDelayMs: 1 },
    profile: { registration: 'accepted' },
  })
  const client = await open('CP1')
  const outcome = gateway.send('CP1', reset, sending('k'))
  const [, id] = await client.next()
  client.send([3, id, { status: 'Accepted' }])
  t.match(await outcome, { status: 'accepted' })
})

t.test('commands that wait are bounded', async t => {
  const { gateway, open } = await setUp(t, { options: { bootGraceMs: 60_000, commandQueue: 2 } })
  const client = await open('CP1')
  const waiting = [gateway.send('CP1', reset, sending('a')), gateway.send('CP1', reset, sending('b'))]
  t.match(await gateway.send('CP1', reset, sending('c')), {
    status: 'timed-out',
    error: { description: /2 commands wait/ },
  })
  client.ws.terminate()
  t.same(await Promise.all(waiting), [{ status: 'offline' }, { status: 'offline' }])
})
