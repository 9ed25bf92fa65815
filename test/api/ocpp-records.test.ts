import t from 'tap'
import { at, session } from './rows.ts'
import { api, pile } from './support.ts'

t.test('OCPP records', async t => {
  const { app, user, database } = await api(t)
  const technician = await user('technician')
  const get = (url: string) => app.inject({ url: `/api/v1/ocpp${url}`, headers: technician.headers })
  await pile(database, 'CP1')
  await pile(database, 'CP2')
  const id = await session(database, { pileId: 'CP1', minute: 0, minutes: 30, energyWh: 3500 })
  await session(database, { pileId: 'CP2', minute: 0 })
  await database.pool.query(
    `insert into reservations (charge_point_id, connector_id, id_tag, expires_at, status, created_at)
     values ('CP1', 1, 'A', $1, 'active', $3), ('CP1', 1, 'B', $2, 'active', $3), ('CP1', 1, 'C', $2, 'used', $3)`,
    [at(10), at(-10), at(-20)],
  )
  for (let minute = 0; minute < 4; minute++) {
    await database.pool.query(
      `insert into ocpp_messages (charge_point_id, real_at, direction, kind, message_id, action, raw, notes)
       values ('CP1', $1, 'in', 'call', $2, $3, $4, '{repaired}')`,
      [at(minute), String(minute), minute % 2 ? 'Heartbeat' : 'MeterValues', `[2,"${minute}","x",{}]`],
    )
  }

  t.same((await get('/transactions?chargePointId=cp1')).json(), {
    items: [
      {
        id: String(id),
        transactionId: id,
        chargePointId: 'CP1',
        connectorId: 1,
        idTag: 'TAG',
        startedAt: '2026-11-22T08:00:00.000Z',
        meterStartWh: 5000,
        endedAt: '2026-11-22T08:30:00.000Z',
        meterStopWh: 8500,
        stopReason: 'Local',
      },
    ],
    next: null,
  })
  t.equal((await get('/transactions')).json().items.length, 2)

  const reservations = async (query: string) =>
    (await get(`/reservations${query}`))
      .json()
      .items.map((row: { idTag: string; status: string }) => `${row.idTag} ${row.status}`)
  t.same(await reservations(''), ['C used', 'B expired', 'A active'])
  t.same(await reservations('?status=active'), ['A active'])
  t.same(await reservations('?status=expired&chargePointId=cp1'), ['B expired'])
  t.same(await reservations('?status=used'), ['C used'])
  t.equal((await get('/reservations?status=lost')).statusCode, 400)

  const messages = await get('/messages?chargePointId=cp1&action=Heartbeat')
  t.match(messages.json().items, [
    { messageId: '3', raw: '[2,"3","x",{}]', notes: ['repaired'], at: '2026-11-22T08:03:00.000Z' },
    { messageId: '1' },
  ])
  t.equal((await get('/messages?from=2026-11-22T08:01:00Z&to=2026-11-22T08:03:00Z')).json().items.length, 2)
  const lines = await get('/messages?format=jsonl&limit=3')
  t.match(lines.headers['content-type'], 'application/jsonl')
  t.match(lines.headers.link, /cursor=.*rel="next"/)
  t.same(
    lines.body
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line).messageId),
    ['3', '2', '1'],
  )
  t.equal((await get('/messages?format=jsonl&limit=10')).headers.link, undefined)
})
