import t from 'tap'
import { at } from './rows.ts'
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
    t.same(await ids('?pileId=T1&state=open'), [third])
    t.same(await ids('?site=nowhere'), [])
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
    clock.advance(100 * 60_000)
    t.same((await send('GET', '/statistics')).json(), {
      count: 3,
      open: 1,
      downtimeSeconds: 3000,
      items: [
        { pileId: 'F1', type: 'power', count: 2, open: 0, downtimeSeconds: 2400, mttrSeconds: 1200 },
        { pileId: 'T1', type: 'hardware', count: 1, open: 1, downtimeSeconds: 600, mttrSeconds: null },
      ],
      next: null,
    })
    t.match((await send('GET', '/statistics?from=2026-11-22T08:30:00Z&to=2026-11-22T09:15:00Z&site=default')).json(), {
      count: 1,
      downtimeSeconds: 600,
    })
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
    await send('PATCH', `/${third}`, { assignee: null })
    t.same(verbs.calls.at(-1)?.args.slice(1), [third, { assigneeId: null }])
    const nobody = await send('PATCH', `/${third}`, { assignee: '00000000-0000-4000-8000-000000000000' })
    t.match(problemOf(nobody), { status: 404, detail: 'There is no such user' })
    verbs.refusal = { code: 'state-forbids' }
    t.equal((await send('PATCH', `/${third}`, { state: 'open' })).statusCode, 409)
  })
})
