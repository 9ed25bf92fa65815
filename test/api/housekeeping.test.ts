import t from 'tap'
import { forgetOld } from '../../central/api/housekeeping.ts'
import { createAccounts } from '../../central/use-cases/accounts/index.ts'
import { api } from './support.ts'

t.test('keys of yesterday and tokens long expired are forgotten, others stay', async t => {
  const { database, clock, user } = await api(t)
  const mei = await user('driver')
  await user('driver')
  const key = (name: string, age: string) =>
    database.pool.query(
      `insert into idempotency_keys (user_id, key, route, body_digest, created_at) values ($1, $2, 'x', '', now() - $3::interval)`,
      [mei.id, name, age],
    )
  await key('old', '25 hours')
  await key('young', '23 hours')
  await database.pool.query(`update refresh_tokens set expires_at = now() - interval '8 days' where user_id = $1`, [
    mei.id,
  ])
  await forgetOld({ database, accounts: createAccounts({ database, clock }) })
  const { rows } = await database.pool.query(
    `select (select string_agg(key, ' ') from idempotency_keys) as keys, (select count(*) from refresh_tokens) as tokens`,
  )
  t.same(rows, [{ keys: 'young', tokens: 1 }])
})
