import t from 'tap'
import { at, queued, request, session } from './rows.ts'
import { api, pile, problemOf } from './support.ts'

t.test('piles as they are', async t => {
  const { app, user, database, verbs } = await api(t)
  const driver = await user('driver')
  const operator = await user('operator')
  const get = (url: string, headers = driver.headers) => app.inject({ url: `/api/v1/charging-piles${url}`, headers })
  for (const id of ['F10', 'F2', 'T1']) await pile(database, id, id.startsWith('F') ? 'fast' : 'trickle')
  await database.pool.query(`update charge_points set connected = true, protocol = 'ocpp1.6' where id in ('F2', 'T1')`)
  await database.pool.query(`update charging_piles set status = 'Charging' where id = 'F2'`)
  await session(database, { pileId: 'F2', minute: -120, minutes: 60, energyWh: 7000 })
  const running = await session(database, { pileId: 'F2', minute: 0, energyWh: 1200 })
  await database.pool.query(
    `insert into fault_records (id, site_id, charge_point_id, pile_id, type, source, state, opened_at, resolved_at)
     values (gen_random_uuid(), 'default', 'F2', 'F2', 'power', 'charger', 'resolved', $1, $1)`,
    [at(-200)],
  )

  await t.test('have exactly the members of the contract, and a few more', async t => {
    const { items } = (await get('')).json()
    t.same(
      items.map(({ id }: { id: string }) => id),
      ['F2', 'T1', 'F10'],
    )
    t.same(items[0], {
      id: 'F2',
      siteId: 'default',
      mode: 'fast',
      powerW: 7000,
      state: 'occupied',
      detail: 'charging',
      connected: true,
      protocol: 'ocpp1.6',
      chargePointId: 'F2',
      connectorId: 1,
      queueLength: 2,
      queued: 0,
      inService: true,
      serviceReason: null,
      errorCode: 'NoError',
      nextMaintenance: null,
      session: { id: String(running), energyWh: 1200, powerW: 7000, startedAt: '2026-11-22T08:00:00.000Z' },
      statistics: { sessions: 2, energyWh: 8200, chargingSeconds: 3600, faults: 1 },
    })
    t.match(items[1], { state: 'available', detail: null, session: null, statistics: { sessions: 0, energyWh: 0 } })
    t.match(items[2], { state: 'offline', connected: false, protocol: null })
    t.same((await get('?site=nowhere')).json(), { items: [], next: null })
    t.equal((await get('?site=default')).json().items.length, 3)
    t.match((await get('/f2')).json(), { id: 'F2' }, 'ids are found whatever their case')
    t.equal((await get('/F3')).statusCode, 404)
  })

  await t.test('have a history of states, page by page, newest first', async t => {
    for (let minute = 0; minute < 5; minute++) {
      await database.pool.query(
        `insert into pile_events (pile_id, at, state, detail, error_code, cause) values ('F2', $1, 'occupied', 'charging', 'NoError', $2)`,
        [at(minute), `cause ${minute}`],
      )
    }
    const causes: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page: { items: { cause: string }[]; next: string | null } = (
        await get(`/F2/history?limit=2${cursor && `&cursor=${cursor}`}`)
      ).json()
      causes.push(...page.items.map(({ cause }) => cause))
      cursor = page.next
    }
    t.same(causes, ['cause 4', 'cause 3', 'cause 2', 'cause 1', 'cause 0'])
    const window = await get('/F2/history?from=2026-11-22T08:01:00Z&to=2026-11-22T08:03:00Z')
    t.same(
      window.json().items.map(({ at }: { at: string }) => at),
      ['2026-11-22T08:02:00.000Z', '2026-11-22T08:01:00.000Z'],
      'from is in, to is out',
    )
    t.equal((await get('/X/history')).statusCode, 404)
  })

  await t.test('take orders of technicians', async t => {
    const technician = await user('technician')
    const order = (payload: object, headers = technician.headers) =>
      app.inject({ method: 'PUT', url: '/api/v1/charging-piles/F2/control', payload, headers })
    t.match((await order({ action: 'stop', reason: 'repair', force: true })).json(), {
      id: 'F2',
      state: 'maintenance',
      command: { id: String, status: 'accepted' },
    })
    t.match(verbs.calls.at(-1)?.args, [{ role: 'technician' }, 'F2', { action: 'stop', reason: 'repair', force: true }])
    t.equal((await order({ action: 'explode' })).statusCode, 400)
    t.equal((await order({ action: 'stop' }, driver.headers)).statusCode, 403)
    verbs.refusal = { code: 'pile-not-ready' }
    t.match(problemOf(await order({ action: 'unlock' })), { status: 409, code: 'pile-not-ready' })
    verbs.refusal = null
  })

  await t.test('are added and changed by operators', async t => {
    const send = (method: 'POST' | 'PATCH', url: string, payload: object) =>
      app.inject({ method, url: `/api/v1/charging-piles${url}`, payload, headers: operator.headers })
    const made = await send('POST', '', {
      id: 'F2-2',
      chargePointId: 'f2',
      connectorId: 2,
      mode: 'fast',
      powerW: 22_000,
    })
    t.equal(made.statusCode, 201, made.body)
    t.match(made.json(), { id: 'F2-2', chargePointId: 'F2', siteId: 'default', queueLength: 2, powerW: 22_000 })
    t.equal(made.headers.location, '/api/v1/charging-piles/F2-2')
    t.match(
      problemOf(await send('POST', '', { id: 'F2-2', chargePointId: 'F2', connectorId: 3, mode: 'fast', powerW: 1 })),
      { status: 409, code: 'already-exists' },
    )
    t.match(
      problemOf(await send('POST', '', { id: 'other', chargePointId: 'F2', connectorId: 2, mode: 'fast', powerW: 1 })),
      { status: 409 },
    )
    t.equal((await send('POST', '', { id: 'other', chargePointId: 'nobody', mode: 'fast', powerW: 1 })).statusCode, 404)
    const alone = await send('POST', '', { id: 'H1', siteId: 'default', mode: 'trickle', powerW: 3500 })
    t.match(
      alone.json(),
      { id: 'H1', chargePointId: 'H1', connectorId: 1, siteId: 'default', protocol: null },
      'with its own charge point',
    )
    t.equal((await send('POST', '', { id: 'H2', siteId: 'nowhere', mode: 'fast', powerW: 1 })).statusCode, 404)
    const elsewhere = await send('POST', '', {
      id: 'H1-2',
      chargePointId: 'H1',
      connectorId: 2,
      siteId: 'other',
      mode: 'fast',
      powerW: 1,
    })
    t.match(problemOf(elsewhere), { status: 409, code: 'state-forbids' })
    for (const wrong of [
      { id: 'a/b' },
      { id: 'a#' },
      { powerW: 0 },
      { connectorId: 0 },
      { mode: 'x' },
      { state: 'available' },
    ]) {
      t.equal(
        (await send('POST', '', { id: 'ok', chargePointId: 'F2', connectorId: 9, mode: 'fast', powerW: 1, ...wrong }))
          .statusCode,
        400,
      )
    }
    t.match((await send('PATCH', '/F2-2', { powerW: 11_000, queueLength: 3, mode: 'trickle' })).json(), {
      powerW: 11_000,
      queueLength: 3,
      mode: 'trickle',
    })
    const car = await request(database, { userId: null })
    await queued(database, car, 'pile', 1, 'F2-2')
    t.match(problemOf(await send('PATCH', '/F2-2', { mode: 'fast' })), { status: 409, code: 'state-forbids' })
    t.equal((await send('PATCH', '/F2-2', { powerW: 7000 })).statusCode, 200)
    t.equal((await send('PATCH', '/nobody', { powerW: 7000 })).statusCode, 404)
  })
})

t.test('the queue, in order; drivers see other people’s cars as numbers only', async t => {
  const { app, user, database, clock } = await api(t)
  const mei = await user('driver', 'mei')
  const other = await user('driver', 'other')
  const operator = await user('operator')
  await pile(database, 'F1')
  await pile(database, 'T1', 'trickle')
  const { rows } = await database.pool.query<{ id: string }>(
    `insert into vehicles (id, user_id, plate, battery_capacity_wh, created_at) values (gen_random_uuid(), $1, 'MEI 1', 60000, now()) returning id`,
    [mei.id],
  )
  const mine = await request(database, { userId: mei.id, vehicleId: rows[0]!.id, number: 101 })
  const theirs = await request(database, { userId: other.id, number: 102 })
  const third = await user('driver', 'third')
  const waiting = await request(database, { userId: third.id, status: 'active', mode: 'trickle', number: 103 })
  const broken = await request(database, { userId: null, mode: 'trickle', number: 104 })
  await queued(database, mine, 'pile', 1, 'F1')
  await queued(database, theirs, 'pile', 2, 'F1')
  await queued(database, waiting, 'waiting', 1)
  await queued(database, broken, 'fault', 1)
  await session(database, { pileId: 'F1', requestId: mine, minute: 5, energyWh: 900 })
  clock.advance(10 * 60_000)
  const get = async (headers: Record<string, string>, query = '') =>
    (await app.inject({ url: `/api/v1/charging-piles/queue${query}`, headers })).json()

  const seen = await get(mei.headers)
  t.match(seen.piles, [
    { id: 'F1', mode: 'fast', powerW: 7000, state: String },
    { id: 'T1', cars: [] },
  ])
  t.same(seen.piles[0].cars, [
    {
      number: 'F101',
      position: 1,
      mode: 'fast',
      requestedEnergyWh: 20_000,
      deliveredEnergyWh: 900,
      waitedSeconds: 300,
      charging: true,
      userId: mei.id,
      vehicle: 'MEI 1',
      vehicleId: rows[0]!.id,
      batteryCapacityWh: 60_000,
    },
    {
      number: 'F102',
      position: 2,
      mode: 'fast',
      requestedEnergyWh: 20_000,
      deliveredEnergyWh: 0,
      waitedSeconds: 600,
      expectedStartAt: null,
      charging: false,
    },
  ])
  t.match(seen.waiting, [{ number: 'T103', position: 1 }])
  t.match(seen.faultQueue, [{ number: 'T104', position: 1 }])
  t.notMatch(JSON.stringify(await get(other.headers)), mei.id)
  t.notMatch(JSON.stringify(await get(other.headers)), 'MEI 1')
  t.match(await get(operator.headers), {
    piles: [{ cars: [{ vehicle: 'MEI 1' }, { userId: other.id }] }],
    waiting: [{ userId: third.id }],
  })

  const one = await get(mei.headers, '?pileId=F1')
  t.equal(one.piles.length, 1)
  t.same(one.waiting, [], 'only what is at that pile')
  t.same((await get(mei.headers, '?site=nowhere')).piles, [])
  t.equal((await app.inject({ url: '/api/v1/charging-piles/queue?pileId=X', headers: mei.headers })).statusCode, 404)
  const counts = (await app.inject({ url: '/api/v1/charging/queue-status?site=default', headers: mei.headers })).json()
  t.match(counts, { fast: { waiting: 0 }, trickle: { waiting: 2 } })
})
