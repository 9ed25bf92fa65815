import t from 'tap'
import { asPile, build, closed } from './helper.ts'

const topic = 'ev/v1/pile/p1/up/meter'
const reading = (energyWh: number): string => JSON.stringify({ energy_wh: energyWh })

t.test('a message of QoS 1 or 2 is acknowledged only when central has kept it', async t => {
  for (const qos of [1, 2] as const) {
    const { desk, connect } = await build(t)
    const { promise: entered, resolve: enter } = Promise.withResolvers<void>()
    const { promise: committed, resolve: commit } = Promise.withResolvers<void>()
    desk.before = ({ report }) => {
      if (report.type !== 'meter-sampled') return
      enter()
      return committed
    }
    const pile = await connect(asPile('p1'))
    let acknowledged = false
    pile.on('packetreceive', packet => {
      if (packet.cmd === 'puback' || packet.cmd === 'pubrec') acknowledged = true
    })
    const published = pile.publishAsync(topic, reading(1), { qos })
    await entered
    // A PINGREQ behind the message is answered while the message still waits.
    const ponged = new Promise<void>(resolve =>
      pile.on('packetreceive', packet => packet.cmd === 'pingresp' && resolve()),
    )
    pile.sendPing()
    await ponged
    t.notOk(acknowledged, `QoS ${qos}: not before the commit`)
    commit()
    await published
    t.ok(acknowledged, `QoS ${qos}: after the commit`)
  }
})

t.test('a message that could not be kept is not acknowledged; the pile is disconnected and sends it again', async t => {
  const { desk, gateway, connect } = await build(t)
  let away = true
  desk.before = ({ report }) => {
    if (away && report.type === 'meter-sampled') throw new Error('database away')
  }
  const pile = await connect(asPile('p1', { clientId: 'p1', clean: false, reconnectPeriod: 1 }))
  const acknowledged: number[] = []
  pile.on('packetreceive', packet => packet.cmd === 'puback' && acknowledged.push(packet.messageId!))
  const lost = closed(pile).then(() => {
    t.same(acknowledged, [])
    t.equal(desk.envelopes.filter(one => one.report.type === 'meter-sampled').length, 0)
    away = false
  })
  await pile.publishAsync(topic, reading(1), { qos: 1 })
  await lost
  t.equal(acknowledged.length, 1)
  t.equal(desk.envelopes.filter(one => one.report.type === 'meter-sampled').length, 1)
  t.equal(gateway.stats().failed, 1)
})

t.test('after a message that was not kept, later ones of the connection wait for its return: order holds', async t => {
  const { desk, connect } = await build(t)
  let refusals = 1
  desk.before = ({ report }) => {
    if (report.type === 'meter-sampled' && refusals-- > 0) throw new Error('database away')
  }
  const pile = await connect(asPile('p1', { clientId: 'p1', clean: false, reconnectPeriod: 1 }))
  await Promise.all([1, 2, 3, 4].map(energyWh => pile.publishAsync(topic, reading(energyWh), { qos: 1 })))
  t.same(
    desk.envelopes.flatMap(({ report }) => (report.type === 'meter-sampled' ? report.readings : [])),
    [1000, 2000, 3000, 4000].map(registerMilliWh => ({ registerMilliWh })),
  )
})

t.test('a link-up that could not be kept is told before the next message', async t => {
  const { desk, connect } = await build(t)
  let refusals = 1
  desk.before = () => {
    if (refusals-- > 0) throw new Error('database away')
  }
  const pile = await connect(asPile('p1'))
  await pile.publishAsync(topic, reading(1), { qos: 1 })
  t.same(
    desk.envelopes.map(one => one.report.type),
    ['link-up', 'meter-sampled'],
  )
})

t.test('a message of QoS 0 that could not be kept costs no connection', async t => {
  const { desk, connect, gateway } = await build(t)
  desk.before = ({ report }) => {
    if (report.type === 'meter-sampled') throw new Error('database away')
  }
  const pile = await connect(asPile('p1'))
  pile.publish(topic, reading(1), { qos: 0 })
  await pile.publishAsync('ev/v1/pile/p1/up/status', JSON.stringify({ status: 'Available' }), { qos: 1 })
  t.ok(pile.connected)
  t.equal(gateway.stats().failed, 1)
})

t.test('reports of one pile run one at a time, those of others do not wait for them', async t => {
  const { desk, connect } = await build(t)
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  const running = new Set<string>()
  let together = 0
  desk.before = async ({ chargePointId, report }) => {
    if (report.type !== 'meter-sampled') return
    if (running.has(chargePointId)) together++
    running.add(chargePointId)
    if (chargePointId === 'p1') await held
    else await Promise.resolve()
    running.delete(chargePointId)
  }
  const [slow, quick] = [await connect(asPile('p1')), await connect(asPile('p2'))]
  const late = Promise.all([1, 2, 3].map(energyWh => slow.publishAsync(topic, reading(energyWh), { qos: 1 })))
  await Promise.all([1, 2, 3].map(n => quick.publishAsync('ev/v1/pile/p2/up/meter', reading(n), { qos: 1 })))
  t.ok(desk.envelopes.every(one => one.chargePointId === 'p2' || one.report.type === 'link-up'))
  release()
  await late
  t.equal(together, 0)
})
