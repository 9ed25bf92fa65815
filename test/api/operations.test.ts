import t from 'tap'
import { serviceFigures } from '../../central/store/views/service-figures.ts'
import { createMetrics } from '../../cli/metrics.ts'
import { at, request } from './rows.ts'
import { api, NOW, pile } from './support.ts'

t.test('waits, refusals, no-shows, errors of estimates and use of piles are reported', async t => {
  const { app, user, database } = await api(t)
  const { headers } = await user('operator')
  const { pool } = database
  for (const id of ['F1', 'F2', 'T1']) await pile(database, id, id === 'T1' ? 'trickle' : 'fast')
  await pool.query(`update charging_piles set created_at = $1`, [at(-60)])
  /** Asks at a minute, waits, charges for an hour; the promise was off by so much. */
  const serve = async (
    minute: number,
    wait: number,
    more: { error?: number; priority?: number; mode?: 'trickle' } = {},
  ) => {
    const mode = more.mode ?? 'fast'
    const id = await request(database, { userId: null, minute, mode, status: 'completed' })
    await pool.query(
      `update charging_requests set priority = $2, first_started_at = $3, estimate_error_seconds = $4, ended_at = $5 where id = $1`,
      [id, more.priority ?? 0, at(minute + wait), more.error ?? null, at(minute + wait + 60)],
    )
    await pool.query(
      `insert into charging_sessions (charge_point_id, connector_id, pile_id, site_id, request_id, id_tag, start_key, verdict, started_at, started_received_at, ended_at, ended_received_at, settled_at, energy_milli_wh)
       values ($1, 1, $1, 'default', $2, 'TAG', gen_random_uuid()::text, 'accepted', $3, $3, $4, $4, $4, 7000000)`,
      [mode === 'fast' ? 'F1' : 'T1', id, at(minute + wait), at(minute + wait + 60)],
    )
  }
  await serve(-240, 10, { error: 60 })
  await serve(-180, 20, { error: -180 })
  await serve(-120, 0, { error: 600, priority: 5 })
  await serve(-100, 30, { mode: 'trickle' })
  const gone = await request(database, { userId: null, minute: -90, status: 'no-show' })
  await pool.query('update charging_requests set no_shows = 1 where id = $1', [gone])
  await pool.query(
    `insert into refused_requests (site_id, at, mode, energy_wh, reason) values ('default', $1, 'fast', 1000, 'waiting-area-full'), ('default', $2, 'fast', 1000, 'waiting-area-full')`,
    [at(-50), at(50)],
  )

  const get = (query: string, more: Record<string, string> = {}) =>
    app.inject({ url: `/api/v1/reports/operations${query}`, headers: { ...headers, ...more } })
  const report = (await get('')).json()
  t.match(report, {
    siteId: 'default',
    to: new Date(NOW).toISOString(),
    overall: {
      requests: 5,
      waits: { count: 4, meanSeconds: 900, p95Seconds: 1800, longestSeconds: 1800 },
      refused: 1,
      refusedFor: { 'waiting-area-full': 1 },
    },
    byMode: { fast: { waits: { count: 3, longestSeconds: 1200 }, refused: 1 }, trickle: { waits: { count: 1 } } },
    byClass: [
      { priority: 5, waits: { count: 1, meanSeconds: 0 } },
      { priority: 0, waits: { count: 3, meanSeconds: 1200 } },
    ],
    noShows: { lostPlaces: 2, requests: 1 },
    estimates: { count: 3, medianSeconds: 180, p95Seconds: 600, biasSeconds: 160, within: 0.3333 },
    lowerBoundSeconds: Number,
  })
  const [f1, f2, t1] = report.piles
  t.match([f1.pileId, f2.pileId, t1.pileId], ['F1', 'F2', 'T1'])
  t.match([f1.energyWh, f2.utilisation, t1.sessions], [21_000, 0, 1])
  t.ok(report.totalCompletionSeconds > report.lowerBoundSeconds, 'nothing is better than the best possible')

  t.match((await get(`?site=default&from=${at(-130).toISOString()}&to=${at(-95).toISOString()}`)).json(), {
    overall: { requests: 2, refused: 0 },
    estimates: { count: 1, medianSeconds: 600 },
  })
  t.match((await get('?from=2026-11-20&to=2026-11-21')).json(), {
    from: '2026-11-19T16:00:00.000Z',
    overall: { requests: 0 },
    estimates: { count: 0, medianSeconds: null, within: null },
  })
  t.equal((await get('?site=nowhere')).statusCode, 404)
  const csv = await get('?format=csv', { 'accept-language': 'zh-CN' })
  t.match(csv.headers['content-type'], /text\/csv/)
  t.match(csv.body, /\ufeff类别,模式,优先级,充电桩,指标,数值\r\n/)
  t.match(csv.body, /\r\nestimates,,,,medianSeconds,180\r\n/)
  t.match(csv.body, /\r\npile,fast,,F1,energyWh,21000\r\n/)

  const metrics = createMetrics({} as never, () => serviceFigures(pool, NOW))
  const told = async (name: string) =>
    (await metrics.getSingleMetric(name)!.get()).values.map(({ labels, value }) => ({ ...labels, value }))
  t.match(await told('ev_estimate_error_seconds'), [
    { site: 'default', mode: 'fast', quantile: '0.5', value: 180 },
    { site: 'default', mode: 'fast', quantile: '0.95', value: 600 },
  ])
  t.match(await told('ev_wait_seconds'), [
    { mode: 'fast', quantile: '0.5', value: 600 },
    { value: 1200 },
    { mode: 'trickle' },
    {},
  ])
  t.match(await told('ev_waiting_cars'), [{ value: 0 }, { value: 0 }])
})
