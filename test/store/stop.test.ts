import t from 'tap'
import { HOUR, MINUTE, NOW, type Store, start, store } from './fixture.ts'

const end = (s: Store, given: object = {}) =>
  s.writer.submit('stop', {
    chargePointId: 'A',
    registerMilliWh: 4_000_000,
    at: NOW + HOUR,
    receivedAt: NOW + HOUR + 5,
    reason: 'Local',
    readings: [],
    ...given,
  })

const session = (s: Store) => s.one('select * from charging_sessions order by id limit 1')
const anomalies = async (s: Store) =>
  (await s.pool.query('select kind, session_id, charge_point_id, details from session_anomalies order by id')).rows

t.test('a stop ends its session: register, times, reason, readings, energy', async t => {
  const s = await store(t)
  const { transactionId } = await s.writer.submit('start', start())
  await s.pool.query("update charging_piles set power_now_w = 7000 where id = 'A'")
  const readings = [
    { at: NOW + MINUTE, registerMilliWh: 2_000_000, socPercent: 80 },
    { at: NOW + HOUR, context: 'Transaction.End', registerMilliWh: 3_900_000 },
  ]
  t.strictSame(await end(s, { transactionId, readings, reason: 'EVDisconnected' }), {
    outcome: 'ended',
    transactionId,
    siteId: 'S',
    pileId: 'A',
  })
  t.match(await session(s), {
    meter_stop_milli_wh: 4_000_000,
    ended_at: NOW + HOUR,
    ended_reported_at: NOW + HOUR,
    ended_received_at: NOW + HOUR + 5,
    stop_reason: 'EVDisconnected',
    energy_milli_wh: 3_000_000,
    last_register_milli_wh: 4_000_000,
    soc_percent: 80,
    power_w: 0,
    provisional: false,
    orphan: false,
  })
  t.equal((await s.one('select count(*) from meter_values where session_id = $1', [transactionId])).count, 2)
  t.equal((await s.one("select power_now_w from charging_piles where id = 'A'")).power_now_w, 0)
})

t.test('the verdict on the tag of a stop counts only the tag', async t => {
  const s = await store(t)
  const { transactionId } = await s.writer.submit('start', start())
  const verdict = async (idTag: string) => (await end(s, { transactionId, idTag })).verdict
  t.strictSame(await verdict('tag1'), { status: 'accepted' })
  t.strictSame(await verdict('BLOCKED'), { status: 'blocked' })
  t.strictSame(await verdict('stranger'), { status: 'invalid' })
  await s.pool.query('update charge_points set accept_unknown_tags = true')
  t.strictSame(await verdict('stranger'), { status: 'accepted' })
  t.equal((await end(s, { transactionId })).verdict, undefined)
})

t.test('a repeated stop changes nothing; a different one is an anomaly, once for each content', async t => {
  const s = await store(t)
  const { transactionId } = await s.writer.submit('start', start())
  await end(s, { transactionId })
  const before = await session(s)
  t.equal((await end(s, { transactionId, receivedAt: NOW + 2 * HOUR })).outcome, 'repeated')
  t.equal(
    (
      await s.writer.submit('stop', {
        chargePointId: 'A',
        transactionId,
        receivedAt: NOW + 2 * HOUR,
        reason: 'Other',
        readings: [{ powerW: 1 }],
      })
    ).outcome,
    'repeated',
  )
  t.strictSame(await anomalies(s), [])
  for (const registerMilliWh of [5_000_000, 5_000_000, 6_000_000]) {
    t.strictSame(await end(s, { transactionId, registerMilliWh, readings: [{ powerW: 1 }] }), {
      outcome: 'anomaly',
      transactionId,
      siteId: 'S',
      pileId: 'A',
    })
  }
  t.equal((await end(s, { transactionId, at: NOW + HOUR + 1 })).outcome, 'anomaly')
  t.match(await anomalies(s), [
    {
      kind: 'different-stop',
      session_id: transactionId,
      charge_point_id: 'A',
      details: { registerMilliWh: 5_000_000, transactionId, reason: 'Local', at: NOW + HOUR },
    },
    { kind: 'different-stop', details: { registerMilliWh: 6_000_000 } },
    { kind: 'different-stop', details: { at: NOW + HOUR + 1 } },
  ])
  t.strictSame(await session(s), before)
  t.equal((await s.one('select count(*) from meter_values')).count, 0)
})

t.test(
  "a provisional end gives way to the charger's own, also when it was settled, which asks for it to be settled again",
  async t => {
    const s = await store(t)
    const { transactionId } = await s.writer.submit('start', start())
    await s.writer.submit('readings', {
      chargePointId: 'A',
      connectorId: 1,
      receivedAt: NOW + MINUTE,
      readings: [{ registerMilliWh: 2_000_000 }],
    })
    await s.pool.query('update charging_sessions set ended_at = $1, provisional = true', [new Date(NOW + MINUTE)])
    t.equal((await end(s, { transactionId })).outcome, 'ended')
    t.match(await session(s), {
      provisional: false,
      ended_at: NOW + HOUR,
      meter_stop_milli_wh: 4_000_000,
      energy_milli_wh: 3_000_000,
    })
    t.equal((await end(s, { transactionId })).outcome, 'repeated')
    await s.pool.query('update charging_sessions set settled_at = now()')
    t.equal(
      (await end(s, { transactionId, registerMilliWh: 9_000_000 })).outcome,
      'anomaly',
      "the charger's own end stays",
    )
    await s.pool.query('update charging_sessions set provisional = true')
    t.equal((await end(s, { transactionId, registerMilliWh: 9_000_000 })).outcome, 'ended')
    t.match(await session(s), { provisional: false, meter_stop_milli_wh: 9_000_000, settled_at: null })
  },
)

t.test(
  'a stop without a number that is ours ends the only open session; with several, or none, it is an orphan',
  async t => {
    const s = await store(t)
    for (const given of [
      {},
      { transactionId: 123_456 },
      { startKey: 'nobody' },
      { connectorId: 1 },
      { connectorId: 0 },
    ]) {
      const { transactionId } = await s.writer.submit('start', start())
      t.match(await end(s, given), { outcome: 'ended', transactionId }, JSON.stringify(given))
    }
    t.match(await end(s, { connectorId: 1 }), { outcome: 'orphan', transactionId: null, siteId: 'S', pileId: null })
    const one = await s.writer.submit('start', start({ chargePointId: 'C', connectorId: 1 }))
    await s.writer.submit('start', start({ chargePointId: 'C', connectorId: 2, idTag: 'TAG2' }))
    t.equal((await end(s, { chargePointId: 'C' })).outcome, 'orphan', 'never a guess across connectors')
    t.match(await end(s, { chargePointId: 'C', connectorId: 1 }), {
      outcome: 'ended',
      transactionId: one.transactionId,
      pileId: 'C-1',
    })
  },
)

t.test('an orphan stop is kept once for each content, and its readings always', async t => {
  const s = await store(t)
  const orphan = { transactionId: 77, readings: [{ registerMilliWh: 5 }] }
  t.match(await end(s, orphan), { outcome: 'orphan', transactionId: null })
  t.match(await end(s, { ...orphan, receivedAt: NOW + 2 * HOUR }), { outcome: 'orphan' })
  t.match(await anomalies(s), [
    {
      kind: 'orphan-stop',
      session_id: null,
      charge_point_id: 'A',
      details: { transactionId: 77, registerMilliWh: 4_000_000 },
    },
  ])
  t.equal((await s.one('select count(*) from meter_values where session_id is null')).count, 2)
  t.match(await end(s, { chargePointId: 'gone' }), { outcome: 'orphan', siteId: null })
})

t.test('a stop from before the only open session began is not its stop', async t => {
  const s = await store(t)
  const { transactionId } = await s.writer.submit('start', start())
  t.equal((await end(s, { transactionId: 5, at: NOW - HOUR })).outcome, 'orphan')
  t.equal((await session(s)).ended_at, null)
  t.equal((await end(s, { transactionId, at: NOW - HOUR })).outcome, 'ended', 'its own number is believed')
  t.match(await session(s), { started_at: NOW, ended_at: NOW, ended_reported_at: NOW - HOUR })
})

t.test('an HTTP pile tells its start again at the end', async t => {
  const s = await store(t)
  await s.writer.submit('start', start({ startKey: 'task' }))
  await end(s, { startKey: 'task', startedAt: NOW - MINUTE })
  t.match(await session(s), { started_at: NOW - MINUTE, started_reported_at: NOW - MINUTE, ended_at: NOW + HOUR })
})

t.test('the stop of one charge point frees its tag for a start in the same group', async t => {
  const s = await store(t)
  const { transactionId } = await s.writer.submit('start', start())
  const [, next] = await Promise.all([
    end(s, { transactionId }),
    s.writer.submit('start', start({ chargePointId: 'B' })),
  ])
  t.equal(next.verdict.status, 'accepted')
})
