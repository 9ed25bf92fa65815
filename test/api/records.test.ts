import t from 'tap'
import { at, bill, request, session } from './rows.ts'
import { api, pile, problemOf } from './support.ts'

t.test('drivers see their own records, the staff all', async t => {
  const { app, user, database } = await api(t)
  const mei = await user('driver', 'mei')
  const other = await user('driver', 'other')
  const operator = await user('operator')
  await pile(database, 'F1')
  const mine = await request(database, { userId: mei.id, status: 'completed', minute: 0 })
  const theirs = await request(database, { userId: other.id, status: 'cancelled', minute: 1 })
  const mySession = await session(database, {
    pileId: 'F1',
    requestId: mine,
    userId: mei.id,
    minute: 0,
    minutes: 120,
    energyWh: 14_000,
  })
  const theirSession = await session(database, {
    pileId: 'F1',
    requestId: theirs,
    userId: other.id,
    minute: 200,
    minutes: 10,
  })
  const myBill = await bill(database, {
    requestId: mine,
    userId: mei.id,
    sessionId: mySession,
    pileId: 'F1',
    minute: 0,
  })
  const theirBill = await bill(database, {
    requestId: theirs,
    userId: other.id,
    sessionId: theirSession,
    pileId: 'F1',
    minute: 200,
  })
  const get = (url: string, headers = mei.headers) => app.inject({ url: `/api/v1${url}`, headers })
  const ids = async (url: string, headers = mei.headers) =>
    (await get(url, headers)).json().items.map(({ id }: { id: string }) => id)

  await t.test('requests', async t => {
    t.same(await ids('/charging/requests'), [mine])
    t.same(await ids(`/charging/requests?userId=${other.id}`), [mine], 'asking for others changes nothing')
    t.same(await ids('/charging/requests', operator.headers), [theirs, mine])
    t.same(await ids(`/charging/requests?userId=${other.id}`, operator.headers), [theirs])
    t.same(await ids('/charging/requests?active=true', operator.headers), [])
    t.match((await get('/charging/requests')).json().items[0], {
      status: 'completed',
      number: /^F\d+$/,
      deliveredEnergyWh: 14_000,
      pileId: 'F1',
      endedAt: null,
    })
  })

  await t.test('sessions and readings', async t => {
    t.same(await ids('/charging/sessions'), [String(mySession)])
    t.same(await ids('/charging/sessions', operator.headers), [String(theirSession), String(mySession)])
    t.same(await ids('/charging/sessions?from=2026-11-22T11:00:00Z', operator.headers), [String(theirSession)])
    t.match((await get(`/charging/sessions/${mySession}`)).json(), {
      id: String(mySession),
      energyWh: 14_000,
      meterStartWh: 5000,
      meterStopWh: 19_000,
      startedAt: '2026-11-22T08:00:00.000Z',
      endedAt: '2026-11-22T10:00:00.000Z',
      stopReason: 'Local',
    })
    t.equal((await get(`/charging/sessions/${theirSession}`)).statusCode, 404)
    t.equal((await get(`/charging/sessions/${theirSession}/readings`)).statusCode, 404)
    for (const id of ['0', '-1', '1.5', '99999999999', 'x'])
      t.equal((await get(`/charging/sessions/${id}`)).statusCode, 404, id)
    for (let minute = 0; minute < 3; minute++) {
      await database.pool.query(
        `insert into meter_values (charge_point_id, connector_id, session_id, received_at, at, register_milli_wh, power_w, voltage_v, current_a)
         values ('F1', 1, $1, $2, $2, $3, 7000, '{230.5,231}', '{10.25}')`,
        [mySession, at(minute), 5_000_000 + minute * 116_667],
      )
    }
    const page = (await get(`/charging/sessions/${mySession}/readings?limit=2`)).json()
    t.match(page.items, [
      {
        at: '2026-11-22T08:02:00.000Z',
        meterWh: 5233,
        powerW: 7000,
        voltageV: [230.5, 231],
        currentA: [10.25],
        socPercent: null,
      },
      { at: '2026-11-22T08:01:00.000Z' },
    ])
    const rest = (await get(`/charging/sessions/${mySession}/readings?limit=2&cursor=${page.next}`)).json()
    t.match(rest, { items: [{ at: '2026-11-22T08:00:00.000Z' }], next: null })
  })

  await t.test('bills and details', async t => {
    t.same(await ids('/billing/bills'), [myBill])
    t.same(await ids('/billing/bills', operator.headers), [theirBill, myBill])
    const whole = (await get(`/billing/bills/${myBill}`)).json()
    t.match(whole, {
      total: { amount: 1890, currency: 'CNY' },
      state: 'unpaid',
      energyWh: 14_000,
      details: [
        {
          sessionId: String(mySession),
          energyFee: { amount: 770 },
          serviceFee: { amount: 1120 },
          windows: [
            { kind: 'peak', price: '0.5500', energyWh: 14_000, from: '2026-11-22T08:00:00.000Z', fee: { amount: 770 } },
          ],
        },
      ],
    })
    t.equal((await get(`/billing/bills/${theirBill}`)).statusCode, 404)
    const [detail] = (await get('/billing/details')).json().items
    t.match((await get(`/billing/details/${detail.id}`)).json(), detail)
    t.equal((await get(`/billing/details/${detail.id}`, other.headers)).statusCode, 404)
    t.equal((await get('/billing/details', operator.headers)).json().items.length, 2)
    t.equal((await get(`/billing/details?requestId=${mine}`, operator.headers)).json().items.length, 1)
  })

  await t.test('as CSV that no spreadsheet runs', async t => {
    const csv = await get('/billing/details?format=csv')
    t.match(csv.headers['content-type'], 'text/csv')
    t.match(csv.headers['content-disposition'], 'attachment; filename="details.csv"')
    const [head, line] = csv.body.split('\r\n')
    t.equal(
      head,
      '\ufeffnumber,kind,site,pile,session,started,ended,startedLocal,endedLocal,energyWh,chargingSeconds,parkingSeconds,energyFee,serviceFee,otherFee,total,vat,currency,stopReason,lines,note,bill,created,createdLocal',
    )
    t.match(
      line,
      /^\d+,charge,default,F1,\d+,2026-11-22T08:00:00\.000Z,2026-11-22T10:00:00\.000Z,2026-11-22 16:00:00,2026-11-22 18:00:00,14000,7200,0,7\.70,11\.20,0\.00,18\.90,0\.00,CNY,'=1\+1,,,/,
    )
    t.match((await get('/billing/bills?format=csv', operator.headers)).body, /,18\.90,0\.00,18\.90,0\.00,CNY,unpaid,/)
    t.match((await get(`/billing/bills/${myBill}?format=csv`)).headers['content-disposition'], /bill-\d+\.csv/)
  })

  await t.test('a cursor that is not ours, or of another list, is refused', async t => {
    const foreign = (await get('/charging/sessions?limit=1', operator.headers)).json().next
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const cursors = [
      'x',
      foreign,
      encode('x'),
      encode([]),
      encode([{}]),
      encode(['a', 'b']),
      encode([1e300, 1]),
      encode(["'; drop table users", 1]),
      encode([1, 2, 3]),
    ]
    for (const cursor of cursors) {
      t.match(
        problemOf(await get(`/charging/requests?cursor=${cursor}`)),
        { status: 400, errors: [{ path: '/cursor' }] },
        cursor,
      )
    }
    for (const limit of ['0', '101', '-1', 'x', '1.5'])
      t.equal((await get(`/charging/requests?limit=${limit}`)).statusCode, 400, limit)
    for (const from of ['yesterday', '2026-13-01T00:00:00Z', '2026-01-01'])
      t.equal((await get(`/charging/requests?from=${from}`)).statusCode, 400, from)
  })
})

t.test('a list stays in order while rows of one instant are added', async t => {
  const { app, user, database } = await api(t)
  const mei = await user('driver', 'mei')
  const made: string[] = []
  for (let i = 0; i < 25; i++)
    made.push(await request(database, { userId: mei.id, status: 'completed', minute: i < 20 ? 0 : 1 }))
  const seen: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const answer = await app.inject({
      url: `/api/v1/charging/requests?limit=4${cursor && `&cursor=${cursor}`}`,
      headers: mei.headers,
    })
    const page: { items: { id: string }[]; next: string | null } = answer.json()
    seen.push(...page.items.map(({ id }) => id))
    await request(database, { userId: mei.id, status: 'completed', minute: 5 })
    cursor = page.next
  }
  t.same(seen.toSorted(), made.toSorted(), 'each once, none twice')
})
