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

t.test('waiting for the boot counts within a command’s own time', async t => {
  const { gateway, open } = await setUp(t, { options: { bootGraceMs: 60_000 } })
  await open('CP1')
  t.match(await gateway.send('CP1', reset, sending('k', 20)), {
    status: 'timed-out',
    error: { description: /^not sent: .*not booted/ },
  })
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
