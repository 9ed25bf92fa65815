import t from 'tap'
import { emptyDatabase } from '../support/database.ts'
import { dataFolder, startProcess } from '../support/process.ts'

t.test('two processes that start at once on one empty database migrate it once and make one site', async t => {
  const DATABASE_URL = await emptyDatabase(t)
  // one secret for both, as docs tell who runs several
  const env = { DATABASE_URL, JWT_SECRET: 'one-secret-that-both-processes-know' }
  const folders = [await dataFolder(t), await dataFolder(t)]
  const both = await Promise.all(folders.map(dataDir => startProcess(t, { dataDir, env })))

  const migrated = both.filter(({ stderr }) => stderr().includes('"database migrated"'))
  t.equal(migrated.length, 1, 'one of them has migrated')
  for (const product of both) {
    const { items: sites } = await product.api('GET', '/sites')
    t.same(
      sites.map((site: { id: string }) => site.id),
      ['default'],
    )
    const { items: piles } = await product.api('GET', '/charging-piles')
    t.same(piles.map((pile: { id: string }) => pile.id).sort(), ['F1', 'F2', 'T1', 'T2', 'T3'])
    const { items: tariffs } = await product.api('GET', '/tariffs')
    t.equal(tariffs.length, 1)
    const { items: users } = await product.api('GET', '/users')
    t.same(
      users.map((user: { username: string }) => user.username),
      ['admin'],
    )
  }
  const [one, other] = both
  const { token } = await one!.driver('ada')
  t.equal((await other!.ask('GET', '/auth/profile', undefined, token)).body.username, 'ada', 'they are one product')
  for (const product of both) t.equal((await product.end('SIGTERM')).code, 0)
})
