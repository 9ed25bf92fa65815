import { once } from 'node:events'
import { OcppClient } from 'ocpp-ts'
import t from 'tap'
import { startProduct } from '../support/product.ts'

const HOUR_MS = 3_600_000
/** Yesterday, 14:00 in Shanghai: an hour before the peak ends. */
const TWO = new Date().setUTCHours(6, 0, 0, 0) - 24 * HOUR_MS
const at = (hours: number): string => new Date(TWO + hours * HOUR_MS).toISOString()

t.test('a charge point built on ocpp-ts completes a session end to end', async t => {
  await using product = await startProduct(t)
  const { api, until } = product
  const ada = await product.driver('ada')

  const asked = await api('POST', '/charging/request', { mode: 'fast', energyWh: 10_000 }, ada.token)
  t.match(asked, { status: 201, body: { number: 'F1', status: 'waiting', pileId: null } }, 'no pile is there yet')

  const charger = new OcppClient('F1')
  const stopAsked = Promise.withResolvers<{ transactionId: number }>()
  charger.on('RemoteStopTransaction', (request, answer) => {
    stopAsked.resolve(request)
    answer({ status: 'Accepted' })
  })
  charger.on('ReserveNow', (_, answer) => answer({ status: 'Accepted' }))
  charger.on('CancelReservation', (_, answer) => answer({ status: 'Accepted' }))
  charger.connect(`${product.ocpp}/`)
  await once(charger, 'connect')

  const boot = await charger.callRequest('BootNotification', { chargePointVendor: 'Ven', chargePointModel: 'Mod' })
  t.equal(boot.status, 'Accepted')
  t.ok(Math.abs(Date.parse(boot.currentTime) - Date.now()) < HOUR_MS, 'it is told the time')
  const status = (status: 'Available' | 'Preparing' | 'Charging' | 'Finishing') =>
    charger.callRequest('StatusNotification', { connectorId: 1, errorCode: 'NoError', status })
  t.same(await status('Available'), {})

  const called = await until('ada is called to F1', async () => {
    const { body } = await api('GET', '/charging/queue-status', undefined, ada.token)
    return body.status === 'called' && body
  })
  t.equal(called.pileId, 'F1')

  const authorized = await charger.callRequest('Authorize', { idTag: ada.tag })
  t.equal(authorized.idTagInfo.status, 'Accepted')

  const { transactionId, idTagInfo } = await charger.callRequest('StartTransaction', {
    connectorId: 1,
    idTag: ada.tag,
    meterStart: 1000,
    timestamp: at(0),
  })
  t.equal(idTagInfo.status, 'Accepted')
  t.ok(transactionId > 0)
  await status('Charging')

  const meter = (hours: number, kWh: string, power: string) =>
    charger.callRequest('MeterValues', {
      connectorId: 1,
      transactionId,
      meterValue: [
        {
          timestamp: at(hours),
          sampledValue: [
            { value: kWh, measurand: 'Energy.Active.Import.Register', unit: 'kWh', context: 'Sample.Periodic' },
            { value: power, measurand: 'Power.Active.Import', unit: 'kW' },
            { value: '229.8', measurand: 'Voltage', phase: 'L1-N', unit: 'V' },
            { value: '231.1', measurand: 'Voltage', phase: 'L2-N', unit: 'V' },
            { value: '230.4', measurand: 'Voltage', phase: 'L3-N', unit: 'V' },
            { value: '10.1', measurand: 'Current.Import', phase: 'L1', unit: 'A' },
            { value: '10.2', measurand: 'Current.Import', phase: 'L2', unit: 'A' },
            { value: '10.3', measurand: 'Current.Import', phase: 'L3', unit: 'A' },
            { value: '54', measurand: 'SoC', unit: 'Percent' },
          ],
        },
      ],
    })
  t.same(await meter(0.5, '4.500', '7.0'), {})

  const charging = await until('ada sees her car charge', async () => {
    const { body } = await api('GET', '/charging/queue-status', undefined, ada.token)
    return body.status === 'charging' && body.deliveredEnergyWh === 3500 && body
  })
  t.equal(charging.sessionId, String(transactionId))
  t.match((await api('GET', '/charging-piles/F1')).body, {
    state: 'occupied',
    detail: 'charging',
    protocol: 'ocpp1.6',
    connected: true,
    session: { id: String(transactionId), energyWh: 3500 },
  })

  await meter(1.5, '11.000', '6.5')
  t.same(await stopAsked.promise, { transactionId }, 'the asked energy is reached: told to stop')
  await charger.callRequest('StopTransaction', {
    transactionId,
    meterStop: 11_012,
    timestamp: at(1.55),
    reason: 'Remote',
    idTag: ada.tag,
  })
  await status('Finishing')
  await status('Available')

  const bill = await until('the bill', async () => {
    const { body } = await api('GET', '/billing/bills', undefined, ada.token)
    return body.items.length > 0 && (await api('GET', `/billing/bills/${body.items[0].id}`, undefined, ada.token)).body
  })
  // peak until 15:00: 3,500 Wh and half of 6,500 Wh at 1.0; then 3,262 Wh at 0.7; service 10,012 Wh at 0.8: 17.0430 CNY
  t.match(bill, {
    requestId: asked.body.id,
    total: { amount: 1704, currency: 'CNY' },
    energyWh: 10_012,
    state: 'unpaid',
    details: [
      {
        sessionId: String(transactionId),
        pileId: 'F1',
        energyWh: 10_012,
        chargingSeconds: 5580,
        startedAt: at(0),
        endedAt: at(1.55),
        stopReason: 'full',
        windows: [
          { kind: 'peak', energyWh: 6750, fee: { amount: 675 } },
          { kind: 'flat', energyWh: 3262, fee: { amount: 228 } },
        ],
        energyFee: { amount: 903 },
        serviceFee: { amount: 801 },
        total: { amount: 1704 },
      },
    ],
  })
  t.match((await api('GET', `/charging/request/${asked.body.id}`, undefined, ada.token)).body, {
    status: 'completed',
    deliveredEnergyWh: 10_012,
    cost: { amount: 1704, currency: 'CNY' },
  })
  const { body: readings } = await api('GET', `/charging/sessions/${transactionId}/readings`, undefined, ada.token)
  t.match(readings.items.at(-1), {
    at: at(0.5),
    meterWh: 4500,
    powerW: 7000,
    voltageV: [229.8, 231.1, 230.4],
    currentA: [10.1, 10.2, 10.3],
    socPercent: 54,
  })
  t.match((await api('GET', '/ocpp/transactions?chargePointId=F1')).body.items, [
    { transactionId, idTag: ada.tag, meterStartWh: 1000, meterStopWh: 11_012, stopReason: 'Remote' },
  ])
  t.match((await api('GET', '/charging-piles/F1')).body, { state: 'available', session: null })
})
