import { createRequire } from 'node:module'
import t from 'tap'
import { scaledClock } from '../../protocol/clock.ts'
import { createChargePoint } from '../../simulator/ocpp/charge-point.ts'
import { createRandom } from '../../simulator/random.ts'
import { createVirtualTime } from '../../simulator/time.ts'
import { build, isStatus, SPEED, visitor } from './booted-charge-point.ts'
import { startCentralSystem } from './central-system.ts'

const validators = createRequire(import.meta.url)('ocpp-rpc/lib/standard-validators') as {
  subprotocol: string
  validate(id: string, payload: unknown): void
}[]
const official = validators.find(validator => validator.subprotocol === 'ocpp1.6')!

t.test('a charge point boots, says its states, and every message fits the official schema', async t => {
  const { central, pile } = await build(t)
  t.same(central.actions().slice(0, 3), ['BootNotification', 'StatusNotification', 'StatusNotification'])
  t.ok(await pile.presentCard('CARD'))
  pile.plug(visitor())
  await central.seen('MeterValues')
  pile.unplug('ann')
  await central.seen('StopTransaction')
  await central.seen('StatusNotification', isStatus('Charging'))
  for (const { action, payload } of central.calls)
    t.doesNotThrow(() => official.validate(`urn:${action}.req`, payload), action)
})

t.test(
  'a card charges in order: authorise, start, readings, stop, with whole registers and its own numbers',
  async t => {
    const { central, pile } = await build(t)
    await pile.presentCard('CARD')
    pile.plug(visitor())
    await central.seen('MeterValues')
    t.ok(await pile.presentCard('CARD'))
    const stop = await central.seen('StopTransaction')
    const order = central
      .actions()
      .filter(action => ['Authorize', 'StartTransaction', 'StopTransaction'].includes(action))
    t.same(order, ['Authorize', 'StartTransaction', 'StopTransaction'])
    const start = await central.seen('StartTransaction')
    t.match(stop.payload, { transactionId: 101, idTag: 'CARD', reason: 'Local' })
    t.ok(Number.isInteger(start.payload.meterStart) && Number.isInteger(stop.payload.meterStop))
    const [session] = pile.sessions
    t.equal(stop.payload.meterStop - start.payload.meterStart, (session!.endMilliWh! - session!.startMilliWh) / 1000)
    const readings = central.calls.filter(call => call.action === 'MeterValues')
    const registers = readings.map(({ payload }) =>
      Number(payload.meterValue[0].sampledValue.find((value: { unit: string }) => value.unit === 'Wh').value),
    )
    t.ok(
      [start.payload.meterStart, ...registers, stop.payload.meterStop].every(
        (wh, i, all) => i === 0 || wh >= all[i - 1],
      ),
    )
    t.ok(readings.every(({ payload }) => payload.transactionId === 101))
    t.same(
      readings[0]!.payload.meterValue[0].sampledValue.map((value: { measurand: string }) => value.measurand),
      ['Energy.Active.Import.Register', 'Power.Active.Import', 'Current.Import', 'Voltage', 'SoC'],
    )
  },
)

t.test('a remote start and stop are accepted first and then happen', async t => {
  const { central, pile } = await build(t)
  pile.plug(visitor())
  await central.seen('StatusNotification', isStatus('Preparing'))
  t.same((await central.call('RemoteStartTransaction', { connectorId: 1, idTag: 'TAG' }))[2], { status: 'Accepted' })
  const start = await central.seen('StartTransaction')
  t.equal(start.payload.idTag, 'TAG')
  t.same((await central.call('RemoteStartTransaction', { connectorId: 1, idTag: 'TAG' }))[2], { status: 'Rejected' })
  await central.seen('StatusNotification', isStatus('Charging'))
  t.same((await central.call('RemoteStopTransaction', { transactionId: 999 }))[2], { status: 'Rejected' })
  t.same((await central.call('RemoteStopTransaction', { transactionId: 101 }))[2], { status: 'Accepted' })
  t.match((await central.seen('StopTransaction')).payload, { transactionId: 101, reason: 'Remote' })
  await central.seen('StatusNotification', isStatus('Finishing'))
})

t.test('an unanswered start is sent again, the same to the letter, before what came after it', async t => {
  const { central, pile } = await build(t, {
    StartTransaction: (_, nth) => (nth === 1 ? 'no-answer' : { transactionId: 7, idTagInfo: { status: 'Accepted' } }),
  })
  pile.plug(visitor())
  await central.call('RemoteStartTransaction', { connectorId: 1, idTag: 'TAG' })
  await central.seen('StartTransaction')
  pile.unplug('ann')
  t.equal(pile.pending() >= 2, true)
  central.cut()
  const stop = await central.seen('StopTransaction')
  t.equal(central.links(), 2)
  t.equal(stop.payload.transactionId, 7)
  const starts = central.calls.filter(call => call.action === 'StartTransaction')
  t.equal(starts.length, 2)
  t.same(starts[0]!.payload, starts[1]!.payload)
  t.not(starts[0]!.id, starts[1]!.id)
  t.equal(central.actions().filter(action => action === 'BootNotification').length, 1, 'a lost link is no reboot')
})

t.test('an unanswered start is sent again after its time-out on the same link', async t => {
  const { central, pile } = await build(
    t,
    {
      StartTransaction: (_, nth) => (nth === 1 ? 'no-answer' : { transactionId: 7, idTagInfo: { status: 'Accepted' } }),
    },
    { callTimeoutMs: 50 },
  )
  await pile.presentCard('CARD')
  pile.plug(visitor())
  const reading = await central.seen('MeterValues')
  t.equal(reading.payload.transactionId, 7)
  t.equal(central.links(), 1)
})

t.test('a session survives a lost link; what happened meanwhile is told afterwards in order', async t => {
  const { central, pile, time } = await build(t)
  await pile.presentCard('CARD')
  pile.plug(visitor())
  await central.seen('MeterValues')
  central.forget()
  pile.dropLink(10 * 60_000)
  await time.sleep(5 * 60_000)
  t.ok(pile.snapshot().session)
  t.notOk(pile.snapshot().connected)
  pile.unplug('ann')
  await central.seen('StopTransaction')
  const told = central.actions().filter(action => action !== 'StatusNotification' && action !== 'Heartbeat')
  t.equal(told.at(-1), 'StopTransaction')
  t.ok(told.slice(0, -1).every(action => action === 'MeterValues'))
})

t.test('a start whose tag is not accepted stops itself', async t => {
  const { central, pile } = await build(t, {
    StartTransaction: () => ({ transactionId: 5, idTagInfo: { status: 'Blocked' } }),
  })
  pile.plug(visitor())
  await central.call('RemoteStartTransaction', { connectorId: 1, idTag: 'TAG' })
  t.match((await central.seen('StopTransaction')).payload, { transactionId: 5, reason: 'DeAuthorized' })
})

t.test('a refused card starts nothing', async t => {
  const { central, pile } = await build(t, { Authorize: () => ({ idTagInfo: { status: 'Invalid' } }) })
  pile.plug(visitor())
  t.notOk(await pile.presentCard('CARD'))
  t.notOk(central.actions().includes('StartTransaction'))
})

t.test('a transaction message that only meets errors is given up and said so', async t => {
  const { central, pile, events } = await build(t, { StartTransaction: () => ({ error: 'InternalError' }) })
  pile.plug(visitor())
  t.same((await central.call('ChangeConfiguration', { key: 'TransactionMessageAttempts', value: '1' }))[2], {
    status: 'Accepted',
  })
  await central.call('RemoteStartTransaction', { connectorId: 1, idTag: 'TAG' })
  pile.unplug('ann')
  await central.seen('StartTransaction')
  pile.unplug('ann')
  const stop = await central.seen('StopTransaction')
  t.equal(stop.payload.transactionId, -1)
  t.ok(events.some(event => event.type === 'problem' && /StartTransaction/.test(event.text)))
})

t.test('faults are said, stop the session, and pass', async t => {
  const { central, pile } = await build(t)
  await pile.presentCard('CARD')
  pile.plug(visitor())
  await central.seen('StartTransaction')
  pile.fault({ errorCode: 'GroundFailure', vendorErrorCode: 'E07', info: 'residual current' })
  const fault = await central.seen('StatusNotification', isStatus('Faulted'))
  t.match(fault.payload, { errorCode: 'GroundFailure', vendorErrorCode: 'E07', info: 'residual current' })
  t.equal((await central.seen('StopTransaction')).payload.reason, 'Other')
  pile.recover()
  await central.seen('StatusNotification', isStatus('Finishing'))
})

t.test('until its boot is accepted a charge point says nothing else', async t => {
  const { central } = await build(t, {
    BootNotification: (_, nth) => ({
      status: nth === 1 ? 'Pending' : nth === 2 ? 'Rejected' : 'Accepted',
      currentTime: new Date().toISOString(),
      interval: 60,
    }),
  })
  t.same(central.actions().slice(0, 4), [
    'BootNotification',
    'BootNotification',
    'BootNotification',
    'StatusNotification',
  ])
})

t.test('a reset ends the session, cuts the link and boots again', async t => {
  const { central, pile } = await build(t)
  await pile.presentCard('CARD')
  pile.plug(visitor())
  await central.seen('StartTransaction')
  t.same((await central.call('Reset', { type: 'Hard' }))[2], { status: 'Accepted' })
  t.equal((await central.seen('StopTransaction')).payload.reason, 'HardReset')
  await central.seen('BootNotification', call => call !== central.calls[0])
  t.equal(central.links(), 2)
})

t.test('a tag that was accepted before also charges without a link', async t => {
  const { central, pile } = await build(t)
  t.ok(await pile.presentCard('KNOWN'))
  pile.dropLink(10 * 3_600_000)
  pile.plug(visitor())
  pile.unplug('ann')
  t.ok(await pile.presentCard('KNOWN'))
  t.notOk(await pile.presentCard('STRANGER'))
  t.equal(central.links(), 1)
})

t.test('a refused connection is told once and tried again', async t => {
  const closed = await startCentralSystem()
  await closed.close()
  const problems: string[] = []
  const told = Promise.withResolvers<void>()
  const time = createVirtualTime(scaledClock(SPEED))
  const pile = createChargePoint({
    pileId: 'F9',
    mode: 'fast',
    powerW: 7000,
    time,
    random: createRandom(1),
    sampleIntervalSeconds: 60,
    emit(event) {
      problems.push(event.text)
      told.resolve()
    },
    endpoint: closed.url,
  })
  pile.open()
  await told.promise
  await pile.close()
  time.stop()
  t.equal(problems.length, 1)
  t.match(problems[0], /F9 cannot connect/)
  t.notOk(pile.snapshot().connected)
})
