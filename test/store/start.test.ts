import t from 'tap'
import { newId } from '../../protocol/ids.ts'
import { called, MINUTE, NOW, start, store, writerOf } from './fixture.ts'

t.test('a start makes a session with a number, its times, its register and its user', async t => {
  const { writer, one, pool } = await store(t)
  const userId = newId()
  await pool.query(
    "insert into users (id, username, password_hash, role, created_at) values ($1, 'ada', '', 'driver', now())",
    [userId],
  )
  await pool.query("update id_tags set user_id = $1, parent_tag = 'FAMILY', expires_at = $2 where tag = 'TAG1'", [
    userId,
    new Date(NOW + MINUTE),
  ])
  const requestId = newId()
  const result = await writer.submit('start', start({ idTag: 'tag1', startKey: 'k', at: NOW - 5, requestId }))
  t.match(result, { repeated: false, why: 'accepted', siteId: 'S', pileId: 'A', holderRequestId: null })
  t.strictSame(result.verdict, { status: 'accepted', parentTag: 'FAMILY', expiresAt: NOW + MINUTE })
  t.ok(result.transactionId > 0 && result.transactionId < 2 ** 31)
  t.match(await one('select * from charging_sessions where id = $1', [result.transactionId]), {
    site_id: 'S',
    charge_point_id: 'A',
    connector_id: 1,
    pile_id: 'A',
    user_id: userId,
    id_tag: 'tag1',
    start_key: 'k',
    verdict: 'accepted',
    meter_start_milli_wh: 1_000_000,
    last_register_milli_wh: 1_000_000,
    energy_milli_wh: 0,
    started_at: NOW - 5,
    started_reported_at: NOW - 5,
    started_received_at: NOW,
    asked_request_id: requestId,
    request_id: null,
    ended_at: null,
  })
})

t.test('the same start again has the same number and verdict and makes no second session', async t => {
  const { writer, one } = await store(t)
  const effect = start({ idTag: 'BLOCKED' })
  const first = await writer.submit('start', effect)
  const again = await writer.submit('start', { ...effect, receivedAt: NOW + MINUTE })
  t.match(again, {
    transactionId: first.transactionId,
    verdict: { status: 'blocked' },
    why: 'repeated',
    repeated: true,
    siteId: 'S',
    pileId: 'A',
  })
  t.match(first, { verdict: { status: 'blocked' }, why: 'tag-blocked', repeated: false })
  t.equal((await one('select count(*) from charging_sessions')).count, 1)
  t.not((await writer.submit('start', start())).transactionId, first.transactionId)
})

t.test('the same start at two nodes at once makes one session', async t => {
  const one = await store(t)
  const other = writerOf(t, one.database)
  for (let round = 0; round < 20; round++) {
    const effect = start({ chargePointId: round % 2 ? 'A' : 'B', idTag: `T${round}` })
    const results = await Promise.all([one.writer.submit('start', effect), other.submit('start', effect)])
    t.equal(results[0].transactionId, results[1].transactionId)
    t.strictSame(results.map(result => result.repeated).sort(), [false, true])
  }
})

t.test('two starts of one tag at once: the second is told so, in one group and at two nodes', async t => {
  const { writer, database, pool } = await store(t)
  const other = writerOf(t, database)
  for (let round = 0; round < 10; round++) {
    await pool.query('update charging_sessions set ended_at = now()')
    const second = round % 2 ? writer : other
    const results = await Promise.all([
      writer.submit('start', start()),
      second.submit('start', start({ chargePointId: 'B', idTag: 'Tag1' })),
    ])
    t.strictSame(results.map(result => result.verdict.status).sort(), ['accepted', 'concurrent-tx'])
  }
})

t.test('only accepted sessions on other connectors count against a tag', async t => {
  const { writer } = await store(t)
  t.equal((await writer.submit('start', start())).verdict.status, 'accepted')
  t.equal(
    (await writer.submit('start', start())).verdict.status,
    'accepted',
    'a second start on the same connector: the stop was lost',
  )
  t.equal((await writer.submit('start', start({ chargePointId: 'C' }))).verdict.status, 'concurrent-tx')
})

t.test('a tag that nobody has entered is noted, and may charge where the charge point says so', async t => {
  const { writer, one, pool } = await store(t)
  t.match(await writer.submit('start', start({ idTag: 'Stranger' })), {
    verdict: { status: 'invalid' },
    why: 'unknown-tag',
  })
  await pool.query("update charge_points set accept_unknown_tags = true where id = 'B'")
  const both = await Promise.all([
    writer.submit('start', start({ chargePointId: 'B', idTag: 'Stranger', receivedAt: NOW + MINUTE })),
    writer.submit('start', start({ chargePointId: 'A', idTag: 'Stranger', receivedAt: NOW + MINUTE })),
  ])
  t.strictSame(
    both.map(result => result.verdict.status),
    ['accepted', 'invalid'],
  )
  t.match(await one("select * from unknown_id_tags where tag = 'Stranger'"), {
    count: 3,
    first_seen_at: NOW,
    last_seen_at: NOW + MINUTE,
  })
})

t.test('a pile held for another driver blocks; for the same user, tag or family it does not', async t => {
  const { writer, pool } = await store(t)
  const { requestId, userId } = await called(pool, 'A', 'TAG2')
  await called(pool, 'A', 'TAG1', 2)
  t.match(await writer.submit('start', start()), {
    verdict: { status: 'blocked' },
    why: 'held-for-another',
    holderRequestId: requestId,
  })
  t.match(await writer.submit('start', start({ idTag: 'tag2' })), {
    verdict: { status: 'accepted' },
    holderRequestId: requestId,
  })
  await pool.query('update id_tags set user_id = $1 where tag = $2', [userId, 'TAG1'])
  t.equal((await writer.submit('start', start())).verdict.status, 'accepted')
  await pool.query("update id_tags set user_id = null, parent_tag = 'F' where tag in ('TAG1', 'TAG2')")
  t.equal((await writer.submit('start', start())).verdict.status, 'accepted')
})

t.test('a start uses up its reservation, by number or by tag and connector', async t => {
  const { writer, pool } = await store(t)
  await pool.query(
    `insert into reservations (id, charge_point_id, connector_id, id_tag, expires_at, status, created_at)
     select id, 'C', connector, tag, now(), status, now()
     from (values (101, 1, 'X', 'active'), (102, 1, 'tag1', 'active'), (103, 2, 'TAG1', 'active'), (104, 0, 'TAG1', 'active'), (105, 1, 'TAG1', 'cancelled')) r(id, connector, tag, status)`,
  )
  await writer.submit('start', start({ chargePointId: 'C', reservationId: 101 }))
  const { rows } = await pool.query('select id, status from reservations order by id')
  t.strictSame(
    rows.map(row => `${row.id} ${row.status}`),
    ['101 used', '102 used', '103 active', '104 used', '105 cancelled'],
  )
})

t.test("a charger's clock that cannot be right is kept beside the time of arrival", async t => {
  const { writer, one } = await store(t)
  for (const [at, startedAt] of [
    [0, NOW],
    [NOW + 9 * MINUTE, NOW + 9 * MINUTE],
    [NOW + 11 * MINUTE, NOW],
    [NOW - 300 * MINUTE, NOW - 300 * MINUTE],
    [null, NOW],
  ] as const) {
    const { transactionId } = await writer.submit('start', start({ at }))
    t.match(
      await one('select started_at, started_reported_at, started_received_at from charging_sessions where id = $1', [
        transactionId,
      ]),
      {
        started_at: startedAt,
        started_reported_at: at,
        started_received_at: NOW,
      },
    )
  }
})

t.test('a pile made after the start is found by its repetition', async t => {
  const { writer, pool, one } = await store(t)
  const effect = start({ connectorId: 5 })
  const first = await writer.submit('start', effect)
  t.equal(first.pileId, null)
  await pool.query(
    `insert into charging_piles (id, site_id, charge_point_id, connector_id, mode, power_w, queue_length, created_at) values ('A-5', 'S', 'A', 5, 'fast', 7000, 2, now())`,
  )
  t.match(await writer.submit('start', effect), { transactionId: first.transactionId, repeated: true, pileId: 'A-5' })
  t.equal((await one('select pile_id from charging_sessions')).pile_id, 'A-5')
})

t.test('a start from a charge point that was removed is set aside and still gets a number', async t => {
  const { writer, one } = await store(t)
  const [odd, fine] = await Promise.all([
    writer.submit('start', start({ chargePointId: 'gone' })),
    writer.submit('start', start()),
  ])
  t.match(odd, { quarantined: true, verdict: { status: 'blocked' }, siteId: null })
  t.ok(odd.transactionId > 0)
  t.not(odd.transactionId, fine.transactionId)
  t.match(fine, { verdict: { status: 'accepted' }, repeated: false })
  t.match(await one('select * from quarantined_effects'), {
    kind: 'start',
    charge_point_id: 'gone',
    effect: { idTag: 'TAG1' },
    error: /unknown charge point gone/,
  })
})
