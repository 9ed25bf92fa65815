import t from 'tap'
import { at, queued, request, session } from './rows.ts'
import { api, pile, problemOf } from './support.ts'

t.test('faults', async t => {
  const { app, user, verbs, database, clock } = await api(t)
  const technician = await user('technician')
  const operator = await user('operator')
  const send = (method: 'GET' | 'POST' | 'PATCH', url: string, payload?: object, headers = technician.headers) =>
    app.inject({ method, url: `/api/v1/faults${url}`, headers, ...(payload && { payload }) })
  await pile(database, 'F1')
  await pile(database, 'T1', 'trickle')
  const insert = async (
    pileId: string,
    type: string,
    state: string,
    opened: number,
    resolved: number | null,
  ): Promise<string> => {
    const { rows } = await database.pool.query<{ id: string }>(
      `insert into fault_records (id, site_id, charge_point_id, pile_id, type, source, description, state, notes, opened_at, resolved_at)
       values (gen_random_uuid(), 'default', $1, $1, $2, 'rest', 'Broken', $3, $4, $5, $6) returning id`,
      [
        pileId,
        type,
        state,
        JSON.stringify([{ at: at(opened), by: 'root', text: 'seen' }]),
        at(opened),
        resolved === null ? null : at(resolved),
      ],
    )
    return rows[0]!.id
  }
  const first = await insert('F1', 'power', 'resolved', 0, 30)
  const second = await insert('F1', 'power', 'resolved', 60, 70)
  const third = await insert('T1', 'hardware', 'open', 90, null)
  await insert('T1', 'software', 'false-alarm', 95, 96)

  await t.test('are listed newest first and found one by one', async t => {
    const ids = async (query: string) => (await send('GET', query)).json().items.map(({ id }: { id: string }) => id)
    t.same(await ids('?state=resolved'), [second, first])
    t.same(await ids('?pile=t1&state=open'), [third])
    t.same(await ids('?site=nowhere'), [])
    t.same(await ids(`?assignee=${technician.id}`), [])
    t.same(await ids('?from=2026-11-22T09:00:00Z&to=2026-11-22T09:30:00Z'), [second])
    t.match((await send('GET', `/${third}`)).json(), {
      pileId: 'T1',
      type: 'hardware',
      state: 'open',
      notes: [{ at: '2026-11-22T09:30:00.000Z', by: 'root', text: 'seen' }],
      openedAt: '2026-11-22T09:30:00.000Z',
      resolvedAt: null,
    })
    t.equal((await send('GET', '/00000000-0000-4000-8000-000000000000')).statusCode, 404)
    t.equal((await send('GET', '?state=broken')).statusCode, 400)
  })

  await t.test('are counted', async t => {
    for (const [minute, state] of Object.entries({
      '-60': 'offline',
      '-30': 'available',
      '40': 'fault',
      '50': 'occupied',
    }))
      await database.pool.query(
        `insert into pile_events (pile_id, at, state, error_code, cause) values ('F1', $1, $2, 'NoError', 'status')`,
        [at(Number(minute)), state],
      )
    clock.advance(100 * 60_000)
    const statistics = async (query: string) => (await send('GET', `/statistics${query}`)).json()
    t.same(await statistics(''), {
      by: 'pile',
      count: 3,
      open: 1,
      falseAlarms: 1,
      downtimeSeconds: 3000,
      mttrSeconds: 1200,
      mtbfSeconds: 2400,
      repeats: 1,
      items: [
        {
          pileId: 'F1',
          count: 2,
          open: 0,
          falseAlarms: 0,
          downtimeSeconds: 2400,
          mttrSeconds: 1200,
          mtbfSeconds: 3600,
          repeats: 1,
        },
        {
          pileId: 'T1',
          count: 1,
          open: 1,
          falseAlarms: 1,
          downtimeSeconds: 600,
          mttrSeconds: null,
          mtbfSeconds: null,
          repeats: 0,
        },
      ],
      next: null,
    })
    t.match(await statistics('?from=2026-11-22T08:30:00Z&to=2026-11-22T09:15:00Z&site=default'), {
      count: 1,
      downtimeSeconds: 600,
      mtbfSeconds: 35 * 60,
      repeats: 1,
    })
    t.match(await statistics('?by=type'), {
      items: [
        { type: 'power', count: 2, mtbfSeconds: 3600 },
        { type: 'hardware', count: 1 },
        { type: 'software', count: 0, falseAlarms: 1 },
      ],
    })
    t.match(await statistics('?by=firmware'), { items: [{ firmware: null, count: 3 }] })
    t.equal((await send('GET', '/statistics?by=colour')).statusCode, 400)
    t.match(await statistics('?site=nowhere'), { count: 0, items: [], mtbfSeconds: null })
  })

  await t.test('are told in full to whoever repairs them', async t => {
    await database.pool.query(
      `update charge_points set vendor = 'Ven', model = 'Mod', firmware = '2', last_seen_at = $1 where id = 'F1'`,
      [at(70)],
    )
    const driver = await user('driver')
    const interrupted = await request(database, { userId: driver.id, number: 7, energyWh: 9000, minute: -30 })
    await session(database, { pileId: 'F1', requestId: interrupted, minute: 20, minutes: 40, energyWh: 2500 })
    await queued(database, interrupted, 'fault', 0)
    const { rows } = await database.pool.query<{ id: string }>(
      `insert into fault_records (id, site_id, charge_point_id, pile_id, type, source, error_code, vendor_error_code, description, state,
         assignee_id, parts, firmware, affected, opened_at)
       values (gen_random_uuid(), 'default', 'F1', 'F1', 'power', 'charger', 'GroundFailure', 'E07', 'residual current', 'in-repair', $1,
         '[{"name": "RCD", "quantity": 1}]', '1', $2, $3) returning id`,
      [technician.id, JSON.stringify([{ requestId: interrupted, number: 'F7', charging: true }]), at(80)],
    )
    for (let n = 0; n < 30; n++)
      await database.pool.query(
        `insert into ocpp_messages (charge_point_id, real_at, direction, kind, message_id, action, raw) values ('F1', $1, 'in', 'call', $2, 'Heartbeat', $3)`,
        [at(79 + n / 10), String(n), n === 10 ? `[${'x'.repeat(5000)}]` : `[2,"${n}","Heartbeat",{}]`],
      )
    const dossier = (await send('GET', `/${rows[0]!.id}`)).json()
    t.match(dossier, {
      type: 'power',
      errorCode: 'GroundFailure',
      vendorErrorCode: 'E07',
      description: 'residual current',
      words: { en: /earth/, zh: /接地/ },
      state: 'in-repair',
      assignee: technician.username,
      firmware: '1',
      affectedCars: 1,
      downtimeSeconds: 20 * 60,
      parts: [{ name: 'RCD', quantity: 1 }],
      charger: { vendor: 'Ven', model: 'Mod', firmware: '2', mode: 'fast', powerW: 7000, connectorId: 1 },
      affected: [{ number: 'F7', charging: true, status: 'interrupted', deliveredEnergyWh: 2500, pileId: 'F1' }],
      earlier: [
        { id: second, notes: [{ by: 'root', text: 'seen', at: '2026-11-22T09:00:00.000Z' }] },
        { id: first, state: 'resolved', resolvedAt: '2026-11-22T08:30:00.000Z' },
      ],
    })
    const { before, after } = dossier.messages
    t.equal(before.length, 11)
    t.match(before[0], { raw: /^\[x+$/, cut: true, at: '2026-11-22T09:20:00.000Z' }, 'what it said as it failed')
    t.equal(before[0].raw.length, 2000)
    t.match(before[10], { raw: '[2,"0","Heartbeat",{}]', cut: false, direction: 'in', action: 'Heartbeat' })
    t.equal(after.length, 19)
    t.match(after[0], { raw: /"29"/ }, 'the last one first')
    const names = async (query: string) => (await send('GET', query)).json().items.map((row: { id: string }) => row.id)
    t.same(await names(`?assignee=${technician.id}`), [rows[0]!.id])
    await database.pool.query('delete from fault_records where id = $1', [rows[0]!.id])
  })

  await t.test('are reported and moved along by the verbs', async t => {
    verbs.port.reportFault = async (actor, input) => {
      verbs.calls.push({ verb: 'reportFault', args: [actor, input] })
      return { ok: true, value: { faultId: third } }
    }
    const made = await send('POST', '', { pileId: 'T1', type: 'hardware', description: 'Smoke' })
    t.equal(made.statusCode, 201)
    t.equal(made.headers.location, `/api/v1/faults/${third}`)
    t.match(verbs.calls.at(-1)?.args[1], { source: 'technician', description: 'Smoke' })
    await send('POST', '', { pileId: 'T1', type: 'hardware' }, operator.headers)
    t.match(verbs.calls.at(-1)?.args[1], { source: 'rest', description: '' })
    t.equal((await send('POST', '', { pileId: 'T1', type: 'bored' })).statusCode, 400)

    t.match(
      (await send('PATCH', `/${third}`, { state: 'in-repair', note: 'New fuse', assignee: technician.id })).json(),
      { id: third },
    )
    t.same(verbs.calls.at(-1)?.args.slice(1), [
      third,
      { state: 'in-repair', note: 'New fuse', assigneeId: technician.id },
    ])
    await send('PATCH', `/${third}`, { parts: [{ name: 'Fuse', quantity: 2, note: '16 A' }, { name: 'Cable' }] })
    t.same(verbs.calls.at(-1)?.args.slice(1), [
      third,
      {
        parts: [
          { name: 'Fuse', quantity: 2, note: '16 A' },
          { name: 'Cable', quantity: 1 },
        ],
      },
    ])
    t.equal((await send('PATCH', `/${third}`, { parts: [{ name: 'Fuse', quantity: 0 }] })).statusCode, 400)
    await send('PATCH', `/${third}`, { assignee: null })
    t.same(verbs.calls.at(-1)?.args.slice(1), [third, { assigneeId: null }])
    const nobody = await send('PATCH', `/${third}`, { assignee: '00000000-0000-4000-8000-000000000000' })
    t.match(problemOf(nobody), { status: 404, detail: 'There is no such user' })
    verbs.refusal = { code: 'state-forbids' }
    t.equal((await send('PATCH', `/${third}`, { state: 'open' })).statusCode, 409)
  })
})
