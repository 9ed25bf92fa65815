import t, { type Test } from 'tap'
import { createHttpPiles } from '../../gateway/http/piles.ts'
import { silentLog } from '../../gateway/mqtt/ports.ts'
import { manualClock } from '../../protocol/clock.ts'
import { isDomainError } from '../../protocol/errors.ts'
import { createDesk, NOW } from '../gateway-mqtt/helper.ts'

function build(t: Test, linkTimeoutSeconds?: number) {
  const desk = createDesk({ h1: null, h2: 'secret' })
  const piles = createHttpPiles({
    central: desk,
    clock: manualClock(NOW),
    log: silentLog,
    ...(linkTimeoutSeconds === undefined ? {} : { linkTimeoutSeconds }),
  })
  t.teardown(() => piles.close())
  return { desk, piles }
}

t.test('a task, its progress and its end become reports behind one link-up', async t => {
  const { desk, piles } = build(t)
  const started = await piles.assign({ pileId: 'H1', idTag: 'T', startKey: 'k', requestId: 'r', at: NOW })
  t.same(started, { transactionId: 7, verdict: { status: 'accepted' } })
  await piles.progress({ pileId: 'h1', transactionId: 7, energyWh: 1500, powerW: 7000, at: NOW + 1 })
  await piles.progress({ pileId: 'h1', startKey: 'k', energyWh: 1600 })
  t.same(await piles.complete({ pileId: 'h1', transactionId: 7, energyWh: 2000, at: NOW + 2 }), { transactionId: 7 })
  t.ok(piles.connected('h1'))
  const linkId = (await desk.seen('link-up')).linkId
  t.same(
    desk.envelopes.map(one => one.report),
    [
      { type: 'link-up', protocol: 'http', linkId, address: '127.0.0.1' },
      {
        type: 'session-started',
        connectorId: 1,
        idTag: 'T',
        startKey: 'k',
        requestId: 'r',
        registerMilliWh: 0,
        at: NOW,
      },
      {
        type: 'meter-sampled',
        connectorId: 1,
        transactionId: 7,
        readings: [{ at: NOW + 1, registerMilliWh: 1_500_000, powerW: 7000 }],
      },
      { type: 'meter-sampled', connectorId: 1, startKey: 'k', readings: [{ registerMilliWh: 1_600_000 }] },
      {
        type: 'session-ended',
        connectorId: 1,
        transactionId: 7,
        registerMilliWh: 2_000_000,
        reason: 'Local',
        at: NOW + 2,
        readings: [],
      },
    ],
  )
  t.ok(desk.envelopes.every(one => one.chargePointId === 'h1' && one.receivedAt === NOW))
})

t.test('a heartbeat brings piles up and names those that are not known', async t => {
  const { desk, piles } = build(t)
  t.same(await piles.heartbeat({ pileIds: ['h1', 'ghost', 'h2'] }), { refused: ['ghost'] })
  t.equal(desk.envelopes.filter(one => one.report.type === 'link-up').length, 2)
  t.equal(desk.envelopes.filter(one => one.report.type === 'alive').length, 2)
})

t.test('an unknown pile is refused with a code', async t => {
  const { piles } = build(t)
  const error = await piles.assign({ pileId: 'ghost', idTag: 'T', startKey: 'k' }).catch((error: unknown) => error)
  t.ok(isDomainError(error) && error.code === 'not-found')
})

t.test('a pile that falls silent is disconnected, and comes up anew when it calls', async t => {
  const { desk, piles } = build(t, 0.02)
  await piles.heartbeat({ pileIds: ['h1'] })
  const keepAlive = setInterval(() => {}, 1000)
  t.match(await desk.seen('link-down'), { linkId: (await desk.seen('link-up')).linkId, reason: 'silent' })
  clearInterval(keepAlive)
  t.notOk(piles.connected('h1'))
  await piles.heartbeat({ pileIds: ['h1'] })
  t.not((await desk.seen('link-up', 2)).linkId, (await desk.seen('link-up')).linkId)
})

t.test('what could not be kept rejects, and the link is told with the next call', async t => {
  const { desk, piles } = build(t)
  desk.before = () => Promise.reject(new Error('database away'))
  await t.rejects(piles.progress({ pileId: 'h1', startKey: 'k', energyWh: 1 }), { message: 'database away' })
  desk.before = () => {}
  await piles.progress({ pileId: 'h1', startKey: 'k', energyWh: 1 })
  t.same(
    desk.envelopes.map(one => one.report.type),
    ['link-up', 'meter-sampled'],
  )
})

t.test('a link that went down while central could not keep it is told again', async t => {
  const { desk, piles } = build(t)
  await piles.heartbeat({ pileIds: ['h1'] })
  let refusals = 2
  desk.before = () => {
    if (refusals-- > 0) throw new Error('database away')
  }
  const keepAlive = setInterval(() => {}, 1000)
  await piles.disconnect('h1', 'operator')
  await t.rejects(piles.progress({ pileId: 'h1', startKey: 'k', energyWh: 1 }))
  await piles.disconnect('h1', 'again')
  t.match(await desk.seen('link-down'), { linkId: (await desk.seen('link-up')).linkId })
  clearInterval(keepAlive)
})

t.test('a heartbeat that could not be kept rejects', async t => {
  const { desk, piles } = build(t)
  desk.before = () => Promise.reject(new Error('database away'))
  await t.rejects(piles.heartbeat({ pileIds: ['h1'] }), { message: 'database away' })
})

t.test('commands are refused as not supported; disconnect and close take links down', async t => {
  const { desk, piles } = build(t)
  await piles.heartbeat({ pileIds: ['h1', 'h2'] })
  const outcome = await piles.send('h1', { verb: 'reset', hard: true }, { commandId: 'c', timeoutMs: 1 })
  t.same(outcome, { status: 'refused', code: 'not-supported', problems: [] })
  await piles.disconnect('h1', 'operator')
  await piles.disconnect('ghost', 'operator')
  t.match(await desk.seen('link-down'), { reason: 'operator' })
  await piles.close()
  t.match(await desk.seen('link-down', 2), { reason: 'gateway closing' })
})
