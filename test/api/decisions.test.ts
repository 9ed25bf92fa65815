import t from 'tap'
import { request } from './rows.ts'
import { api, NOW, pile } from './support.ts'

t.test('decisions are told in words: to the driver their own, to operators with what was compared', async t => {
  const { app, user, database } = await api(t)
  const driver = await user('driver')
  const operator = await user('operator')
  const id = await request(database, { userId: driver.id, number: 12 })
  const other = await request(database, { userId: null, number: 13 })
  const candidates = [
    { pileId: 'F1', completionSeconds: 1920, full: false },
    { pileId: 'T1', completionSeconds: 1200, full: false },
  ]
  await pile(database, 'F1')
  await pile(database, 'T1')
  const add = (requestId: string, minute: number, more: unknown[]) =>
    database.pool.query(
      `insert into dispatch_decisions (site_id, request_id, at, pile_id, rule, cause, from_place, from_pile_id, to_place, candidates)
       values ('default', $1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [requestId, new Date(NOW + minute * 60_000), ...more],
    )
  await add(id, 0, ['T1', 'least-completion', 'call', 'waiting', null, 'pile', JSON.stringify(candidates)])
  await add(other, 1, ['F1', 'only-candidate', 'call', 'waiting', null, 'pile', '[]'])
  await add(id, 2, [null, 'breakdown', 'breakdown', 'pile', 'T1', 'fault-queue', '[]'])

  const get = async (url: string, headers: Record<string, string>) =>
    (await app.inject({ url: `/api/v1${url}`, headers })).json()
  const own = await get(`/charging/request/${id}/decisions`, driver.headers)
  t.match(own, {
    items: [
      {
        cause: 'breakdown',
        rule: null,
        from: { place: 'pile', pileId: 'T1' },
        to: { place: 'fault-queue', pileId: null },
      },
      {
        requestId: id,
        number: 'F12',
        cause: 'call',
        rule: 'least-completion',
        at: '2026-11-22T08:00:00.000Z',
        reason: 'F12 goes to T1: done there at 16:20, 12 minutes earlier than at F1.',
      },
    ],
    next: null,
  })
  t.same(
    own.items.map((item: object) => Object.keys(item).filter(name => /candidates|explanation|together/.test(name))),
    [[], []],
  )
  const chinese = await get(`/charging/request/${id}/decisions?limit=1`, {
    ...driver.headers,
    'accept-language': 'zh-CN',
  })
  t.match(chinese, { items: [{ reason: 'T1 暂停服务：F12 排号保留，优先安排下一个空位。' }], next: /./ })

  const all = await get('/sites/default/decisions', operator.headers)
  t.same(
    all.items.map(({ number }: { number: string }) => number),
    ['F12', 'F13', 'F12'],
  )
  t.match(all.items[2], {
    explanation: /rule: least completion time.*F1 at 16:32 \(32 min\); T1 at 16:20 \(20 min, chosen\)/,
    candidates: [{ pileId: 'F1', full: false, closes: false, doneAt: '2026-11-22T08:32:00.000Z' }, { pileId: 'T1' }],
  })
  const window = '?from=2026-11-22T08:01:00Z&to=2026-11-22T08:02:00Z'
  t.match((await get(`/sites/default/decisions${window}`, operator.headers)).items, [{ number: 'F13' }])
  t.equal((await get('/sites/nowhere/decisions', operator.headers)).status, 404)
})
