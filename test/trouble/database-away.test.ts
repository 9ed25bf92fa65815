import t from 'tap'
import { emptyDatabase } from '../support/database.ts'
import { databaseOf, dataFolder, startProcess } from '../support/process.ts'
import { createProxy } from './proxy.ts'
import { env, survive } from './survive.ts'

t.test('the way to the database is cut for ten seconds', async t => {
  const proxy = await createProxy(t, await emptyDatabase(t))
  const product = await startProcess(t, { dataDir: await dataFolder(t), env: { ...env, DATABASE_URL: proxy.url } })
  await survive(t, product, { take: proxy.cut, giveBack: proxy.mend, isSeen: true })
  t.equal((await product.end('SIGTERM')).code, 0)
})

t.test('the embedded database is killed: it is started again', async t => {
  const dataDir = await dataFolder(t)
  const product = await startProcess(t, { dataDir, env })
  const before = await databaseOf(dataDir)
  await survive(t, product, {
    take: () => void process.kill(before!.pid, 'SIGKILL'),
    giveBack: () => {},
    isSeen: false,
  })
  const after = await databaseOf(dataDir)
  t.not(after?.pid, before?.pid)
  t.equal(after?.port, before?.port)
  t.equal((await product.end('SIGTERM')).code, 0)
})
