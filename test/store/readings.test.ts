import t from 'tap'
import type { Reading } from '../../protocol/charger/report.ts'
import { MINUTE, NOW, type Store, start, store } from './fixture.ts'

const sample = (store: Store, readings: Reading[], given: object = {}) =>
  store.writer.submit('readings', { chargePointId: 'A', connectorId: 1, receivedAt: NOW + MINUTE, readings, ...given })

t.test('a reading is kept as it was said and moves the open session of its connector', async t => {
  const s = await store(t)
  const { transactionId } = await s.writer.submit('start', start())
  const samples = [{ value: '1.5', measurand: 'Energy\0', odd: '\ud800' }]
  const result = await sample(s, [
    {
      at: NOW + 30_000,
      context: 'Sample.Periodic',
      registerMilliWh: 1_500_000,
      powerW: 6999.6,
      voltageV: [230.5, 231],
      currentA: [10.25],
      socPercent: 50.5,
      samples,
    },
    { at: NOW + 40_000 },
  ])
  t.strictSame(result, {
    siteId: 'S',
    pileId: 'A',
    sessionId: transactionId,
    energyMilliWh: 500_000,
    targetReached: false,
    limited: false,
    settleAgain: false,
  })
  const { rows } = await s.pool.query('select * from meter_values order by seq')
  t.match(rows[0], {
    charge_point_id: 'A',
    connector_id: 1,
    session_id: transactionId,
    received_at: NOW + MINUTE,
    at: NOW + 30_000,
    context: 'Sample.Periodic',
    register_milli_wh: 1_500_000,
    power_w: 7000,
    voltage_v: [230.5, 231],
    current_a: [10.25],
    soc_percent: 50.5,
    samples: [{ value: '1.5', measurand: 'Energy\u{FFFD}', odd: '\u{FFFD}' }],
  })
  t.match(rows[1], {
    at: NOW + 40_000,
    register_milli_wh: null,
    power_w: null,
    voltage_v: null,
    current_a: null,
    soc_percent: null,
    samples: null,
    context: null,
  })
  t.match(await s.one('select * from charging_sessions'), {
    energy_milli_wh: 500_000,
    last_register_milli_wh: 1_500_000,
    power_w: 7000,
    soc_percent: 50.5,
    last_reading_at: NOW + 40_000,
  })
  t.match(await s.one("select power_now_w, meter_at from charging_piles where id = 'A'"), {
    power_now_w: 7000,
    meter_at: NOW + 40_000,
  })
})

t.test(
  'energy is the sum of positive steps from the start register; an older reading is kept and not counted',
  async t => {
    const s = await store(t)
    await s.writer.submit('start', start({ registerMilliWh: 1000 }))
    const at = (minute: number, registerMilliWh: number): Reading => ({ at: NOW + minute * MINUTE, registerMilliWh })
    t.equal((await sample(s, [at(1, 1500), at(2, 1400), at(3, 1900)])).energyMilliWh, 1000)
    t.equal((await sample(s, [at(2, 9000), at(3, 1900), at(4, 2000)])).energyMilliWh, 1100)
    t.equal((await s.one('select count(*) from meter_values')).count, 5, 'what is said again is kept once')
  },
)

t.test('without a start register the first reading is where counting begins', async t => {
  const s = await store(t)
  await s.writer.submit('start', start({ registerMilliWh: null }))
  t.equal((await sample(s, [{ registerMilliWh: 77_000 }])).energyMilliWh, 0)
  t.equal((await sample(s, [{ registerMilliWh: 78_000 }])).energyMilliWh, 1000)
})

t.test('which session: by number, by key, by the only open one of the connector, or none', async t => {
  const s = await store(t)
  const submit = (given: object) => s.writer.submit('start', start({ chargePointId: 'C', ...given }))
  const [one, two] = [
    await submit({ connectorId: 1, startKey: 'one' }),
    await submit({ connectorId: 2, startKey: 'two', idTag: 'TAG2' }),
  ]
  const other = await s.writer.submit('start', start({ chargePointId: 'B', startKey: 'one' }))
  const session = async (given: object) => (await sample(s, [{}], { chargePointId: 'C', ...given })).sessionId
  t.equal(await session({ transactionId: two.transactionId }), two.transactionId, 'the number wins over the connector')
  t.equal(await session({ startKey: 'two' }), two.transactionId)
  t.equal(
    await session({ transactionId: other.transactionId }),
    one.transactionId,
    "another charge point's number is unknown here",
  )
  t.equal(await session({ connectorId: 2 }), two.transactionId)
  t.equal(await session({ connectorId: 0 }), null, 'connector 0 of a charge point with two piles is nobody')
  t.equal(await session({ chargePointId: 'B', connectorId: 0 }), other.transactionId, 'with one pile it is that one')
  await submit({ connectorId: 2, idTag: 'TAG2' })
  t.equal(await session({ connectorId: 2 }), null, 'two open sessions: it cannot be known which')
  t.match(await sample(s, [{ registerMilliWh: 1 }], { chargePointId: 'A' }), {
    siteId: 'S',
    pileId: 'A',
    sessionId: null,
    energyMilliWh: 0,
  })
  t.match(await sample(s, [{ registerMilliWh: 1 }], { chargePointId: 'gone' }), {
    siteId: null,
    pileId: null,
    sessionId: null,
  })
  t.equal((await s.one("select count(*) from meter_values where charge_point_id = 'gone'")).count, 1)
})

t.test('a reading of an ended session is attached to it and never opens it again', async t => {
  const s = await store(t)
  const { transactionId } = await s.writer.submit('start', start())
  await s.writer.submit('stop', {
    chargePointId: 'A',
    transactionId,
    registerMilliWh: 2_000_000,
    receivedAt: NOW + MINUTE,
    reason: 'Local',
    readings: [],
  })
  const result = await sample(s, [{ registerMilliWh: 3_000_000, powerW: 100 }], { transactionId })
  t.match(result, {
    sessionId: transactionId,
    energyMilliWh: 1_000_000,
    targetReached: false,
    limited: false,
    settleAgain: false,
  })
  t.match(await s.one('select * from charging_sessions'), {
    energy_milli_wh: 1_000_000,
    last_register_milli_wh: 2_000_000,
    ended_at: NOW + MINUTE,
  })
  t.equal((await s.one('select session_id from meter_values')).session_id, transactionId)
})

t.test('the target is reached until a stop has been asked for', async t => {
  const s = await store(t)
  await s.writer.submit('start', start({ registerMilliWh: 0 }))
  await s.pool.query('update charging_sessions set target_milli_wh = 500')
  t.equal((await sample(s, [{ registerMilliWh: 499 }])).targetReached, false)
  t.equal((await sample(s, [{ registerMilliWh: 500 }])).targetReached, true)
  t.equal((await sample(s, [{ registerMilliWh: 501 }])).targetReached, true)
  await s.pool.query('update charging_sessions set stop_asked_at = now()')
  t.equal((await sample(s, [{ registerMilliWh: 502 }])).targetReached, false)
})

t.test('values that no column can hold are missing, never other values', async t => {
  const s = await store(t)
  await s.writer.submit('start', start({ registerMilliWh: 5 }))
  await sample(s, [
    {
      registerMilliWh: 2 ** 60,
      powerW: 1e12,
      socPercent: Number.NaN,
      voltageV: [Number.POSITIVE_INFINITY, 1],
      currentA: [],
    },
  ])
  t.match(await s.one('select * from meter_values'), {
    register_milli_wh: null,
    power_w: null,
    soc_percent: null,
    voltage_v: [null, 1],
    current_a: [],
  })
  t.match(await s.one('select * from charging_sessions'), {
    energy_milli_wh: 0,
    last_register_milli_wh: 5,
    power_w: null,
  })
})

t.test('readings of many charge points and 250 in one message are stored in order', async t => {
  const s = await store(t)
  const many = Array.from({ length: 250 }, (_, i) => ({ at: NOW + i, registerMilliWh: i }))
  await Promise.all(['A', 'B', 'C'].map(chargePointId => sample(s, many, { chargePointId })))
  const { rows } = await s.pool.query(
    "select register_milli_wh as r from meter_values where charge_point_id = 'B' order by seq",
  )
  t.strictSame(
    rows.map(row => row.r),
    many.map(reading => reading.registerMilliWh),
  )
})

t.test('a reading that is sent again is kept once, while its session runs and after it', async t => {
  const s = await store(t)
  const { transactionId } = await s.writer.submit('start', start())
  const first = { at: NOW + 10_000, registerMilliWh: 1_100_000, samples: [{ value: '1100' }] }
  const second = { at: NOW + 20_000, registerMilliWh: 1_200_000, socPercent: 50.5, powerW: 7000 }
  await sample(s, [first])
  await sample(s, [first, second], { receivedAt: NOW + 2 * MINUTE })
  await sample(s, [{ ...first, samples: [{ value: 'another' }] }], { transactionId })
  await s.writer.submit('stop', {
    chargePointId: 'A',
    transactionId,
    receivedAt: NOW + MINUTE,
    reason: 'Local',
    readings: [],
  })
  await sample(s, [second, { at: NOW + 30_000, registerMilliWh: 1_300_000 }], { transactionId })
  await sample(s, [second, { at: NOW + 30_000, registerMilliWh: 1_300_000 }], { transactionId })
  const { rows } = await s.pool.query('select register_milli_wh as r from meter_values order by seq')
  t.strictSame(
    rows.map(row => row.r),
    [1_100_000, 1_200_000, 1_100_000, 1_300_000],
  )
})
