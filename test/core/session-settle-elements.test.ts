import t from 'tap'
import { type SettleInput, settleNoShow, settleSession } from '../../central/core/session/settle.ts'
import { defaultTariff } from '../../central/core/tariff/tariff.ts'
import { element, pricing, tariffOf } from '../support/tariffs.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const KWH = 1_000_000
/** 08:00 in Shanghai. */
const EIGHT = Date.parse('2026-06-01T00:00:00Z')

const tariff = tariffOf(
  [
    { ...pricing('ENERGY', 1.2, { startTime: '09:00', endTime: '12:00' }, { vat: 13 }), kind: 'peak' },
    { ...pricing('ENERGY', 0.6, undefined, { vat: 13 }), kind: 'flat' },
    element([
      { type: 'SERVICE', price: 0.3, vat: 6 },
      { type: 'PARKING_TIME', price: 6, vat: 6, stepSize: 300 },
      { type: 'FLAT', price: 1 },
    ]),
    pricing('TIME', 3, { reservation: 'RESERVATION' }, { stepSize: 60 }),
    pricing('FLAT', 5, { reservation: 'RESERVATION_EXPIRES' }, { vat: 6 }),
  ],
  { currency: 'CNY', parkingGraceMinutes: 10 },
)

const input = (more: Partial<SettleInput> = {}, session: Partial<SettleInput['session']> = {}): SettleInput => ({
  session: {
    startedAt: EIGHT,
    endedAt: EIGHT + 2 * HOUR,
    startRegisterMilliWh: 7000 * KWH,
    stopRegisterMilliWh: 7010 * KWH,
    ...session,
  },
  readings: [],
  tariff,
  timeZone: 'Asia/Shanghai',
  pilePowerW: 7000,
  ...more,
})

t.test('a session priced by elements comes to a complete detail', async t => {
  const end = EIGHT + 2 * HOUR
  const detail = settleSession(
    input({
      parking: [
        { from: end + 10 * MINUTE, to: end + 32 * MINUTE },
        { from: end, to: end + 12 * MINUTE },
        { from: end, to: end },
      ],
      reservation: { from: EIGHT - 90_001, to: EIGHT },
    }),
  )
  t.same(detail, {
    startedAt: EIGHT,
    endedAt: end,
    energyMilliWh: 10 * KWH,
    chargingSeconds: 7200,
    parkingSeconds: 32 * 60,
    currency: 'CNY',
    windows: [
      { from: EIGHT, to: EIGHT + HOUR, kind: 'flat', price: 6000, energyMilliWh: 5 * KWH, feeMinor: 339 },
      { from: EIGHT + HOUR, to: end, kind: 'peak', price: 12_000, energyMilliWh: 5 * KWH, feeMinor: 678 },
    ],
    lines: [
      { dimension: 'ENERGY', kind: 'flat', price: 6000, vat: 13, quantity: 5 * KWH, unit: 'mWh', amountMinor: 339 },
      { dimension: 'ENERGY', kind: 'peak', price: 12_000, vat: 13, quantity: 5 * KWH, unit: 'mWh', amountMinor: 678 },
      {
        dimension: 'SERVICE',
        kind: 'standard',
        price: 3000,
        vat: 6,
        quantity: 10 * KWH,
        unit: 'mWh',
        amountMinor: 318,
      },
      {
        dimension: 'PARKING_TIME',
        kind: 'standard',
        price: 60_000,
        vat: 6,
        quantity: 25 * MINUTE,
        unit: 'ms',
        amountMinor: 265,
      },
      { dimension: 'FLAT', kind: 'standard', price: 10_000, vat: null, quantity: 1, unit: 'count', amountMinor: 100 },
      {
        dimension: 'RESERVATION_TIME',
        kind: 'standard',
        price: 30_000,
        vat: null,
        quantity: 2 * MINUTE,
        unit: 'ms',
        amountMinor: 10,
      },
    ],
    energyFeeMinor: 1017,
    serviceFeeMinor: 318,
    otherFeeMinor: 375,
    totalMinor: 1710,
    vatMinor: 117 + 18 + 15,
    reviewReason: null,
  })
})

t.test('parking within the session is not charging time; before its start there is none', async t => {
  const parking = [
    { from: EIGHT - HOUR, to: EIGHT + 15 * MINUTE },
    { from: EIGHT + HOUR, to: EIGHT + 2 * HOUR + 5 * MINUTE },
  ]
  t.match(settleSession(input({ parking })), { chargingSeconds: 45 * 60, parkingSeconds: 80 * 60 })
  const plain = settleSession(input({ parking, tariff: defaultTariff(), reservation: parking[0]! }))
  t.match(plain, { chargingSeconds: 45 * 60, parkingSeconds: 80 * 60, otherFeeMinor: 0, vatMinor: 0 })
})

t.test('below one watt-hour nothing is charged: no fee, no minimum, no reservation', async t => {
  const limited = { ...tariff, minPrice: { exclVat: 3 } }
  const free = settleSession(
    input(
      { tariff: limited, reservation: { from: EIGHT - HOUR, to: EIGHT }, parking: [{ from: EIGHT, to: EIGHT + HOUR }] },
      { stopRegisterMilliWh: 7000 * KWH + 999 },
    ),
  )
  t.match(free, { energyMilliWh: 999, totalMinor: 0, otherFeeMinor: 0, vatMinor: 0, lines: [] })
  t.equal(settleSession(input({ tariff: limited }, { stopRegisterMilliWh: 7000 * KWH + 1000 })).totalMinor, 300)
})

t.test('a reservation that ends before it begins is none', async t => {
  const without = settleSession(input())
  t.same(settleSession(input({ reservation: { from: EIGHT, to: EIGHT } })), without)
  t.same(settleSession(input({ reservation: { from: EIGHT + 1, to: EIGHT } })), without)
  t.same(settleSession(input({ reservation: null })), without)
})

t.test('a reservation that nobody came for is a detail of no energy', async t => {
  const reservation = { from: EIGHT - HOUR, to: EIGHT }
  t.match(settleNoShow({ tariff, timeZone: 'Asia/Shanghai', reservation }), {
    startedAt: EIGHT - HOUR,
    endedAt: EIGHT,
    energyMilliWh: 0,
    chargingSeconds: 0,
    parkingSeconds: 0,
    windows: [],
    otherFeeMinor: 530 + 300,
    totalMinor: 830,
    vatMinor: 30,
    lines: [
      { dimension: 'RESERVATION_TIME', quantity: HOUR, unit: 'ms', amountMinor: 300 },
      { dimension: 'RESERVATION_FLAT', quantity: 1, unit: 'count', amountMinor: 530 },
    ],
    reviewReason: null,
  })
  const free = settleNoShow({ tariff: tariffOf([pricing('ENERGY', 1)]), timeZone: 'UTC', reservation })
  t.match(free, { totalMinor: 0, lines: [] })
  t.match(settleNoShow({ tariff: defaultTariff(), timeZone: 'UTC', reservation }), { totalMinor: 0, currency: 'CNY' })
  t.match(settleNoShow({ tariff, timeZone: 'UTC', reservation: { from: EIGHT, to: EIGHT - 1 } }), {
    endedAt: EIGHT,
    totalMinor: 530,
  })
})

const powers = tariffOf([
  pricing('ENERGY', 1, { maxPower: 5 }),
  pricing('ENERGY', 2, { minCurrent: 20 }),
  pricing('ENERGY', 3),
])
const reading = (minutes: number, kWh: number, more: { powerW?: number | null; currentA?: number | null } = {}) => ({
  at: EIGHT + minutes * MINUTE,
  receivedAt: EIGHT + minutes * MINUTE + 500,
  registerMilliWh: 7000 * KWH + kWh * KWH,
  ...more,
})

t.test('what was measured with a register holds for the stretch that it ends', async t => {
  const settled = (readings: SettleInput['readings']) =>
    settleSession(input({ tariff: powers, readings }, { stopRegisterMilliWh: 7009 * KWH })).windows.map(
      ({ price, energyMilliWh }) => [price / 10_000, energyMilliWh / KWH],
    )
  const readings = [
    reading(30, 3, { powerW: 4000 }),
    reading(60, 6, { powerW: 6000, currentA: 26.5 }),
    reading(90, 6, { currentA: 0 }),
  ]
  const expected = [
    [1, 3],
    [2, 3],
    [3, 3],
  ]
  t.same(settled(readings), expected)
  t.same(settled([...readings, ...readings].reverse()), expected, 'in any order, repeated')
  t.same(settled([reading(30, 3, { powerW: null }), ...readings]), expected, 'one of two at an instant measured')
})
