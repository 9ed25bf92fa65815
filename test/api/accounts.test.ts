import t from 'tap'
import { api } from './support.ts'

t.test('a driver registers with a vehicle, gets a tag, signs in and sees the profile', async t => {
  const { app } = await api(t)
  const registered = await app.inject({
    method: 'POST',
    url: '/api/v1/auth/register',
    payload: { username: ' mei ', password: 'very secret', vehicle: { plate: '沪A12345', batteryCapacityWh: 60_000 } },
  })
  t.equal(registered.statusCode, 201, registered.body)
  const { user } = registered.json()
  t.match(user, { username: 'mei', role: 'driver', vehicles: [{ plate: '沪A12345', batteryCapacityWh: 60_000 }] })

  const login = await app.inject({
    method: 'POST',
    url: '/api/v1/auth/login',
    payload: { username: 'MEI', password: 'very secret' },
  })
  t.equal(login.statusCode, 200, login.body)
  t.match(login.json(), { expiresInSeconds: 900, user: { id: user.id } })

  const profile = await app.inject({
    url: '/api/v1/auth/profile',
    headers: { authorization: `Bearer ${login.json().token}` },
  })
  t.equal(profile.statusCode, 200, profile.body)
  t.match(profile.json(), { id: user.id, createdAt: '2026-11-22T08:00:00.000Z', idTags: [/^[0-9A-F]{16}$/] })
})
