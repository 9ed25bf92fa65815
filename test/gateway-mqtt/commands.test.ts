import t from 'tap'
import type { Command } from '../../protocol/charger/command.ts'
import { asPile, build, building, closed, dashboard, next } from './helper.ts'

const down = 'ev/v1/pile/p1/down/command'
const up = 'ev/v1/pile/p1/up/result'
const say = (what: object): string => JSON.stringify(what)
const ts = '2026-11-22T08:00:00.000Z'
const unlock: Command = { verb: 'unlock', connectorId: 1 }

t.test('every verb that piles speak goes out in their words and comes back as the outcome', async t => {
  const { gateway, connect } = await build(t)
  const pile = await connect(asPile('p1'))
  await pile.subscribeAsync(down, { qos: 1 })
  const table: [Command, object][] = [
    [
      { verb: 'start', connectorId: 1, idTag: 'T', energyWh: 9000 },
      { verb: 'start', args: { connector_id: 1, id_tag: 'T', energy_wh: 9000 } },
    ],
    [
      { verb: 'start', connectorId: 1, idTag: 'T' },
      { verb: 'start', args: { connector_id: 1, id_tag: 'T' } },
    ],
    [
      { verb: 'stop', transactionId: 7, startKey: 'k' },
      { verb: 'stop', args: { session_key: 'k', session_id: '7' } },
    ],
    [
      { verb: 'set-limit', connectorId: 1, limitW: 3500 },
      { verb: 'limit', args: { power_w: 3500 } },
    ],
    [
      { verb: 'set-availability', connectorId: 1, available: false },
      { verb: 'availability', args: { available: false } },
    ],
    [
      { verb: 'reset', hard: true },
      { verb: 'reset', args: { hard: true } },
    ],
    [unlock, { verb: 'unlock', args: {} }],
  ]
  for (const [index, [command, words]] of table.entries()) {
    const id = `c${index}`
    const heard = next(pile, down)
    const outcome = gateway.send('P1', command, { commandId: id, timeoutMs: 5000 })
    t.same(await heard, { payload: { id, ...words, ts }, retain: false, qos: 1 })
    const status = index % 2 === 0 ? 'accepted' : 'rejected'
    const answer = { id, status, detail: 'as told', extra: 1 }
    await pile.publishAsync(up, say(answer), { qos: 1 })
    t.same(await outcome, { status, result: answer })
  }
})

t.test('verbs that piles do not speak are refused, and nothing is sent', async t => {
  const { gateway } = await build(t)
  const commands: Command[] = [
    { verb: 'get-configuration' },
    { verb: 'clear-limit', connectorId: 1 },
    { verb: 'native', action: 'Reset', payload: {} },
  ]
  for (const command of commands) {
    t.same(await gateway.send('p1', command, { commandId: 'c', timeoutMs: 1 }), {
      status: 'refused',
      code: 'not-supported',
      problems: [],
    })
  }
})

t.test('a pile that is away, or was never there, is offline', async t => {
  const { gateway, desk, connect } = await build(t)
  t.same(await gateway.send('p1', unlock, { commandId: 'c', timeoutMs: 1 }), { status: 'offline' })
  const pile = await connect(asPile('p1'))
  await desk.seen('link-up')
  await pile.endAsync()
  await desk.seen('link-down')
  t.same(await gateway.send('p1', unlock, { commandId: 'c', timeoutMs: 1 }), { status: 'offline' })
})

t.test('without a result in time it is timed out, and the late result is reported', async t => {
  const { gateway, desk, connect } = await build(t)
  const pile = await connect(asPile('p1'))
  await desk.seen('link-up')
  t.match(await gateway.send('p1', unlock, { commandId: 'c', timeoutMs: 1 }), {
    status: 'timed-out',
    error: { code: 'timed-out' },
  })
  await pile.publishAsync(up, say({ id: 'c', status: 'accepted' }), { qos: 1 })
  t.same(await desk.seen('late-answer'), {
    type: 'late-answer',
    commandId: 'c',
    result: { id: 'c', status: 'accepted' },
  })
})

t.test('a link lost while a command is open leaves it unknown', async t => {
  const { gateway, connect } = await build(t)
  const pile = await connect(asPile('p1'))
  await pile.subscribeAsync(down, { qos: 1 })
  const heard = next(pile, down)
  const outcome = gateway.send('p1', unlock, { commandId: 'c', timeoutMs: 5000 })
  await heard
  pile.stream.destroy()
  t.same(await outcome, { status: 'unknown', error: { code: 'link-lost', description: 'connection closed' } })
})

t.test('a command that was given up is not handed to a pile that returns to its stored session', async t => {
  const { gateway, desk, connect } = await build(t)
  const stored = asPile('p1', { clientId: 'p1', clean: false })
  const pile = await connect(stored)
  await pile.subscribeAsync('ev/v1/pile/p1/down/#', { qos: 1 })
  const talking = await connect(asPile('p1'))
  await pile.endAsync()
  t.match(await gateway.send('p1', unlock, { commandId: 'old', timeoutMs: 1 }), { status: 'timed-out' })
  await talking.endAsync()
  await desk.seen('link-down')
  const heard: string[] = []
  const again = await connect(stored)
  again.on('message', (_topic, payload) => heard.push(JSON.parse(payload.toString()).id))
  await desk.seen('link-up', 2)
  const fresh = next(again, down)
  void gateway.send('p1', unlock, { commandId: 'new', timeoutMs: 5000 })
  await fresh
  t.same(heard, ['new'])
})

t.test('the result of a command does not wait behind reports that are being kept', async t => {
  const { gateway, desk, connect } = await build(t)
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  desk.before = ({ report }) => (report.type === 'meter-sampled' ? held : undefined)
  const pile = await connect(asPile('p1'))
  await pile.subscribeAsync(down, { qos: 1 })
  await desk.seen('link-up')
  const waiting = pile.publishAsync('ev/v1/pile/p1/up/meter', say({ energy_wh: 1 }), { qos: 1 })
  const heard = next(pile, down)
  const outcome = gateway.send('p1', unlock, { commandId: 'c', timeoutMs: 5000 })
  await heard
  pile.publish(up, say({ id: 'c', status: 'accepted' }), { qos: 1 })
  t.equal((await outcome).status, 'accepted')
  release()
  await waiting
})

t.test('a session names the tag it was started with when the pile does not', async t => {
  const { gateway, desk, connect } = await build(t)
  const pile = await connect(asPile('p1'))
  await pile.subscribeAsync(down, { qos: 1 })
  const heard = next(pile, down)
  const outcome = gateway.send(
    'p1',
    { verb: 'start', connectorId: 1, idTag: 'CALLED' },
    { commandId: 'c', timeoutMs: 5000 },
  )
  await heard
  await pile.publishAsync(up, say({ id: 'c', status: 'accepted' }), { qos: 1 })
  await outcome
  const session = { event: 'started', session_key: 'k', meter_wh: 0 }
  await pile.publishAsync('ev/v1/pile/p1/up/session', say(session), { qos: 1 })
  t.match(await desk.seen('session-started'), { idTag: 'CALLED' })
})

t.test('a tag whose start the pile rejected is not taken for the next session', async t => {
  const { gateway, desk, connect } = await build(t)
  const pile = await connect(asPile('p1'))
  await pile.subscribeAsync(down, { qos: 1 })
  const heard = next(pile, down)
  const start: Command = { verb: 'start', connectorId: 1, idTag: 'CALLED' }
  const outcome = gateway.send('p1', start, { commandId: 'c', timeoutMs: 5000 })
  await heard
  await pile.publishAsync(up, say({ id: 'c', status: 'rejected' }), { qos: 1 })
  t.equal((await outcome).status, 'rejected')
  const session = { event: 'started', session_key: 'k', meter_wh: 0 }
  await pile.publishAsync('ev/v1/pile/p1/up/session', say(session), { qos: 1 })
  t.match(await desk.seen('session-started'), { idTag: '' })
})

t.test('an integration commands by set/{verb} and reads the result with its id', async t => {
  const orders: unknown[] = []
  const { connect } = await build(t, {
    onSet: async (...order) => {
      orders.push(order)
      if (order[1].verb === 'unlock') throw new Error('broken')
      return { status: 'accepted', detail: 'done' }
    },
  })
  const client = await connect(building)
  await client.subscribeAsync('ev/v1/pile/+/set/+/result', { qos: 1 })
  const set = async (verb: string, payload: object) => {
    const result = next(client, `ev/v1/pile/p1/set/${verb}/result`)
    await client.publishAsync(`ev/v1/pile/p1/set/${verb}`, say(payload), { qos: 1 })
    return result
  }
  t.same(await set('limit', { id: '1', args: { power_w: 1 } }), {
    payload: { id: '1', status: 'accepted', detail: 'done', ts },
    retain: false,
    qos: 1,
  })
  t.match((await set('limit', { id: '1', args: { power_w: 1 } })).payload, { id: '1', status: 'accepted' })
  const once = orders.splice(0)
  t.same(once, [['p1', { verb: 'limit', powerW: 1 }, 'building']], 'a repeated command is answered, not executed again')

  t.match((await set('unlock', { id: '2' })).payload, { id: '2', status: 'rejected', detail: 'internal' })
  orders.length = 0
  for (const [verb, args, order] of [
    ['start', {}, { verb: 'start' }],
    ['start', { id_tag: 'T', energy_wh: 500 }, { verb: 'start', idTag: 'T', energyWh: 500 }],
    ['stop', {}, { verb: 'stop' }],
    ['availability', { available: false }, { verb: 'availability', available: false }],
    ['reset', {}, { verb: 'reset', hard: false }],
    ['reset', { hard: true }, { verb: 'reset', hard: true }],
  ] as const) {
    t.match((await set(verb, { id: `${verb} ${JSON.stringify(args)}`, args })).payload, { status: 'accepted' })
    t.same(orders.pop(), ['p1', order, 'building'])
  }
})

t.test('a command of an integration that means nothing is rejected with what is wrong', async t => {
  const { connect } = await build(t, { onSet: async () => ({ status: 'accepted' }) })
  const client = await connect(building)
  await client.subscribeAsync('ev/v1/pile/+/set/+/result', { qos: 1 })
  for (const [verb, args, detail] of [
    ['fly', {}, /^unknown-verb$/],
    ['toString', {}, /^unknown-verb$/],
    ['limit', {}, /^invalid-args: power_w /],
    ['limit', { power_w: -1 }, /^invalid-args: power_w /],
    ['availability', { available: 'no' }, /^invalid-args: available /],
  ] as const) {
    const result = next(client, `ev/v1/pile/p1/set/${verb}/result`)
    await client.publishAsync(`ev/v1/pile/p1/set/${verb}`, say({ id: JSON.stringify(args), args }), { qos: 1 })
    t.match((await result).payload, { status: 'rejected', detail })
  }
})

t.test('without somebody to execute them, commands of integrations are rejected', async t => {
  const { connect } = await build(t)
  const client = await connect(building)
  await client.subscribeAsync('ev/v1/pile/p1/set/start/result', { qos: 1 })
  const result = next(client, 'ev/v1/pile/p1/set/start/result')
  await client.publishAsync('ev/v1/pile/p1/set/start', say({ id: '1' }), { qos: 1 })
  t.match((await result).payload, { id: '1', status: 'rejected', detail: 'not-supported' })
})

t.test('closing says offline, parts from everybody and leaves open commands unknown', async t => {
  const { gateway, desk, connect } = await build(t)
  const pile = await connect(asPile('p1'))
  const reader = await connect(dashboard)
  const online = next(reader, 'ev/v1/gateway/state')
  await reader.subscribeAsync('ev/v1/gateway/state', { qos: 1 })
  await online
  await desk.seen('link-up')
  const offline = next(reader, 'ev/v1/gateway/state')
  const outcome = gateway.send('p1', unlock, { commandId: 'c', timeoutMs: 5000 })
  const parted = closed(pile)
  await gateway.close()
  t.match(await outcome, { status: 'unknown' })
  t.match((await offline).payload, { state: 'offline' })
  await parted
  t.match(await desk.seen('link-down'), { reason: 'gateway closing' })
})
