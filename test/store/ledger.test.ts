import t, { type Test } from 'tap'
import { verifyChain } from '../../central/store/ledger/verify.ts'
import { createSiteWrites } from '../../central/store/site/writes.ts'
import { newId } from '../../protocol/ids.ts'
import { called, MINUTE, NOW, start, store } from './fixture.ts'

/** Three requests, each with a session, a detail and a bill; a correction of the last. */
async function chained(t: Test) {
  const { pool, writer } = await store(t)
  const client = await pool.connect()
  t.teardown(async () => client.release())
  const writes = createSiteWrites(client, 'S')
  const bills: { billId: string; sessionId: number; detailId: string }[] = []
  for (const tag of ['TAG1', 'TAG2', 'TAG3']) {
    const { requestId, userId } = await called(pool, tag === 'TAG1' ? 'A' : tag === 'TAG2' ? 'B' : 'C-1', tag)
    const chargePointId = tag === 'TAG1' ? 'A' : tag === 'TAG2' ? 'B' : 'C'
    const { transactionId: sessionId } = await writer.submit('start', start({ chargePointId, idTag: tag }))
    await writes.joinSession(sessionId, {
      requestId,
      userId,
      targetMilliWh: null,
      tariffVersionId: null,
      calledAt: null,
    })
    await writer.submit('stop', {
      chargePointId,
      transactionId: sessionId,
      registerMilliWh: 5_000_000,
      at: NOW + 10 * MINUTE,
      receivedAt: NOW + 10 * MINUTE,
      reason: 'Local',
      readings: [],
    })
    const now = NOW + 11 * MINUTE
    const detail = {
      id: newId(),
      requestId,
      sessionId,
      siteId: 'S',
      pileId: null,
      userId,
      currency: 'CNY',
      energyMilliWh: 5_000_000,
      chargingSeconds: 600,
      parkingSeconds: 0,
      startedAt: NOW,
      endedAt: NOW + 10 * MINUTE,
      windows: [],
      lines: [],
      energyFeeMinor: 500,
      serviceFeeMinor: 400,
      otherFeeMinor: 0,
      vatMinor: 0,
      totalMinor: 900,
      tariffVersionId: null,
      stopReason: 'full',
      createdAt: now,
    }
    await writes.addDetail(detail)
    await writes.settle(sessionId, now, 5_000_000, null)
    const billId = newId()
    t.ok(await writes.addBill({ id: billId, requestId, siteId: 'S', userId, currency: 'CNY', createdAt: now }))
    bills.push({ billId, sessionId, detailId: detail.id })
    if (tag === 'TAG3')
      await writes.addCorrection({
        ...detail,
        id: newId(),
        billId,
        correctsId: detail.id,
        origin: 'given',
        note: 'a credit',
        energyMilliWh: 0,
        energyFeeMinor: -500,
        serviceFeeMinor: 0,
        totalMinor: -500,
      })
  }
  return { client, bills, verify: () => verifyChain(client, 'S') }
}

t.test(
  'what was written by right holds: sessions, bills and corrections are links in the order of writing',
  async t => {
    const { client, verify } = await chained(t)
    t.match(await verify(), { links: 7, breach: null, head: /^[0-9a-f]{64}$/ })
    t.same(
      (await client.query('select kind from ledger_entries order by seq')).rows.map(({ kind }) => kind),
      ['session', 'bill', 'session', 'bill', 'session', 'bill', 'correction'],
    )
    await client.query(`update bills set state = 'paid', user_id = null`)
    t.match(await verify(), { links: 7, breach: null }, 'payment and the end of an account are no change of a bill')
  },
)

const breaks: [string, string, object][] = [
  [
    'a figure of a bill',
    'update bills set total_minor = 1 where number = (select max(number) from bills)',
    { seq: 6, kind: 'bill', what: 'changed' },
  ],
  [
    'a figure of a detail',
    `update billing_details set energy_milli_wh = 1 where kind = 'charge' and session_id = (select min(session_id) from billing_details)`,
    { seq: 2, kind: 'bill', what: 'changed' },
  ],
  [
    'a register of a session',
    'update charging_sessions set meter_stop_milli_wh = 4000000 where id = (select max(id) from charging_sessions)',
    { seq: 5, kind: 'session', what: 'changed' },
  ],
  [
    'a correction that is gone',
    `delete from billing_details where kind = 'correction'`,
    { seq: 7, kind: 'correction', what: 'missing' },
  ],
  ['a link that is gone', 'delete from ledger_entries where seq = 3', { seq: 4, what: 'gap' }],
  [
    'a digest made to fit',
    `update ledger_entries set digest = repeat('0', 64) where seq = 4`,
    { seq: 4, what: 'relinked' },
  ],
  [
    'a hash made to fit',
    `update ledger_entries set hash = repeat('0', 64) where seq = 4`,
    { seq: 4, what: 'relinked' },
  ],
  [
    'the last link gone',
    'delete from ledger_entries where seq = 7',
    { seq: null, kind: 'correction', what: 'unlisted' },
  ],
]
t.test('the first broken link is named', async t => {
  const { client, verify } = await chained(t)
  for (const [name, sql, expected] of breaks) {
    await client.query('begin')
    t.ok((await client.query(sql)).rowCount, `${name}: something was changed`)
    t.match((await verify()).breach, expected, name)
    await client.query('rollback')
  }
  t.match(await verify(), { breach: null })
})

t.test('a session made final again has a new link, and the last one counts', async t => {
  const { client, bills, verify } = await chained(t)
  const writes = createSiteWrites(client, 'S')
  const { sessionId } = bills[0]!
  await client.query('update charging_sessions set settled_at = null, meter_stop_milli_wh = 5100000 where id = $1', [
    sessionId,
  ])
  await writes.settle(sessionId, NOW + 20 * MINUTE, 5_100_000, null)
  t.match(await verify(), { links: 8, breach: null })
})
