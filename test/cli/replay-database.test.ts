import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import type { Pool } from 'pg'
import t from 'tap'
import { type ReplayOptions, replayCommand } from '../../cli/replay.ts'
import { loadConfig } from '../../config/load.ts'
import { newId } from '../../protocol/ids.ts'
import { testDatabase } from '../support/database.ts'
import { startProduct } from '../support/product.ts'
import { createSite } from '../support/site.ts'

async function replay(url: string, options: ReplayOptions) {
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  const out = stdout.setEncoding('utf8').toArray()
  const err = stderr.setEncoding('utf8').toArray()
  const config = () => loadConfig({ env: {}, flags: { 'database.url': url, 'log.level': 'error' }, cwd: '/nowhere' })
  const code = await replayCommand(undefined, { ...options, stdout, stderr }, config)
  stdout.end()
  stderr.end()
  return { code, out: (await out).join(''), err: (await err).join('') }
}

/** `06:05` of the recorded day in Shanghai; `-00:30` is of the evening before. */
const at = (time: string): string => (time.startsWith('-') ? `2026-05-31 ${time.slice(1)}+08` : `2026-06-01 ${time}+08`)

interface Recorded {
  made: string
  vehicle?: string
  mode?: 'fast' | 'trickle'
  /** Wh, as last asked. */
  asked: number
  changed?: { at: string; mode?: 'fast' | 'trickle'; energyWh: number }
  status: 'active' | 'completed' | 'cancelled' | 'no-show'
  ended: string | null
  /** Start, end, Wh; billed at 1.00 per kWh. */
  sessions?: [string, string, number][]
  priority?: number
}

let number = 0

/** A site of one fast pile of 60 kW and one trickle pile of 6 kW, one place each, one waiting. */
async function site(pool: Pool): Promise<void> {
  const definition = {
    version: 1,
    currency: 'CNY',
    minorDigits: 2,
    windows: [{ fromMinute: 0, toMinute: 1440, kind: 'flat', price: 10_000 }],
    service: 0,
  }
  await pool.query(`
    insert into sites (id, name, time_zone, currency, waiting_capacity, policy) values ('S', 'Site', 'Asia/Shanghai', 'CNY', 1, '{"faultPolicy": "time-order"}');
    insert into charge_points (id, site_id, created_at) values ('F1', 'S', '2026-01-01Z'), ('T1', 'S', '2026-01-01Z'), ('F9', 'S', '2026-07-01Z');
    insert into charging_piles (id, site_id, charge_point_id, connector_id, mode, power_w, queue_length, created_at) values
      ('T1', 'S', 'T1', 1, 'trickle', 6000, 1, '2026-01-01Z'), ('F1', 'S', 'F1', 1, 'fast', 60000, 1, '2026-01-01Z'),
      ('F9', 'S', 'F9', 1, 'fast', 60000, 1, '2026-07-01Z')`)
  const tariff = async (id: string, pile: string | null, price: number, from: string) => {
    await pool.query(`insert into tariffs (id, site_id, name, pile_id, created_at) values ($1, 'S', 'T', $2, now())`, [
      id,
      pile,
    ])
    const text = JSON.stringify({ ...definition, windows: [{ ...definition.windows[0], price }] })
    await pool.query(
      'insert into tariff_versions (id, tariff_id, version, valid_from, definition, created_at) values ($1, $2, 1, $3, $4, now())',
      [newId(), id, from, text],
    )
  }
  await tariff(newId(), null, 10_000, '2000-01-01Z')
  await tariff(newId(), 'T1', 20_000, '2026-01-01Z')
  await tariff(newId(), 'F1', 90_000, '2026-07-01Z')
}

async function request(pool: Pool, given: Recorded): Promise<void> {
  const { made, vehicle, mode = 'fast', asked, changed, status, ended, sessions = [], priority = 0 } = given
  const id = newId()
  const source = vehicle === undefined ? 'walk-up' : 'driver'
  const called = sessions[0]?.[0] ?? (status === 'no-show' ? made : null)
  await pool.query(
    `insert into charging_requests (id, site_id, vehicle_id, mode, number, energy_wh, has_target, source, priority, status, created_at, numbered_at, first_called_at, ended_at)
     values ($1, 'S', $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, $12)`,
    [
      id,
      vehicle ?? null,
      changed?.mode ?? mode,
      ++number,
      asked,
      vehicle !== undefined,
      source,
      priority,
      status,
      at(made),
      called && at(called),
      ended && at(ended),
    ],
  )
  if (changed !== undefined)
    await pool.query(
      'insert into request_changes (request_id, at, from_mode, from_energy_wh, to_mode, to_energy_wh) values ($1, $2, $3, $4, $5, $6)',
      [id, at(changed.at), mode, changed.energyWh, changed.mode ?? mode, asked],
    )
  for (const [from, to, energyWh] of sessions) {
    const pile = mode === 'fast' ? 'F1' : 'T1'
    const { rows } = await pool.query<{ id: number }>(
      `insert into charging_sessions (site_id, charge_point_id, connector_id, pile_id, request_id, id_tag, start_key, verdict, started_at, started_received_at, ended_at, energy_milli_wh, settled_at)
       values ('S', $1, 1, $1, $2, 'TAG', $3, 'Accepted', $4, $4, $5, $6, $5) returning id`,
      [pile, id, newId(), at(from), at(to), energyWh * 1000],
    )
    await pool.query(
      `insert into billing_details (id, kind, request_id, session_id, site_id, pile_id, currency, energy_milli_wh, charging_seconds, started_at, ended_at, windows, energy_fee_minor, service_fee_minor, total_minor, stop_reason, created_at)
       values ($1, 'charge', $2, $3, 'S', $4, 'CNY', $5, 0, $6, $7, '[]', $8, 0, $8, 'full', $7)`,
      [newId(), id, rows[0]!.id, pile, energyWh * 1000, at(from), at(to), energyWh / 10],
    )
  }
}

const [ada, bob, eve] = [newId(), newId(), newId()]

async function recordedDay(pool: Pool): Promise<void> {
  await site(pool)
  const user = newId()
  await pool.query(
    `insert into users (id, username, password_hash, role, created_at) values ($1, 'u', '', 'driver', now())`,
    [user],
  )
  for (const [index, id] of [ada, bob, eve].entries())
    await pool.query('insert into vehicles (id, user_id, plate, created_at) values ($1, $2, $3, now())', [
      id,
      user,
      `P${index}`,
    ])
  const day: Recorded[] = [
    // from the evening before: half of it after midnight
    {
      made: '-23:00',
      vehicle: bob,
      asked: 60_000,
      status: 'completed',
      ended: '00:30',
      sessions: [['-23:30', '00:30', 60_000]],
    },
    {
      made: '-22:00',
      vehicle: eve,
      asked: 60_000,
      status: 'completed',
      ended: '-23:00',
      sessions: [['-22:00', '-23:00', 60_000]],
    },
    {
      made: '06:00',
      vehicle: ada,
      asked: 20_000,
      status: 'completed',
      ended: '06:25',
      sessions: [['06:05', '06:25', 20_000]],
    },
    {
      made: '06:01',
      vehicle: bob,
      asked: 10_000,
      changed: { at: '06:02:30.250', energyWh: 40_000 },
      status: 'completed',
      ended: '06:40',
      sessions: [['06:30', '06:40', 10_000]],
      priority: 3,
    },
    {
      made: '07:00',
      vehicle: eve,
      mode: 'trickle',
      asked: 12_000,
      status: 'cancelled',
      ended: '07:30',
      sessions: [['07:00', '07:30', 3_000]],
    },
    { made: '08:00', asked: 20_000, status: 'completed', ended: '08:10', sessions: [['08:00', '08:10', 10_000]] },
    // full before it has what it asked for; somebody who never came
    {
      made: '09:00',
      vehicle: ada,
      asked: 30_000,
      status: 'completed',
      ended: '09:12',
      sessions: [['09:00', '09:12', 12_000]],
    },
    { made: '10:00', vehicle: bob, asked: 30_000, status: 'no-show', ended: '10:10' },
    {
      made: '10:50',
      vehicle: ada,
      asked: 30_000,
      status: 'completed',
      ended: '11:50',
      sessions: [
        ['10:50', '11:00', 10_000],
        ['11:30', '11:50', 20_000],
      ],
    },
  ]
  for (const each of day) await request(pool, each)
  for (const time of ['06:03', '06:04'])
    await pool.query(
      `insert into refused_requests (site_id, at, mode, energy_wh, vehicle_id, reason) values ('S', $1, 'fast', 10000, $2, 'waiting-area-full')`,
      [at(time), eve],
    )
  const faults = [
    ['11:00', '11:20'],
    ['11:10', '11:30'],
  ]
  for (const [from, to] of faults)
    await pool.query(
      `insert into fault_records (id, site_id, charge_point_id, pile_id, type, source, state, opened_at, resolved_at) values ($1, 'S', 'F1', 'F1', 'power', 'rest', 'resolved', $2, $3)`,
      [newId(), at(from!), at(to!)],
    )
  const states: [string, string, string][] = [
    ['T1', '-20:00', 'maintenance'],
    ['T1', '05:00', 'available'],
    ['T1', '07:00', 'occupied'],
    ['T1', '07:30', 'available'],
    ['T1', '12:00', 'maintenance'],
    ['T1', '12:30', 'maintenance'],
    ['T1', '13:00', 'available'],
    ['F1', '14:00', 'offline'],
    ['F1', '14:02', 'available'],
    ['F1', '15:00', 'offline'],
    ['F1', '15:30', 'available'],
  ]
  for (const [pile, time, state] of states)
    await pool.query(
      `insert into pile_events (pile_id, at, state, error_code, cause) values ($1, $2, $3, 'NoError', 'status')`,
      [pile, at(time), state],
    )
}

t.test('a recorded day', async t => {
  const { url, database } = await testDatabase(t)
  await recordedDay(database.pool)
  const day = { fromDatabase: 'S', date: '2026-06-01' }

  await t.test('becomes a timeline that can be kept: what was asked and what broke', async t => {
    const save = join(t.testdir({}), 'day.json')
    const { code, err } = await replay(url, { ...day, save })
    t.equal(code, 0)
    t.equal(err, '')
    const { site, policy, tariff, date, events } = JSON.parse(readFileSync(save, 'utf8'))
    t.match(site, {
      timeZone: 'Asia/Shanghai',
      piles: [
        { id: 'F1', mode: 'F', kW: 60, queueLength: 1 },
        { id: 'T1', mode: 'T', kW: 6, queueLength: 1, tariff: { windows: [{ price: 20_000 }] } },
      ],
      waitingCapacity: 1,
    })
    t.equal(site.piles.length, 2, 'one that came later is not among them')
    t.match([policy.faultPolicy, tariff.windows[0].price, date], ['time-order', 10_000, '2026-06-01'])
    t.same(events, [
      { at: '00:00', type: 'off', pile: 'T1' },
      { at: '00:00', type: 'request', vehicle: 'V1', mode: 'F', kWh: 30, present: true },
      { at: '05:00', type: 'on', pile: 'T1' },
      { at: '06:00', type: 'request', vehicle: 'V2', mode: 'F', kWh: 20 },
      { at: '06:01', type: 'request', vehicle: 'V1', mode: 'F', kWh: 40, priority: 3 },
      { at: '06:02:30.250', type: 'change', vehicle: 'V1', kWh: 10 },
      { at: '06:03', type: 'request', vehicle: 'V3', mode: 'F', kWh: 10 },
      { at: '06:04', type: 'request', vehicle: 'V3', mode: 'F', kWh: 10 },
      { at: '07:00', type: 'request', vehicle: 'V3', mode: 'T', kWh: 12 },
      { at: '07:30', type: 'cancel', vehicle: 'V3' },
      { at: '08:00', type: 'request', vehicle: 'V4', mode: 'F', kWh: 10 },
      { at: '09:00', type: 'request', vehicle: 'V2', mode: 'F', kWh: 30, takesKWh: 12 },
      { at: '10:00', type: 'request', vehicle: 'V1', mode: 'F', kWh: 30, takesKWh: 0 },
      { at: '10:50', type: 'request', vehicle: 'V2', mode: 'F', kWh: 30 },
      { at: '11:00', type: 'fault', pile: 'F1' },
      { at: '11:30', type: 'repair', pile: 'F1' },
      { at: '12:00', type: 'off', pile: 'T1' },
      { at: '13:00', type: 'on', pile: 'T1' },
      { at: '15:00', type: 'offline', pile: 'F1' },
      { at: '15:30', type: 'online', pile: 'F1' },
    ])
  })

  await t.test('stands beside the same day replayed under its own rules', async t => {
    const { code, out } = await replay(url, { ...day, json: true })
    t.equal(code, 0)
    const answer = JSON.parse(out)
    t.match(answer.recorded, {
      end: '11:50:00',
      metrics: {
        requests: 7,
        charged: 6,
        meanWaitMin: 5.67,
        maxWaitMin: 29,
        refused: 2,
        refusedFor: { 'waiting-area-full': 2 },
        income: '85.00',
        energyKWh: 85,
        byClass: [{ priority: 3, meanWaitMin: 29 }, { priority: 0 }],
      },
    })
    t.match(answer.metrics, {
      requests: 7,
      charged: 6,
      meanWaitMin: 3.17,
      maxWaitMin: 19,
      refused: 2,
      income: '88.00',
      energyKWh: 85,
    })
    t.match(answer.difference, { income: '3.00', energyKWh: 0, refused: 0, maxWaitMin: -10 })
    t.match(answer.details[0], { vehicle: 'V1', from: '00:00:00', to: '00:30:00', kWh: 30 })
    t.match(answer.end, '15:30:00')
  })

  await t.test('and under others, two of them side by side', async t => {
    const { out } = await replay(url, { ...day, compare: ['own', 'fast=2'] })
    // who was turned away gets in at once, who asked for less while waiting charges already what they asked first
    const rows = out.split('\n').map(line => line.trim().split(/ {2,}/))
    t.same(rows[0], ['recorded', 'own', 'fast=2', 'difference'])
    const shown = (label: string) => rows.find(row => row[0] === label)
    t.same(shown('turned away'), ['turned away', '2', '2', '0', '-2'])
    t.same(shown('income'), ['income', '85.00', '88.00', '128.00', '+40.00'])
    t.same(shown('wait, longest min'), ['wait, longest min', '29', '19', '17', '-2'])
  })

  await t.test('a table shows sessions, and what was recorded beside what is replayed', async t => {
    const { out } = await replay(url, { ...day, tariff: join(t.testdir({ 't.json': '{"service": 2}' }), 't.json') })
    t.match(out, 'V2       F2      F1    06:00:00')
    t.match(out, /income +85\.00 +170\.00 +\+85\.00/)
  })

  await t.test('several days count as one', async t => {
    const { out } = await replay(url, { ...day, date: '2026-05-31', to: '2026-06-01', json: true })
    t.match(JSON.parse(out).recorded, { end: '11:50:00+1', metrics: { requests: 9, income: '205.00' } })
  })

  await t.test('a day without requests says so', async t => {
    const { code, err } = await replay(url, { ...day, date: '2026-06-02' })
    t.equal(code, 0)
    t.equal(err, 'S has no requests in these days\n')
  })

  await t.test('wrong days and sites are told, exit code 2', async t => {
    const cases: [ReplayOptions, string][] = [
      [{ ...day, fromDatabase: 'X' }, '--from-database: /: there is no site X'],
      [{ fromDatabase: 'S' }, '--date: /: a day is needed: YYYY-MM-DD'],
      [{ ...day, date: '2026-02-30' }, '--date: /: not a day'],
      [{ ...day, to: 'June' }, '--to: /: not a day'],
      [{ ...day, to: '2026-05-01' }, '--to: /: 2026-05-01 is before 2026-06-01'],
      [{ ...day, to: '2027-07-01' }, '--to: /: at most 366 days'],
      [{ ...day, save: '/no/such/folder/day.json' }, '--save /no/such/folder/day.json: /: cannot be written: ENOENT'],
    ]
    for (const [options, message] of cases) t.match(await replay(url, options), { code: 2, err: new RegExp(message) })
  })
})

t.test('the running product records who was turned away and what was changed', async t => {
  await using product = await startProduct(t, { 'charging.maxQueueLength': 2 })
  const { ask, cancel } = createSite(product)
  const [ada, bob, eve] = await Promise.all(['ada', 'bob', 'eve'].map(name => product.driver(name)))
  const { body } = await ask(ada!, 'fast', 20_000)
  await ask(bob!, 'trickle')
  t.match(await ask(eve!), { status: 409 })
  const change = { mode: 'trickle', energyWh: 7_000 }
  t.match(await product.api('PATCH', `/charging/request/${body.id}`, change, ada!.token), { status: 200 })
  t.match(await product.api('PATCH', `/charging/request/${body.id}`, { energyWh: 7_000 }, ada!.token), { status: 200 })
  t.match(await cancel(bob!), { status: 200 })

  const dayOf = (instant: number) =>
    Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO('Asia/Shanghai').toPlainDate()
  const today = dayOf(product.now())
  const save = join(t.testdir({}), 'day.json')
  const days = { fromDatabase: 'default', date: `${today.subtract({ days: 1 })}`, to: `${today}`, save, json: true }
  const { code, out } = await replay(product.databaseUrl, days)
  t.equal(code, 0)
  t.match(JSON.parse(out).recorded.metrics, { requests: 2, charged: 0, refusedFor: { 'waiting-area-full': 1 } })
  const { events } = JSON.parse(readFileSync(save, 'utf8'))
  t.match(
    events.filter(({ type }: { type: string }) => !['off', 'on', 'offline', 'online'].includes(type)),
    [
      { type: 'request', vehicle: 'V1', mode: 'F', kWh: 20 },
      { type: 'request', vehicle: 'V2', mode: 'T', kWh: 10 },
      { type: 'request', vehicle: 'V3', mode: 'F', kWh: 10 },
      { type: 'change', vehicle: 'V1', mode: 'T', kWh: 7 },
      { type: 'cancel', vehicle: 'V2' },
    ],
  )
})
