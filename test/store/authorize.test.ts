import t from 'tap'
import { authorizeFacts } from '../../central/store/statements/authorize.ts'
import { called, NOW, start, store } from './fixture.ts'

t.test('the facts of an authorisation: tag, policy, other sessions, who each pile is held for', async t => {
  const { pool, writer } = await store(t)
  await pool.query("update id_tags set expires_at = $1, parent_tag = 'FAMILY', max_sessions = 2 where tag = 'TAG1'", [
    new Date(NOW),
  ])
  await pool.query("update charge_points set accept_unknown_tags = true where id = 'C'")
  const { requestId, userId } = await called(pool, 'C-2', 'TAG1')
  await writer.submit('start', start({ idTag: 'TAG2' }))
  await writer.submit('start', start({ chargePointId: 'C', idTag: 'tag2' }))
  t.strictSame(await authorizeFacts(pool, 'C', 'tag1'), {
    siteId: 'S',
    acceptUnknownTags: true,
    tag: { status: 'Accepted', parentTag: 'FAMILY', maxSessions: 2, expiresAt: NOW },
    userId: null,
    openSessionsElsewhere: 0,
    piles: [
      { pileId: 'C-1', connectorId: 1, holder: null },
      { pileId: 'C-2', connectorId: 2, holder: { requestId, idTag: 'TAG1', userId, parentTag: 'FAMILY' } },
    ],
  })
  t.match(await authorizeFacts(pool, 'B', 'tag2'), {
    acceptUnknownTags: false,
    openSessionsElsewhere: 1,
    tag: { status: 'Accepted' },
  })
  t.equal((await authorizeFacts(pool, 'A', 'stranger'))?.tag, null)
  t.equal(await authorizeFacts(pool, 'gone', 'TAG1'), null)
})
