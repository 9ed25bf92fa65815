import t from 'tap'
import { setUp } from './harness.ts'

t.test('every call is answered with its own id', async t => {
  const { open } = await setUp(t)
  const client = await open('CP1')
  for (const id of ['1', '', 'x'.repeat(36), 'y'.repeat(200), '__proto__', 'ü"\\', 17]) {
    client.send([2, id, 'Heartbeat', {}])
    t.same(await client.next(), [3, id, { currentTime: '2026-11-22T12:00:00.000Z' }])
  }
})

const understood: [string, string | Buffer][] = [
  ['a byte order mark', '\uFEFF[2,"c1","Heartbeat",{}]'],
  ['white space', ' \r\n[ 2 ,\t"c1",\n"Heartbeat" , { } ]\r\n'],
  ['a trailing NUL', '[2,"c1","Heartbeat",{}]\0'],
  ['a binary frame', Buffer.from('[2,"c1","Heartbeat",{}]')],
  ['no payload', '[2,"c1","Heartbeat"]'],
  ['null as payload', '[2,"c1","Heartbeat",null]'],
  ['extra elements', '[2,"c1","Heartbeat",{},1,2]'],
  ['a member __proto__', '[2,"c1","Heartbeat",{"__proto__":{"x":1}}]'],
]
for (const [name, message] of understood) {
  t.test(`a call with ${name} is answered`, async t => {
    const { open } = await setUp(t)
    const client = await open('CP1')
    client.send(message)
    t.match(await client.next(), [3, 'c1', { currentTime: String }])
  })
}

t.test('a call in fragments is answered', async t => {
  const { open } = await setUp(t)
  const client = await open('CP1')
  for (const part of ['[2,"c', '1","Heart', 'beat"', ',{}']) client.ws.send(part, { fin: false })
  client.ws.send(']', { fin: true })
  t.match(await client.next(), [3, 'c1'])
})

t.test('text that is not UTF-8 does not end the connection', async t => {
  const { open } = await setUp(t)
  const client = await open('CP1')
  const message = Buffer.from(
    '[2,"c1","BootNotification",{"chargePointVendor":"M\xfcller","chargePointModel":"M"}]',
    'latin1',
  )
  client.ws.send(message, { binary: false })
  t.match(await client.next(), [3, 'c1', { status: 'Accepted' }])
})

const badCalls: [string, string][] = [
  ['an action that is no string', '[2,"c1",5,{}]'],
  ['no action', '[2,"c1"]'],
  ['broken JSON after the id', '[2,"c1","Heartbeat",{"a":}]'],
  ['a truncated end', '[2,"c1","Heartbeat",{'],
  ['a leading comma', ',[2,"c1","Heartbeat",{}]'],
]
for (const [name, message] of badCalls) {
  t.test(`a call with ${name} gets a CALLERROR of five members with its id`, async t => {
    const { central, open } = await setUp(t)
    const client = await open('CP1')
    client.send(message)
    const answer = await client.next()
    t.match(answer, [4, 'c1', 'FormationViolation', String, {}])
    t.equal(answer.length, 5)
    t.match(
      central.frames.find(f => f.direction === 'in'),
      { kind: 'invalid', messageId: 'c1', raw: message },
    )
  })
}

const ignored: [string, string][] = [
  ['no JSON', 'hello'],
  ['an object', '{"a":1}'],
  ['null', 'null'],
  ['an empty list', '[]'],
  ['an unknown message type', '[5,"c1","Heartbeat",{}]'],
  ['a message type as text', '["2","c1","Heartbeat",{}]'],
  ['an id that is an object', '[2,{"a":1},"Heartbeat",{}]'],
  ['an id without end', `[2,"${'x'.repeat(5000)}","Heartbeat",{}]`],
  ['an answer nobody asked for', '[3,"nobody",{}]'],
  ['an error nobody asked for', '[4,"nobody","GenericError","",{}]'],
  ['a short answer', '[3,"nobody"]'],
  ['400 levels of nesting', '['.repeat(400) + ']'.repeat(400)],
  ['300000 levels of nesting', '['.repeat(300_000) + ']'.repeat(300_000)],
]
t.test('what cannot be understood is recorded and the session goes on', async t => {
  const { central, open } = await setUp(t)
  const client = await open('CP1')
  for (const [name, message] of ignored) {
    client.send(message)
    t.match(await client.call('Heartbeat', {}, name), [3, name], name)
  }
  const recorded = central.frames.filter(f => f.direction === 'in' && f.notes.length > 0)
  t.equal(recorded.length, ignored.length)
  t.ok(recorded.every(f => f.raw.length <= 65536))
})

t.test('an empty message is nothing', async t => {
  const { central, open } = await setUp(t)
  const client = await open('CP1')
  for (let i = 0; i < 20; i++) client.send('')
  t.match(await client.call('Heartbeat', {}), [3, 'c1'])
  t.equal(central.frames.length, 2)
})

for (const action of [
  '__proto__',
  'constructor',
  'toString',
  'Nonsense',
  '',
  'heartbeat',
  'x'.repeat(2000),
  'a\u0000b',
]) {
  t.test(`the action ${JSON.stringify(action).slice(0, 20)} is NotImplemented`, async t => {
    const { central, open } = await setUp(t)
    const client = await open('CP1')
    t.match(await client.call(action, {}), [4, 'c1', 'NotImplemented', String, {}])
    t.notOk(
      central.frames.some(f => f.action?.includes('\0') || f.raw.includes('\0')),
      'nothing a store refuses',
    )
  })
}

t.test('an action only a central system sends is NotSupported', async t => {
  const { open } = await setUp(t)
  const client = await open('CP1')
  for (const action of ['Reset', 'RemoteStartTransaction', 'GetConfiguration', 'InstallCertificate']) {
    t.match(await client.call(action, {}), [4, 'c1', 'NotSupported', String, {}])
  }
})

t.test('too many bad messages in a row close, and a good one between them counts anew', async t => {
  const { open } = await setUp(t, { options: { badMessagesInARow: 3 } })
  const client = await open('CP1')
  for (let i = 0; i < 3; i++) client.send('bad')
  t.match(await client.call('Heartbeat', {}), [3, 'c1'])
  for (let i = 0; i < 4; i++) client.send('bad')
  t.match(await client.closed, { code: 1002, reason: /too many bad messages/ })
})

t.test(
  'a message that is too large is answered, one that is far too large closes, and others do not notice',
  async t => {
    const { open } = await setUp(t, { options: { maxPayloadBytes: 1000 } })
    const [client, other] = [await open('CP1'), await open('CP2')]
    client.send([2, 'big', 'DataTransfer', { vendorId: 'v', data: 'x'.repeat(2000) }])
    t.match(await client.next(), [4, 'big', 'FormationViolation', /larger than 1000/, {}])
    client.send('x'.repeat(5000))
    t.match(await client.closed, { code: 1009 })
    t.match(await other.call('Heartbeat', {}), [3, 'c1'])
  },
)

t.test('a charge point that speaks too fast is read later, in order, and nothing is lost', async t => {
  const { open } = await setUp(t, { options: { messagesPerSecond: 200 } })
  const client = await open('CP1')
  for (let i = 0; i < 250; i++) client.send([2, `${i}`, 'Heartbeat', {}])
  for (let i = 0; i < 250; i++) t.equal((await client.next())[1], `${i}`)
})

t.test('a flood that goes on is closed', async t => {
  const { central, open } = await setUp(t, { options: { messagesPerSecond: 20, floodMs: 0, inboundQueue: 1000 } })
  let release = (): void => {}
  const held = new Promise<void>(resolve => {
    release = resolve
  })
  central.answers.alive = () => held.then(() => ({ now: 0 }))
  const client = await open('CP1')
  for (let i = 0; i < 200; i++) client.send([2, `${i}`, 'Heartbeat', {}])
  const ending = client.closed
  await central.until(() => central.frames.length > 20)
  client.ws.resume()
  t.match(await ending, { code: 1008, reason: 'too many messages' })
  release()
})

t.test('every frame is recorded, inbound before its report and outbound after it', async t => {
  const { central, open } = await setUp(t)
  const order: string[] = []
  const record = central.record.bind(central)
  central.record = frame => {
    order.push(`${frame.direction} ${frame.kind}`)
    record(frame)
  }
  central.answers.booted = () => {
    order.push('report')
    return { status: 'accepted', now: 0, intervalSeconds: 1 }
  }
  const client = await open('CP1')
  await client.boot()
  t.same(order, ['in call', 'report', 'out result'])
  const [call, result] = central.frames
  t.match(call, { chargePointId: 'CP1', action: 'BootNotification', messageId: 'boot', latencyMs: null, notes: [] })
  t.match(result, { action: 'BootNotification', messageId: 'boot', latencyMs: Number, raw: /^\[3,"boot",/ })
})
