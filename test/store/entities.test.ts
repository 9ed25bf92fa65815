import t from 'tap'
import { ChargePoint } from '../../central/store/entities/charge-point.ts'
import { MeterValue } from '../../central/store/entities/meter-value.ts'
import { ChargingPile, PileEvent } from '../../central/store/entities/pile.ts'
import { Site } from '../../central/store/entities/site.ts'
import { User, Vehicle } from '../../central/store/entities/user.ts'
import { newId } from '../../protocol/ids.ts'
import { testDatabase } from '../support/database.ts'

const now = Date.UTC(2026, 10, 22, 12, 0, 0, 5)

t.test('one flush stores rows that refer to each other, whatever their order', async t => {
  const { database } = await testDatabase(t)
  const em = database.orm.em.fork()
  const [userId, vehicleId] = [newId(), newId()]
  em.create(Vehicle, { id: vehicleId, userId, plate: '沪A12345', batteryCapacityWh: 60_000, createdAt: now })
  em.create(PileEvent, { pileId: 'F1', at: now, state: 'available', errorCode: 'NoError', cause: 'status' })
  em.create(ChargingPile, {
    id: 'F1',
    siteId: 'S',
    chargePointId: 'F1',
    connectorId: 1,
    mode: 'fast',
    powerW: 7000,
    queueLength: 2,
    createdAt: now,
  })
  em.create(ChargePoint, { id: 'F1', siteId: 'S', createdAt: now, passwordDigest: Buffer.from([1, 2, 255]) })
  em.create(Site, {
    id: 'S',
    name: 'Site',
    timeZone: 'Asia/Shanghai',
    currency: 'CNY',
    waitingCapacity: 6,
    policy: { pileChoice: 'any' },
  })
  em.create(User, { id: userId, username: 'Ada', passwordHash: 'x', role: 'driver', createdAt: now })
  await em.flush()

  const again = database.orm.em.fork()
  const vehicle = await again.findOneOrFail(Vehicle, { userId })
  t.equal(vehicle.createdAt, now)
  t.equal(vehicle.userId, userId)
  const point = await again.findOneOrFail(ChargePoint, 'F1')
  t.strictSame([...(point.passwordDigest ?? [])], [1, 2, 255])
  t.equal(point.lastSeenAt, null)
  const site = await again.findOneOrFail(Site, 'S')
  t.strictSame(site.policy, { pileChoice: 'any' })
  t.equal((await again.findOneOrFail(PileEvent, { pileId: 'F1' })).id, 1)

  vehicle.createdAt = now + 1
  point.lastSeenAt = now
  await again.flush()
  t.equal((await database.orm.em.fork().findOneOrFail(Vehicle, { createdAt: { $gt: now } })).id, vehicleId)
  t.equal(await database.orm.em.fork().count(ChargePoint, { lastSeenAt: now }), 1)
})

t.test('an unchanged row is not written', async t => {
  const { database } = await testDatabase(t)
  const em = database.orm.em.fork()
  em.create(Site, { id: 'S', name: 'Site', timeZone: 'Asia/Shanghai', currency: 'CNY', waitingCapacity: 6, policy: {} })
  await em.flush()
  const fresh = database.orm.em.fork()
  const site = await fresh.findOneOrFail(Site, 'S')
  site.name = 'Site'
  fresh.getUnitOfWork().computeChangeSets()
  t.equal(fresh.getUnitOfWork().getChangeSets().length, 0)
})

t.test('arrays and samples of a reading come back as numbers and objects', async t => {
  const { database } = await testDatabase(t)
  await database.pool.query(
    `insert into meter_values (charge_point_id, connector_id, received_at, voltage_v, soc_percent, register_milli_wh, samples)
     values ('F1', 1, now(), '{230.5,NULL,231}', 51.5, 123456789012, '[{"value":"1"}]')`,
  )
  const [row] = await database.orm.em.fork().find(MeterValue, { chargePointId: 'F1' })
  t.match(row, { registerMilliWh: 123456789012, socPercent: 51.5, samples: [{ value: '1' }] })
  t.equal(row?.voltageV?.[0], 230.5)
})
