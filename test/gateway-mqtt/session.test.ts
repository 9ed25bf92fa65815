import t from 'tap'
import { asPile, build, closed, dashboard, NOW, next } from './helper.ts'

const up = (id: string, what: string): string => `ev/v1/pile/${id}/up/${what}`
const say = (what: object): string => JSON.stringify(what)

t.test('a pile connects, charges and leaves: every message becomes its report, in order', async t => {
  const { gateway, desk, connect } = await build(t)
  const pile = await connect(asPile('p1'))
  await pile.subscribeAsync('ev/v1/pile/p1/down/#', { qos: 1 })
  await desk.seen('link-up')
  t.ok(gateway.connected('P1'))

  const ts = '2026-11-22T16:00:01+08:00'
  const at = NOW + 1000
  await pile.publishAsync(
    up('p1', 'hello'),
    say({ vendor: 'V', model: 'M', firmware: '1.2', mode: 'fast', power_w: 30000, ts }),
    { qos: 1 },
  )
  await pile.publishAsync(up('p1', 'status'), say({ status: 'Available', ts }), { qos: 1, retain: true })
  await pile.publishAsync(up('p1', 'plug'), say({ plugged: true, id_tag: 'TAG1', ts }), { qos: 1 })
  const started = next(pile, 'ev/v1/pile/p1/down/session')
  await pile.publishAsync(up('p1', 'session'), say({ event: 'started', session_key: 'k1', meter_wh: 1234.567, ts }), {
    qos: 1,
  })
  t.same((await started).payload, {
    session_key: 'k1',
    session_id: '7',
    accepted: true,
    ts: '2026-11-22T08:00:00.000Z',
  })
  await pile.publishAsync(
    up('p1', 'meter'),
    say({ session_key: 'k1', energy_wh: 1300.1, power_w: 7000, voltage_v: [230], current_a: [30.4], soc_pct: 40 }),
    { qos: 1 },
  )
  const ended = next(pile, 'ev/v1/pile/p1/down/session')
  await pile.publishAsync(
    up('p1', 'session'),
    say({ event: 'ended', session_key: 'k1', meter_wh: 2234.567, reason: 'EVDisconnected', ts }),
    { qos: 1 },
  )
  t.equal((await ended).payload?.session_id, '7')
  await pile.publishAsync(up('p1', 'plug'), say({ plugged: false }), { qos: 0 })
  await desk.seen('connector-status', 3)
  await pile.endAsync()
  await desk.seen('link-down')
  t.notOk(gateway.connected('p1'))

  const linkId = (desk.envelopes[0]!.report as { linkId: string }).linkId
  t.ok(desk.envelopes.every(one => one.chargePointId === 'p1' && one.receivedAt === NOW))
  t.same(
    desk.envelopes.map(one => one.report),
    [
      { type: 'link-up', protocol: 'mqtt', linkId, address: '127.0.0.1' },
      {
        type: 'booted',
        vendor: 'V',
        model: 'M',
        firmware: '1.2',
        mode: 'fast',
        powerW: 30000,
        details: { vendor: 'V', model: 'M', firmware: '1.2', mode: 'fast', power_w: 30000, ts },
      },
      { type: 'connector-status', connectorId: 1, status: 'Available', errorCode: 'NoError', at },
      { type: 'connector-status', connectorId: 1, status: 'Preparing', errorCode: 'NoError', idTag: 'TAG1', at },
      { type: 'session-started', connectorId: 1, idTag: 'TAG1', startKey: 'k1', registerMilliWh: 1234567, at },
      {
        type: 'meter-sampled',
        connectorId: 1,
        startKey: 'k1',
        readings: [{ registerMilliWh: 1300100, powerW: 7000, voltageV: [230], currentA: [30.4], socPercent: 40 }],
      },
      {
        type: 'session-ended',
        connectorId: 1,
        startKey: 'k1',
        registerMilliWh: 2234567,
        reason: 'EVDisconnected',
        at,
        readings: [],
      },
      { type: 'connector-status', connectorId: 1, status: 'Available', errorCode: 'NoError' },
      { type: 'link-down', linkId, reason: 'connection closed' },
    ],
  )
})

t.test('a tag that is not accepted is told to the pile with the reason', async t => {
  const { desk, connect } = await build(t)
  desk.answers['session-started'] = { transactionId: 9, verdict: { status: 'blocked' } }
  const pile = await connect(asPile('p1'))
  await pile.subscribeAsync('ev/v1/pile/p1/down/session', { qos: 1 })
  const answer = next(pile, 'ev/v1/pile/p1/down/session')
  await pile.publishAsync(
    up('p1', 'session'),
    say({ event: 'started', session_key: 'k', meter_wh: 0, id_tag: 'BAD' }),
    { qos: 1 },
  )
  t.match((await answer).payload, { session_key: 'k', session_id: '9', accepted: false, reason: 'blocked' })
})

t.test('a pile with two connections is up until the last has gone', async t => {
  const { gateway, desk, connect } = await build(t)
  const listening = await connect(asPile('p1'))
  const talking = await connect(asPile('p1'))
  await talking.publishAsync(up('p1', 'status'), say({ status: 'Available' }), { qos: 1 })
  await talking.endAsync()
  await listening.publishAsync(up('p1', 'status'), say({ status: 'Preparing' }), { qos: 1 })
  t.ok(gateway.connected('p1'))
  await listening.endAsync()
  await desk.seen('link-down')
  t.equal(desk.envelopes.filter(one => one.report.type === 'link-up').length, 1)
})

t.test('a pile that says offline is away until it speaks again', async t => {
  const { gateway, desk, connect } = await build(t)
  const pile = await connect(asPile('p1'))
  await pile.publishAsync(up('p1', 'status'), say({ status: 'offline' }), { qos: 1 })
  t.match(await desk.seen('link-down'), { reason: 'offline' })
  t.notOk(gateway.connected('p1'))
  await pile.publishAsync(up('p1', 'status'), say({ status: 'Available' }), { qos: 1 })
  t.not((await desk.seen('link-up', 2)).linkId, (await desk.seen('link-up')).linkId)
  t.ok(gateway.connected('p1'))
})

t.test('the last will of a lost pile takes its link down and reaches readers', async t => {
  const { desk, connect } = await build(t)
  const reader = await connect(dashboard)
  await reader.subscribeAsync('ev/v1/pile/+/up/status', { qos: 1 })
  const will = {
    topic: up('p1', 'status'),
    payload: Buffer.from(say({ status: 'offline' })),
    qos: 1,
    retain: true,
  } as const
  const pile = await connect(asPile('p1', { will }))
  await desk.seen('link-up')
  const told = next(reader, up('p1', 'status'))
  pile.stream.destroy()
  await desk.seen('link-down')
  t.same((await told).payload, { status: 'offline' })
})

t.test('the last will of a connection that was taken over leaves the new one up', async t => {
  const { gateway, desk, connect } = await build(t)
  const reader = await connect(dashboard)
  await reader.subscribeAsync('ev/v1/pile/+/up/status', { qos: 1 })
  const will = {
    topic: up('p1', 'status'),
    payload: Buffer.from(say({ status: 'offline' })),
    qos: 1,
    retain: false,
  } as const
  await connect(asPile('p1', { clientId: 'same', will }))
  const told = next(reader, up('p1', 'status'))
  const again = await connect(asPile('p1', { clientId: 'same', will }))
  await told
  await again.publishAsync(up('p1', 'status'), say({ status: 'Available' }), { qos: 1 })
  t.ok(gateway.connected('p1'))
  t.notOk(desk.envelopes.some(one => one.report.type === 'link-down'))
})

t.test('a pile that spells itself in other letters is the same pile, and hears us where it listens', async t => {
  const { gateway, desk, connect } = await build(t)
  const pile = await connect({ username: 'P1', password: 's1' })
  await pile.subscribeAsync('ev/v1/pile/P1/down/#', { qos: 1 })
  const told = next(pile, 'ev/v1/pile/P1/down/command')
  await desk.seen('link-up')
  t.equal(desk.envelopes[0]!.chargePointId, 'p1')
  const outcome = gateway.send('p1', { verb: 'unlock', connectorId: 1 }, { commandId: 'c', timeoutMs: 5000 })
  await told
  await pile.publishAsync(up('P1', 'result'), say({ id: 'c', status: 'accepted' }), { qos: 1 })
  t.equal((await outcome).status, 'accepted')
})

t.test('disconnect closes the connection of a pile', async t => {
  const { gateway, desk, connect } = await build(t)
  const pile = await connect(asPile('p1'))
  await desk.seen('link-up')
  const gone = closed(pile)
  await gateway.disconnect('p1', 'credentials changed')
  await gone
  t.match(await desk.seen('link-down'), { reason: 'credentials changed' })
  await gateway.disconnect('nobody', 'x')
})

t.test('a link change that central could not keep is told again without another message', async t => {
  const { desk, connect } = await build(t)
  let refusals = 1
  desk.before = ({ report }) => {
    if (report.type === 'link-down' && refusals-- > 0) throw new Error('database away')
  }
  const pile = await connect(asPile('p1'))
  await desk.seen('link-up')
  await pile.endAsync()
  t.match(await desk.seen('link-down'), { reason: 'connection closed' })
})
