import t from 'tap'
import { startProduct } from '../support/product.ts'
import { createSite, yesterday } from '../support/site.ts'

t.test('a task that is refused leaves the HTTP pile free, and is given when the reason is gone', async t => {
  await using product = await startProduct(t)
  const site = createSite(product)
  const ada = await product.driver('ada')
  const simulator = await product.user('simulator')
  const say = (route: string, body: object) =>
    product.api('POST', `/simulator/${route}`, { pileId: 'T1', ...body }, simulator)
  await product.api('POST', '/simulator/heartbeat', { pileIds: ['T1'] }, simulator)
  await site.pileBecomes('T1', 'available')
  t.match(await site.ask(ada, 'trickle', 2000), { body: { number: 'T1', status: 'called', pileId: 'T1' } })
  const tagIs = (status: string) => product.api('PUT', `/id-tags/${ada.tag}`, { userId: ada.id, status })
  const task = { number: 'T1', energyWh: 2000 }

  t.match(await tagIs('Blocked'), { status: 200 })
  for (const time of ['once', 'twice']) {
    t.match(await say('assign-charging', task), { status: 409, body: { code: 'not-called' } }, time)
    t.match(await site.pile('T1'), { detail: 'reserved', session: null }, 'still held for its driver')
  }
  t.match(await tagIs('Accepted'), { status: 200 })
  const taken = await say('assign-charging', task)
  t.match(taken, { status: 200 })
  const { sessionId } = taken.body
  const [startedAt, endedAt] = [yesterday(8), yesterday(9)].map(at => new Date(at).toISOString())
  const done = await say('charging-complete', { sessionId, energyWh: 2000, startedAt, endedAt })
  t.match(done.body.bill, { energyWh: 2000, details: [{ sessionId, energyWh: 2000 }] })
  t.equal((await site.bills()).length, 1)
})
