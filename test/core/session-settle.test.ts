import fc from 'fast-check'
import t from 'tap'
import { billTotals } from '../../central/core/billing/bill.ts'
import { type SettleInput, settleSession } from '../../central/core/session/settle.ts'
import { defaultTariff } from '../../central/core/tariff/tariff.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const KWH = 1_000_000
/** 08:00 in Shanghai. */
const EIGHT = Date.parse('2026-06-01T00:00:00Z')

const input = (more: Partial<SettleInput> = {}, session: Partial<SettleInput['session']> = {}): SettleInput => ({
  session: {
    startedAt: EIGHT,
    endedAt: EIGHT + 39 * MINUTE,
    startRegisterMilliWh: 7_000 * KWH,
    stopRegisterMilliWh: 7_000 * KWH + 4_550_000,
    ...session,
  },
  readings: [],
  tariff: defaultTariff(),
  timeZone: 'Asia/Shanghai',
  pilePowerW: 7000,
  ...more,
})

t.test('a session comes to a complete detail', async t => {
  t.same(settleSession(input()), {
    startedAt: EIGHT,
    endedAt: EIGHT + 39 * MINUTE,
    energyMilliWh: 4_550_000,
    chargingSeconds: 2340,
    parkingSeconds: 0,
    currency: 'CNY',
    windows: [
      { from: EIGHT, to: EIGHT + 39 * MINUTE, kind: 'flat', price: 7000, energyMilliWh: 4_550_000, feeMinor: 319 },
    ],
    energyFeeMinor: 319,
    serviceFeeMinor: 364,
    otherFeeMinor: 0,
    totalMinor: 683,
    vatMinor: 0,
    lines: [
      {
        dimension: 'ENERGY',
        kind: 'flat',
        price: 7000,
        vat: null,
        quantity: 4_550_000,
        unit: 'mWh',
        amountMinor: 319,
      },
      {
        dimension: 'SERVICE',
        kind: 'service',
        price: 8000,
        vat: null,
        quantity: 4_550_000,
        unit: 'mWh',
        amountMinor: 364,
      },
    ],
    reviewReason: null,
  })
})

t.test('readings put energy where it flowed', async t => {
  // 09:30 to 10:30 with all but 1 kWh after ten
  const startedAt = EIGHT + 1.5 * HOUR
  const readings = [{ at: startedAt + 30 * MINUTE, receivedAt: startedAt + 30 * MINUTE, registerMilliWh: 1 * KWH }]
  const detail = settleSession(
    input(
      { readings },
      { startedAt, endedAt: startedAt + HOUR, startRegisterMilliWh: 0, stopRegisterMilliWh: 5 * KWH },
    ),
  )
  t.match(detail, { energyFeeMinor: 70 + 400, serviceFeeMinor: 400, totalMinor: 870 })
  t.match(detail.windows, [
    { kind: 'flat', energyMilliWh: 1 * KWH, feeMinor: 70 },
    { kind: 'peak', energyMilliWh: 4 * KWH, feeMinor: 400 },
  ])
})

t.test('below one watt-hour nothing is charged and a record remains', async t => {
  const expensive = { ...defaultTariff(), service: 1_000_000_000 }
  const most = settleSession(input({ tariff: expensive }, { startRegisterMilliWh: 0, stopRegisterMilliWh: 999 }))
  t.match(most, { energyMilliWh: 999, totalMinor: 0, energyFeeMinor: 0, serviceFeeMinor: 0, otherFeeMinor: 0 })
  t.match(most.windows, [{ energyMilliWh: 999, feeMinor: 0 }])
  const least = settleSession(input({ tariff: expensive }, { startRegisterMilliWh: 0, stopRegisterMilliWh: 1000 }))
  t.equal(least.totalMinor, 10_000, '100 000 CNY per kWh')
  t.match(settleSession(input({}, { stopRegisterMilliWh: null })), { energyMilliWh: 0, windows: [], totalMinor: 0 })
})

t.test('an implausible session is held and keeps its figures', async t => {
  const held = settleSession(input({}, { stopRegisterMilliWh: 12_000 * KWH }))
  t.match(held, { reviewReason: 'energy-above-power', energyMilliWh: 5_000 * KWH })
  t.match(settleSession(input({}, { stopRegisterMilliWh: 1 })), { reviewReason: 'stop-below-start', totalMinor: 0 })
})

t.test('an end before the start is taken as at the start', async t => {
  t.match(settleSession(input({}, { endedAt: EIGHT - HOUR, stopRegisterMilliWh: 7_000 * KWH + 1000 })), {
    endedAt: EIGHT,
    chargingSeconds: 0,
    energyMilliWh: 1000,
  })
})

const sessions = fc
  .record({
    startedAt: fc.integer({ min: EIGHT - 120 * 24 * HOUR, max: EIGHT + 200 * 24 * HOUR }),
    lasts: fc.nat(30 * HOUR),
    start: fc.nat(10 * KWH),
    timeZone: fc.constantFrom('Asia/Shanghai', 'Europe/Berlin', 'America/New_York'),
    samples: fc.array(fc.tuple(fc.nat(30 * HOUR), fc.nat(60 * KWH)), { maxLength: 10 }),
    stop: fc.option(fc.nat(60 * KWH), { nil: null }),
  })
  .map(({ startedAt, lasts, start, timeZone, samples, stop }) =>
    input(
      {
        timeZone,
        readings: samples.map(([after, registerMilliWh]) => ({
          at: startedAt + after,
          receivedAt: startedAt + after,
          registerMilliWh,
        })),
      },
      { startedAt, endedAt: startedAt + lasts, startRegisterMilliWh: start, stopRegisterMilliWh: stop },
    ),
  )

t.test('settling again gives the same detail, in whatever order the readings are', async t => {
  fc.assert(
    fc.property(sessions, session => {
      const first = settleSession(session)
      t.strictSame(settleSession(structuredClone(session)), first)
      t.strictSame(settleSession({ ...session, readings: session.readings.toReversed() }), first)
    }),
  )
})

t.test('every column adds up, in the detail and in a bill of details', async t => {
  fc.assert(
    fc.property(fc.array(sessions, { maxLength: 4 }), list => {
      const details = list.map(settleSession)
      for (const detail of details) {
        t.equal(
          detail.windows.reduce((total, window) => total + window.energyMilliWh, 0),
          detail.energyMilliWh,
        )
        t.equal(
          detail.windows.reduce((total, window) => total + window.feeMinor, 0),
          detail.energyFeeMinor,
        )
        t.equal(detail.energyFeeMinor + detail.serviceFeeMinor + detail.otherFeeMinor, detail.totalMinor)
        t.ok(detail.windows.every(window => window.from >= detail.startedAt && window.to <= detail.endedAt))
      }
      t.equal(
        billTotals(details).totalMinor,
        details.reduce((total, detail) => total + detail.totalMinor, 0),
      )
    }),
    { numRuns: 50 },
  )
})
