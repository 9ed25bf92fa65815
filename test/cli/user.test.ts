import t from 'tap'
import { emptyDatabase } from '../support/database.ts'
import { ADMIN_PASSWORD, dataFolder, runToEnd, startProcess } from '../support/process.ts'

t.test('a lost password: the command line gives the account a new one, and the old one is out', async t => {
  const dataDir = await dataFolder(t)
  const env = { DATABASE_URL: await emptyDatabase(t) }
  const product = await startProcess(t, { dataDir, env })
  const { code, stdout } = await runToEnd(t, { args: ['user', 'Admin'], env: { ...env, DATA_DIR: dataDir } })
  t.equal(code, 0)
  const password = /^User "Admin" has the password (\S+)$/m.exec(stdout)?.[1]
  t.ok(password, stdout)
  const login = async (given: string) =>
    (await product.ask('POST', '/auth/login', { username: 'admin', password: given })).status
  t.equal(await login(password ?? ''), 200)
  t.equal(await login(ADMIN_PASSWORD), 401)
})

t.test('an account that does not exist is told in a line, exit code 1', async t => {
  const env = { DATABASE_URL: await emptyDatabase(t), DATA_DIR: await dataFolder(t) }
  const { code, stderr } = await runToEnd(t, { args: ['user', 'nobody'], env })
  t.equal(code, 1)
  t.match(stderr, 'There is no user nobody.')
})
