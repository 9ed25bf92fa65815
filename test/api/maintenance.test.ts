import t from 'tap'
import { at } from './rows.ts'
import { api, pile, problemOf } from './support.ts'

t.test('announced work', async t => {
  const { app, user, verbs, database, clock } = await api(t)
  const technician = await user('technician')
  const driver = await user('driver')
  const url = '/api/v1/maintenance-windows'
  const send = (method: 'GET' | 'POST' | 'DELETE', path: string, payload?: object, { headers } = technician) =>
    app.inject({ method, url: `${url}${path}`, headers, ...(payload && { payload }) })
  await pile(database, 'F1')
  await pile(database, 'T1', 'trickle')
  const insert = async (pileId: string, from: number, to: number, cancelled: number | null = null): Promise<string> => {
    const { rows } = await database.pool.query<{ id: string }>(
      `insert into maintenance_windows (id, pile_id, from_at, to_at, reason, created_at, cancelled_at)
       values (gen_random_uuid(), $1, $2, $3, 'cleaning', $2, $4) returning id`,
      [pileId, at(from), at(to), cancelled === null ? null : at(cancelled)],
    )
    return rows[0]!.id
  }
  const over = await insert('F1', -60, -30)
  const running = await insert('F1', -10, 30)
  const planned = await insert('F1', 60, 90)
  const cancelled = await insert('T1', 0, 600, 5)

  await t.test('is listed with its state and shown at its pile', async t => {
    const ids = async (query: string) => (await send('GET', query)).json().items.map(({ id }: { id: string }) => id)
    t.same(await ids(''), [planned, cancelled, running, over])
    for (const [state, id] of Object.entries({ over, running, planned, cancelled })) {
      t.same(await ids(`?state=${state}`), [id], state)
      t.match((await send('GET', `/${id}`)).json(), { id, state, reason: 'cleaning' })
    }
    t.same(await ids('?pile=t1'), [cancelled])
    t.same(await ids('?from=2026-11-22T08:00:00Z&to=2026-11-22T08:30:00Z'), [cancelled, running], 'what touches it')
    t.equal((await send('GET', `/${over}`, undefined, driver)).statusCode, 403)
    t.equal((await send('GET', '/00000000-0000-4000-8000-000000000000')).statusCode, 404)
    const shown = async (id: string) =>
      (await app.inject({ url: `/api/v1/charging-piles/${id}`, headers: driver.headers })).json()
    t.match(await shown('F1'), {
      state: 'maintenance',
      inService: true,
      nextMaintenance: { id: running, from: '2026-11-22T07:50:00.000Z', to: '2026-11-22T08:30:00.000Z', running: true },
    })
    t.match(await shown('T1'), { state: 'offline', nextMaintenance: null })
    clock.advance(30 * 60_000)
    t.match(await shown('F1'), { state: 'offline', nextMaintenance: { id: planned, running: false } })
    clock.advance(-30 * 60_000)
  })

  await t.test('is announced and called off by the verbs', async t => {
    verbs.port.planMaintenance = async (actor, window) => {
      verbs.calls.push({ verb: 'planMaintenance', args: [actor, window] })
      return { ok: true, value: { windowId: planned } }
    }
    const window = { pileId: 'F1', from: '2026-11-22T10:00:00+01:00', to: '2026-11-22T09:30:00Z', reason: 'cleaning' }
    const made = await send('POST', '', window)
    t.match([made.statusCode, made.headers.location], [201, `${url}/${planned}`])
    t.same(verbs.calls.at(-1)?.args[1], { ...window, from: Number(at(60)), to: Number(at(90)) })
    const wrong = {
      reversed: { ...window, to: window.from },
      past: { ...window, from: '2026-11-22T06:00:00Z', to: '2026-11-22T08:00:00Z' },
      incomplete: { pileId: 'F1', from: window.from },
      unknown: { ...window, until: window.to },
    }
    for (const [name, payload] of Object.entries(wrong))
      t.match(problemOf(await send('POST', '', payload)), { status: 400, code: 'malformed-request' }, name)
    t.match(problemOf(await send('POST', '', wrong.reversed)), { errors: [{ path: '/to' }] })
    t.equal((await send('POST', '', window, driver)).statusCode, 403)
    t.equal((await send('DELETE', `/${planned}`)).statusCode, 204)
    t.same(verbs.calls.at(-1)?.args[1], planned)
    verbs.refusal = { code: 'state-forbids' }
    t.equal((await send('DELETE', `/${planned}`)).statusCode, 409)
  })
})
