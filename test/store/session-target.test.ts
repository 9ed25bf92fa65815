import t from 'tap'
import { createSiteWrites } from '../../central/store/site/writes.ts'
import { called, MINUTE, NOW, start, store } from './fixture.ts'

t.test('setting a target tells what was delivered by then: a reading before it has not seen the target', async t => {
  const { pool, writer } = await store(t)
  const { requestId, userId } = await called(pool, 'A', 'TAG1')
  const { transactionId } = await writer.submit('start', start({ registerMilliWh: 0 }))
  const sample = (registerMilliWh: number) =>
    writer.submit('readings', {
      chargePointId: 'A',
      connectorId: 1,
      transactionId,
      receivedAt: NOW + MINUTE,
      readings: [{ at: NOW + registerMilliWh, registerMilliWh }],
    })
  const client = await pool.connect()
  t.teardown(async () => client.release())
  const writes = createSiteWrites(client, 'S')
  t.match(await sample(4000), { targetReached: false })
  const join = () =>
    writes.joinSession(transactionId, { requestId, userId, targetMilliWh: 4000, tariffVersionId: null, calledAt: null })
  t.equal(await join(), 4000)
  t.equal(await join(), undefined, 'joined once')
  t.match(await sample(5000), { targetReached: true })
  t.equal(await writes.sessionTarget(transactionId, 6000), 5000)
  t.match(await sample(5500), { targetReached: false })
  await writer.submit('stop', {
    chargePointId: 'A',
    transactionId,
    receivedAt: NOW + MINUTE,
    reason: 'Local',
    readings: [],
  })
  t.equal(await writes.sessionTarget(transactionId, 1), undefined, 'an ended session has no target')
})
