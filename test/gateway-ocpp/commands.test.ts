import t from 'tap'
import type { Command, Outcome } from '../../protocol/charger/command.ts'
import { type Client, type Setup, setUp } from './harness.ts'

const sending = (commandId: string, timeoutMs = 10_000) => ({ commandId, timeoutMs })
const reset: Command = { verb: 'reset', hard: false }

/** Sends a command and lets the charge point give one answer to it; `answer` gets the message id. */
async function exchange(
  { gateway }: Setup,
  client: Client,
  command: Command,
  answer: (id: string) => unknown,
): Promise<{ call: unknown[]; outcome: Outcome }> {
  const outcome = gateway.send('CP1', command, sending('k'))
  const call = await client.next()
  client.send(answer(call[1]))
  return { call, outcome: await outcome }
}

t.test('our ids have at most 36 characters and differ', async t => {
  const setup = await setUp(t)
  const client = await setup.open('CP1')
  const ids = new Set<unknown>()
  for (let i = 0; i < 3; i++) {
    const { call } = await exchange(setup, client, reset, id => [3, id, { status: 'Accepted' }])
    ids.add(call[1])
    t.ok((call[1] as string).length <= 36)
  }
  t.equal(ids.size, 3)
})

const native = (action: string, payload: unknown): Command => ({ verb: 'native', action, payload })
const outcomes: [string, Command, unknown[], object][] = [
  ['Accepted', reset, [3, { status: 'Accepted' }], { status: 'accepted', result: { status: 'Accepted' } }],
  ['Rejected', reset, [3, { status: 'Rejected' }], { status: 'rejected', result: { status: 'Rejected' } }],
  [
    'Scheduled',
    { verb: 'set-availability', connectorId: 0, available: false },
    [3, { status: 'Scheduled' }],
    { status: 'accepted' },
  ],
  [
    'RebootRequired',
    { verb: 'change-configuration', key: 'k', value: 'v' },
    [3, { status: 'RebootRequired' }],
    { status: 'accepted' },
  ],
  [
    'NotSupported',
    { verb: 'change-configuration', key: 'k', value: 'v' },
    [3, { status: 'NotSupported' }],
    { status: 'rejected' },
  ],
  ['Unlocked', { verb: 'unlock', connectorId: 1 }, [3, { status: 'Unlocked' }], { status: 'accepted' }],
  ['UnlockFailed', { verb: 'unlock', connectorId: 1 }, [3, { status: 'UnlockFailed' }], { status: 'rejected' }],
  [
    'no status',
    { verb: 'get-configuration' },
    [3, { unknownKey: ['a'] }],
    { status: 'accepted', result: { unknownKey: ['a'] } },
  ],
  [
    'Faulted to a reservation',
    native('ReserveNow', { connectorId: 1, expiryDate: '2026-11-22T13:00:00Z', idTag: 'A', reservationId: 1 }),
    [3, { status: 'Faulted' }],
    { status: 'rejected' },
  ],
  [
    'a status outside the list',
    reset,
    [3, { status: 'Maybe' }],
    { status: 'failed', error: { code: 'invalid-answer' }, result: { status: 'Maybe' } },
  ],
  [
    'an unknown member',
    reset,
    [3, { status: 'Accepted', x: 1 }],
    { status: 'failed', error: { code: 'invalid-answer' }, result: { status: 'Accepted', x: 1 } },
  ],
  ['null', reset, [3, null], { status: 'failed', error: { code: 'invalid-answer' }, result: null }],
  [
    'a known error',
    reset,
    [4, 'NotSupported', 'no', {}],
    { status: 'failed', error: { code: 'NotSupported', description: 'no' } },
  ],
  [
    'an error of its own',
    reset,
    [4, 'MyOwnCode', 'x', { a: 1 }],
    { status: 'failed', error: { code: 'MyOwnCode', description: 'x' } },
  ],
  [
    'an error with three members',
    reset,
    [4, 'GenericError'],
    { status: 'failed', error: { code: 'GenericError', description: '' } },
  ],
]
for (const [name, command, [type, ...rest], expected] of outcomes) {
  t.test(`the answer ${name} is the outcome ${JSON.stringify(expected).slice(0, 60)}`, async t => {
    const setup = await setUp(t)
    const client = await setup.open('CP1')
    const { outcome } = await exchange(setup, client, command, id => [type, id, ...rest])
    t.match(outcome, expected)
    t.match(
      (await exchange(setup, client, reset, id => [3, id, { status: 'Accepted' }])).outcome,
      { status: 'accepted' },
      'the next command works',
    )
  })
}

t.test('a broken answer fails the call it answers at once', async t => {
  const setup = await setUp(t)
  const client = await setup.open('CP1')
  const { outcome } = await exchange(
    setup,
    client,
    { verb: 'get-configuration' },
    id => `[3,"${id}",{"configurationKey":[{"key":"A"`,
  )
  t.match(outcome, { status: 'failed', error: { code: 'invalid-answer' }, result: /configurationKey/ })
})

t.test('an answer nested too deeply does no harm', async t => {
  const setup = await setUp(t)
  const client = await setup.open('CP1')
  const deep = `${'{"a":'.repeat(400)}1${'}'.repeat(400)}`
  const { outcome } = await exchange(setup, client, reset, id => `[3,"${id}",${deep}]`)
  t.match(outcome, { status: 'failed', error: { code: 'invalid-answer' } })
  t.ok(JSON.stringify(outcome).length < 1000)
})

t.test('a native payload goes out unchanged, member order kept', async t => {
  const setup = await setUp(t)
  const client = await setup.open('CP1')
  const text = '{"value":"é","key":"K"}'
  const outcome = setup.gateway.send('CP1', native('ChangeConfiguration', JSON.parse(text)), sending('k'))
  const call = await client.next()
  t.equal(JSON.stringify(call.slice(2)), `["ChangeConfiguration",${text}]`)
  client.send([3, call[1], { status: 'Accepted' }])
  t.match(await outcome, { status: 'accepted' })
})

t.test('unknown actions and forbidden payloads are refused and nothing is sent', async t => {
  const setup = await setUp(t)
  const client = await setup.open('CP1')
  for (const action of ['Nonsense', '__proto__', 'constructor', 'BootNotification', 'reset', '']) {
    t.match(await setup.gateway.send('CP1', native(action, {}), sending('k')), {
      status: 'refused',
      code: 'unknown-action',
    })
  }
  for (const payload of [{}, { type: 'Warm' }, { type: 'Hard', x: 1 }, null, [], 'Hard']) {
    const outcome = await setup.gateway.send('CP1', native('Reset', payload), sending('k'))
    t.match(outcome, { status: 'refused', code: 'invalid-payload', problems: [{ path: String, message: String }] })
  }
  t.match(await client.call('Heartbeat', {}), [3, 'c1'], 'the first thing to arrive is our own answer')
})

t.test('one call is open at a time, in the order they were asked for', async t => {
  const { gateway, open } = await setUp(t)
  const client = await open('CP1')
  const order: string[] = []
  const outcomes = ['a', 'b', 'c'].map(key =>
    gateway.send('CP1', { verb: 'change-configuration', key, value: '' }, sending(key)).then(() => order.push(key)),
  )
  for (const key of ['a', 'b', 'c']) {
    const [, id, , payload] = await client.next()
    t.equal(payload.key, key)
    t.match(await client.call('Heartbeat', {}, 'probe'), [3, 'probe'], 'and nothing else comes before the answer')
    client.send([3, id, { status: 'Accepted' }])
  }
  await Promise.all(outcomes)
  t.same(order, ['a', 'b', 'c'])
})

t.test(
  'a call without an answer is given up, its late answer is recorded as late, and the next command works',
  async t => {
    const { central, gateway, open } = await setUp(t)
    const client = await open('CP1')
    const first = gateway.send('CP1', reset, sending('slow', 20))
    const [, lateId] = await client.next()
    t.match(await first, { status: 'timed-out', error: { code: 'timed-out', description: /no answer/ } })
    const second = gateway.send('CP1', { verb: 'unlock', connectorId: 1 }, sending('next'))
    const [, nextId] = await client.next()
    client.send([3, lateId, { status: 'Accepted' }])
    client.send([3, nextId, { status: 'Unlocked' }])
    t.match(await second, { status: 'accepted', result: { status: 'Unlocked' } })
    await central.until(() => central.ofType('late-answer').length === 1)
    t.same(central.ofType('late-answer'), [{ type: 'late-answer', commandId: 'slow', result: { status: 'Accepted' } }])
    client.send([3, lateId, { status: 'Accepted' }])
    t.match(await client.call('Heartbeat', {}), [3, 'c1'], 'twice is harmless')
    t.equal(central.ofType('late-answer').length, 1)
  },
)

t.test('a late error is recorded with its code', async t => {
  const { central, gateway, open } = await setUp(t)
  const client = await open('CP1')
  const first = gateway.send('CP1', reset, sending('slow', 20))
  const [, id] = await client.next()
  await first
  client.send([4, id, 'GenericError', 'too late', {}])
  await central.until(() => central.ofType('late-answer').length === 1)
  t.match(central.ofType('late-answer'), [
    { commandId: 'slow', error: { code: 'GenericError', description: 'too late' } },
  ])
})

t.test('the longest wait for an answer is bounded by the setting', async t => {
  const { gateway, open } = await setUp(t, { options: { callTimeoutMs: 20 } })
  await open('CP1')
  t.match(await gateway.send('CP1', reset, sending('k', 1_000_000)), { status: 'timed-out' })
})

t.test('without a link a command is offline', async t => {
  const { gateway } = await setUp(t)
  t.same(await gateway.send('CP1', reset, sending('k')), { status: 'offline' })
})

t.test('reports about the link that fail are logged and harm nothing', async t => {
  const { central, gateway, open } = await setUp(t)
  const away = () => Promise.reject(new Error('the database is away'))
  Object.assign(central.answers, { 'late-answer': away, 'link-down': away })
  const client = await open('CP1')
  const given = gateway.send('CP1', reset, sending('slow', 20))
  const [, id] = await client.next()
  await given
  client.send([3, id, { status: 'Accepted' }])
  t.match(await client.call('Heartbeat', {}), [3, 'c1'])
  client.ws.terminate()
  await central.until(() => central.ofType('link-down').length === 1)
  t.match(await (await open('CP1')).call('Heartbeat', {}), [3, 'c1'])
})

t.test('only the last calls that were given up are remembered', async t => {
  const { central, gateway, open } = await setUp(t)
  const client = await open('CP1')
  const ids: string[] = []
  for (let i = 0; i < 33; i++) {
    const outcome = gateway.send('CP1', reset, sending(`${i}`, 1))
    ids.push((await client.next())[1])
    await outcome
  }
  client.send([3, ids[0], { status: 'Accepted' }])
  client.send([3, ids[32], { status: 'Accepted' }])
  await central.until(() => central.ofType('late-answer').length > 0)
  t.match(central.ofType('late-answer'), [{ commandId: '32' }])
})
