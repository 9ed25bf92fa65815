import t from 'tap'
import { emptyDatabase } from '../support/database.ts'
import { dataFolder, startProcess } from '../support/process.ts'
import { createProxy } from './proxy.ts'
import { env, survive } from './survive.ts'

t.test('the way to the database carries nothing for ten seconds', async t => {
  const proxy = await createProxy(t, await emptyDatabase(t))
  const product = await startProcess(t, { dataDir: await dataFolder(t), env: { ...env, DATABASE_URL: proxy.url } })
  await survive(t, product, { take: proxy.hang, giveBack: proxy.mend, isSeen: true })
  t.equal((await product.end('SIGTERM')).code, 0)
})
