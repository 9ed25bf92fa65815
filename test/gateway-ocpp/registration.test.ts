import t from 'tap'
import { setUp } from './harness.ts'

const status = { connectorId: 1, errorCode: 'NoError', status: 'Available' }

for (const standing of ['pending', 'rejected'] as const) {
  t.test(`while ${standing}, other messages are kept out and the boot may be repeated`, async t => {
    const { central, open } = await setUp(t)
    central.answers.booted = () => ({ status: standing, now: 0, intervalSeconds: 5 })
    const client = await open('CP1')
    t.match(await client.boot(), [3, 'boot', { status: standing === 'pending' ? 'Pending' : 'Rejected', interval: 5 }])
    t.match(await client.call('StatusNotification', status), [4, 'c1', 'SecurityError', String, {}])
    t.match(await client.call('Nonsense', {}), [4, 'c1', 'NotImplemented'])
    t.equal(central.ofType('connector-status').length, 0)
    delete central.answers.booted
    t.match(await client.boot(), [3, 'boot', { status: 'Accepted' }])
    t.match(await client.call('StatusNotification', status), [3, 'c1', {}])
  })
}

t.test('while pending, what we triggered is let in', async t => {
  const { central, gateway, open } = await setUp(t)
  central.answers.booted = () => ({ status: 'pending', now: 0, intervalSeconds: 5 })
  const client = await open('CP1')
  await client.boot()
  const outcome = gateway.send(
    'CP1',
    { verb: 'trigger', message: 'status', connectorId: 1 },
    { commandId: 'k', timeoutMs: 10_000 },
  )
  const [, id, action, payload] = await client.next()
  t.same([action, payload], ['TriggerMessage', { requestedMessage: 'StatusNotification', connectorId: 1 }])
  client.send([3, id, { status: 'Accepted' }])
  await outcome
  t.match(await client.call('StatusNotification', status), [3, 'c1', {}])
  t.match(await client.call('MeterValues', { connectorId: 1, meterValue: [] }), [4, 'c1', 'SecurityError'])
})

t.test('while rejected, no command goes out', async t => {
  const { central, gateway, open } = await setUp(t)
  central.answers.booted = () => ({ status: 'rejected', now: 0, intervalSeconds: 5 })
  const client = await open('CP1')
  await client.boot()
  const outcome = await gateway.send('CP1', { verb: 'reset', hard: true }, { commandId: 'k', timeoutMs: 20 })
  t.match(outcome, { status: 'timed-out', error: { description: /not sent: the registration was rejected/ } })
})

t.test('a reconnect without a boot is served', async t => {
  const { open } = await setUp(t)
  const client = await open('CP1')
  t.match(await client.call('StatusNotification', status), [3, 'c1', {}])
})

t.test('a reconnect without a boot has the standing of the last one', async t => {
  const { gateway, open } = await setUp(t, { profile: { registration: 'rejected' } })
  const client = await open('CP1')
  t.match(await client.call('StatusNotification', status), [4, 'c1', 'SecurityError'])
  const sending = { commandId: 'k', timeoutMs: 20 }
  t.match(await gateway.send('CP1', { verb: 'reset', hard: true }, sending), { status: 'timed-out' })
  t.match(await client.boot(), [3, 'boot', { status: 'Accepted' }])
  t.match(await client.call('StatusNotification', status), [3])
})

t.test('SignCertificate is understood and rejected', async t => {
  const { open } = await setUp(t)
  const client = await open('CP1')
  t.same(await client.call('SignCertificate', { csr: 'x' }), [3, 'c1', { status: 'Rejected' }])
})
