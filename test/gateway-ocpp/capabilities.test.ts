import t from 'tap'
import type { Command } from '../../protocol/charger/command.ts'
import { type Client, NOW, setUp } from './harness.ts'

const KEY = 'SupportedFeatureProfiles'
const reset: Command = { verb: 'reset', hard: false }
const sending = (commandId: string) => ({ commandId, timeoutMs: 10_000 })
const said = (value: string) => ({ configurationKey: [{ key: KEY, readonly: true, value }] })

async function answer(client: Client, action: string, payload: object): Promise<unknown> {
  const [, id, name, asked] = await client.next()
  t.equal(name, action)
  client.send([3, id, payload])
  return asked
}

t.test('a charge point is asked once what it can do, after what waits, where central does not know it', async t => {
  const { central, gateway, open } = await setUp(t, { options: { bootGraceMs: 60_000, settleDelayMs: 20 } })
  central.answers.booted = () => ({ status: 'accepted', now: NOW, intervalSeconds: 1, askCapabilities: true })
  const client = await open('CP1')
  const waiting = gateway.send('CP1', reset, sending('k'))
  await client.boot()
  await answer(client, 'Reset', { status: 'Accepted' })
  t.match(await waiting, { status: 'accepted' })
  t.same(await answer(client, 'GetConfiguration', said('Core, Reservation ,,RemoteTrigger')), { key: [KEY] })
  await central.until(() => central.ofType('capabilities').length === 1)
  t.same(central.ofType('capabilities'), [{ type: 'capabilities', features: ['Core', 'Reservation', 'RemoteTrigger'] }])
  await client.boot()
  const again = gateway.send('CP1', reset, sending('l'))
  await answer(client, 'Reset', { status: 'Accepted' })
  await again
  t.match(await client.call('Heartbeat', {}, 'last'), [3, 'last'], 'not asked a second time')
})

t.test('it is not asked when central knows it, nor by a charge point that is not accepted', async t => {
  const { central, gateway, open } = await setUp(t, { options: { bootGraceMs: 0 } })
  central.answers.booted = () => ({ status: 'accepted', now: NOW, intervalSeconds: 1 })
  const client = await open('CP1')
  await client.boot()
  t.match(await client.call('Heartbeat', {}, 'h'), [3, 'h'])
  const outcome = gateway.send('CP1', reset, sending('k'))
  await answer(client, 'Reset', { status: 'Accepted' })
  await outcome
})

t.test('one that does not have the key, or no configuration at all, can do nothing beyond', async t => {
  const { central, open } = await setUp(t)
  central.answers.booted = () => ({ status: 'accepted', now: NOW, intervalSeconds: 1, askCapabilities: true })
  const one = await open('CP1')
  await one.boot()
  await answer(one, 'GetConfiguration', { unknownKey: [KEY] })
  await central.until(() => central.ofType('capabilities').length === 1)
  const other = await open('CP2')
  await other.boot()
  const [, id] = await other.next()
  other.send([4, id, 'NotSupported', '', {}])
  await central.until(() => central.ofType('capabilities').length === 2)
  t.same(
    central.ofType('capabilities').flatMap(({ features }) => features),
    [],
  )
})

t.test('an answer to an operator is read too, whatever else is wrong with it', async t => {
  const { central, gateway, open } = await setUp(t)
  const client = await open('CP1')
  const outcome = gateway.send('CP1', { verb: 'native', action: 'GetConfiguration', payload: {} }, sending('k'))
  const other = { key: 'Other', readonly: true }
  await answer(client, 'GetConfiguration', { configurationKey: [other, ...said('Core').configurationKey], more: 1 })
  t.match(await outcome, { status: 'failed', error: { code: 'invalid-answer' } })
  await central.until(() => central.ofType('capabilities').length === 1)
  t.same(central.ofType('capabilities'), [{ type: 'capabilities', features: ['Core'] }])

  const partly = gateway.send('CP1', { verb: 'get-configuration', keys: ['Other'] }, sending('l'))
  await answer(client, 'GetConfiguration', { configurationKey: [other] })
  t.match(await partly, { status: 'accepted' })
  await client.call('Heartbeat', {}, 'h')
  t.equal(central.ofType('capabilities').length, 1, 'one that does not speak of it says nothing')
})
