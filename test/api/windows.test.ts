import t from 'tap'
import { api } from './support.ts'

/** Lists whose rows this test makes: what is put in, and the column of its time. */
const LISTS: [list: string, insert: string][] = [
  [
    'users',
    "insert into users (id, username, password_hash, role, created_at) values (gen_random_uuid(), $2, '', 'driver', $1)",
  ],
  [
    'sites',
    "insert into sites (id, name, time_zone, currency, waiting_capacity, created_at) values ($2, '', 'UTC', 'CNY', 1, $1)",
  ],
  ['tariffs', 'insert into tariffs (id, name, created_at) values (gen_random_uuid(), $2, $1)'],
  ['charge-points', "insert into charge_points (id, site_id, created_at) values ($2, 'default', $1)"],
  [
    'charge-points/unknown',
    "insert into unknown_charge_points (identity, reason, address, first_seen_at, last_seen_at) values ($2, '', '', $1, $1)",
  ],
  ['id-tags', "insert into id_tags (tag, status, created_at) values ($2, 'Accepted', $1)"],
  [
    'id-tags/unknown',
    "insert into unknown_id_tags (tag, charge_point_id, first_seen_at, last_seen_at) values ($2, 'CP', $1, $1)",
  ],
  [
    'ocpp/reservations',
    `insert into reservations (id, charge_point_id, connector_id, id_tag, expires_at, status, created_at)
     select extract(minute from $1::timestamptz), id, 1, $2, $1, 'used', $1 from charge_points where id = 'A'`,
  ],
  ['audit', "insert into audit (real_at, actor, action, subject, details) values ($1, $2, '', '', '{}')"],
]

t.test('every list takes a window, its beginning included and its end not', async t => {
  const { app, database, user } = await api(t)
  const { headers } = await user('admin')
  const at = (minute: number) => `2020-01-01T00:0${minute}:00.000Z`
  for (const [list, insert] of LISTS) {
    for (const [minute, name] of ['A', 'B', 'C'].entries()) await database.pool.query(insert, [at(minute + 1), name])
    const count = async (query: string) =>
      (await app.inject({ url: `/api/v1/${list}?${query}`, headers })).json().items.length
    t.equal(await count(`from=${at(1)}&to=${at(3)}`), 2, list)
    t.equal(await count(`from=${at(2)}&to=${at(4)}`), 2, list)
    t.equal(await count(`to=${at(1)}`), 0, list)
    t.equal((await app.inject({ url: `/api/v1/${list}?from=yesterday`, headers })).statusCode, 400, list)
  }
})
