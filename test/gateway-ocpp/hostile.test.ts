import { once } from 'node:events'
import { connect } from 'node:net'
import t from 'tap'
import { profileOf, RecordingCentral, setUp, upgradeText } from './harness.ts'

const rejections: unknown[] = []
process.on('unhandledRejection', reason => rejections.push(reason))

/** Upgrades by hand, then sends bytes that no WebSocket library would. */
async function afterUpgrade(port: number, bytes: Buffer): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(upgradeText('/ocpp/EVIL'))
  await once(socket, 'data')
  socket.write(bytes)
  socket.resume()
  await once(socket, 'close')
}

const mask = Buffer.from([0, 0, 0, 0])
const frame = (first: number, payload: Buffer): Buffer =>
  Buffer.concat([Buffer.from([first, 0x80 | payload.length]), mask, payload])

const garbage: [string, Buffer][] = [
  ['an unmasked frame', Buffer.from([0x81, 0x02, 0x68, 0x69])],
  ['reserved bits', frame(0xf1, Buffer.from('hi'))],
  ['an unknown opcode', frame(0x8b, Buffer.from('hi'))],
  ['a pong with reserved bits', frame(0xca, Buffer.from('hi'))],
  ['a continuation of nothing', frame(0x80, Buffer.from('hi'))],
  ['a length of exabytes', Buffer.from([0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0])],
  ['a close with a bad code', frame(0x88, Buffer.from([0x00, 0x01]))],
]
t.test('bytes that are no WebSocket end their own connection and no other', async t => {
  const { central, port, open } = await setUp(t)
  const other = await open('GOOD')
  for (const [name, bytes] of garbage) {
    await afterUpgrade(port, bytes)
    t.match(await other.call('Heartbeat', {}, name), [3, name], name)
  }
  await central.until(() => central.ofType('link-down').length === garbage.length)
})

t.test('a peer that goes away while central decides leaves nothing behind', async t => {
  const { central, gateway, port, open } = await setUp(t)
  const held = Promise.withResolvers<void>()
  const admit = central.admission
  central.admission = async knock => {
    await held.promise
    return admit(knock)
  }
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(upgradeText('/ocpp/CP1'))
  await central.until(() => central.knocks.length === 1)
  socket.resetAndDestroy()
  await once(socket, 'close')
  held.resolve()
  central.admission = admit
  const client = await open('CP2')
  t.match(await client.call('Heartbeat', {}), [3, 'c1'])
  t.same(
    central.ofType('link-up').length,
    gateway.stats().connected + central.ofType('link-down').length,
    'every link that came up and is gone has been reported as gone',
  )
})

t.test('an upgrade that central judges while the gateway closes is refused', async t => {
  const { central, gateway, port } = await setUp(t)
  const held = Promise.withResolvers<void>()
  const knocked = Promise.withResolvers<void>()
  central.admission = async knock => {
    knocked.resolve()
    await held.promise
    return { admitted: true, profile: profileOf(knock.identity) }
  }
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(upgradeText('/ocpp/CP1'))
  await knocked.promise
  const closing = gateway.close()
  held.resolve()
  socket.resume()
  await once(socket, 'close')
  await closing
  t.same(central.reports, [])
})

t.test('a fault in central’s own bookkeeping does not end the connection', async t => {
  const { central, open } = await setUp(t)
  const client = await open('CP1')
  const record = RecordingCentral.prototype.record
  let faults = 1
  central.record = frame => {
    if (faults-- > 0) throw new Error('a bug')
    record.call(central, frame)
  }
  client.send([2, 'a', 'Heartbeat', {}])
  t.match(await client.call('Heartbeat', {}, 'b'), [3, 'b'])
})

t.test('a charge point that sends and never reads is cut off', async t => {
  const { central, open } = await setUp(t, { options: { messagesPerSecond: 1_000_000 } })
  const data = 'x'.repeat(200_000)
  central.answers['data-transfer'] = () => ({ status: 'accepted', data })
  const client = await open('CP1')
  client.ws.pause()
  for (let i = 0; i < 200; i++) client.send([2, `${i}`, 'DataTransfer', { vendorId: 'v' }])
  await central.until(() => central.ofType('link-down').length === 1)
  t.ok(central.ofType('data-transfer').length <= 200)
  client.ws.terminate()
})

t.test('nothing of all this was rejected without anybody looking', async t => {
  await new Promise(resolve => setImmediate(resolve))
  t.same(rejections, [])
})
