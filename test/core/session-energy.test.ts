import t from 'tap'
import {
  type EnergyInput,
  type RegisterReading,
  registerStep,
  sessionEnergy,
} from '../../central/core/session/energy.ts'

const START = Date.parse('2026-06-01T02:00:00Z')
const MINUTE = 60_000
const KWH = 1_000_000

/** Minutes from the start and kWh, received when read. */
const read = (...rows: [minute: number, kWh: number][]): RegisterReading[] =>
  rows.map(([minute, kWh]) => ({
    at: START + minute * MINUTE,
    receivedAt: START + minute * MINUTE,
    registerMilliWh: Math.round(kWh * KWH),
  }))

/** `20:102 40:105` is 102 kWh after 20 minutes and 105 kWh after 40. */
const readText = (text: string): RegisterReading[] =>
  read(
    ...text
      .split(' ')
      .filter(Boolean)
      .map((pair): [number, number] => {
        const [minute, kWh] = pair.split(':').map(Number)
        return [minute!, kWh!]
      }),
  )

const kwh = (value: number | null) => (value === null ? null : Math.round(value * KWH))
const session = (
  start: number | null,
  readings: RegisterReading[],
  stop: number | null,
  more: Partial<EnergyInput> = {},
) =>
  sessionEnergy({
    startedAt: START,
    endedAt: START + 60 * MINUTE,
    startRegisterMilliWh: kwh(start),
    stopRegisterMilliWh: kwh(stop),
    readings,
    pilePowerW: 60_000,
    ...more,
  })

t.test('energy is the sum of positive steps from the start register to the stop register', async t => {
  const table: [name: string, start: number | null, readings: string, stop: number | null, energy: number][] = [
    ['start and stop alone', 100, '', 107, 7],
    ['with readings', 100, '20:102 40:105', 107, 7],
    ['readings that arrive in any order', 100, '40:105 20:102', 107, 7],
    ['readings that arrive twice', 100, '20:102 20:102 40:105 20:102', 107, 7],
    ['no stop register: to the last reading', 100, '20:102 40:105', null, 5],
    ['no start register: from the first reading', null, '20:102 40:105', 107, 5],
    ['neither', null, '20:102 40:105', null, 3],
    ['nothing but a start', 100, '', null, 0],
    ['nothing at all', null, '', null, 0],
    ['a reset in between', 100, '20:110 30:0 40:5', 8, 18],
    ['a jump back that is no reset', 100, '20:110 30:90 40:95', 95, 15],
    ['a lifetime start and values of the session (quirk 65)', 5000, '0:0 20:4 40:8', 10, 10],
    ['Transaction.Begin resets to zero (quirk 66)', 12, '0:0 30:6', 9, 9],
    ['two registers at one time: the lower comes first', 100, '20:103 20:102', 104, 4],
    ['before the start and after the end', 100, '-30:100 90:107', 107, 7],
    ['no movement', 100, '20:100', 100, 0],
  ]
  for (const [name, start, readings, stop, energy] of table) {
    const result = session(start, readText(readings), stop)
    t.equal(result.energyMilliWh, energy * KWH, name)
    t.same(result.plausibility, { ok: true }, name)
  }
})

t.test('a step lies between the times of its readings, within the session', async t => {
  const { segments } = session(100, read([-5, 101], [20, 102], [40, 102], [50, 104], [70, 105]), 106)
  t.same(
    segments.map(({ from, to, energyWh }) => [from / MINUTE, to / MINUTE, Number(energyWh.n)]),
    [
      [0, 0, 1000],
      [0, 20, 1000],
      [40, 50, 2000],
      [50, 60, 1000],
      [60, 60, 1000],
    ],
  )
})

t.test('a register finer than a watt-hour is exact', async t => {
  const { segments } = session(
    null,
    [
      { at: START, receivedAt: START, registerMilliWh: 0 },
      { at: START + 1, receivedAt: START + 1, registerMilliWh: 1 },
    ],
    null,
  )
  t.same(segments, [{ from: 0, to: 1, energyWh: { n: 1n, d: 1000n } }])
})

t.test('readings without a believable time count when they arrived', async t => {
  const readings: RegisterReading[] = [
    { at: 0, receivedAt: START + 30 * MINUTE, registerMilliWh: 104 * KWH },
    { at: null, receivedAt: START + 20 * MINUTE, registerMilliWh: 102 * KWH },
    { receivedAt: START + 40 * MINUTE, registerMilliWh: 106 * KWH },
  ]
  const { segments, energyMilliWh } = session(100, readings, 106)
  t.equal(energyMilliWh, 6 * KWH)
  t.same(
    segments.map(segment => segment.to / MINUTE),
    [20, 30, 40],
  )
})

t.test('a clock set back during the session does not bill energy twice', async t => {
  const readings = read([10, 102], [20, 104], [30, 106], [40, 108]).map((reading, index) =>
    index < 2 ? reading : { ...reading, at: reading.at! - 25 * MINUTE },
  )
  const { segments, energyMilliWh } = session(100, readings, 110)
  t.equal(energyMilliWh, 10 * KWH)
  t.same(
    segments.map(segment => segment.to / MINUTE),
    [10, 20, 30, 40, 60],
  )
})

t.test('a reset inside one late message stays a reset', async t => {
  const late = read([10, 2], [20, 4], [30, 0], [40, 6]).map(reading => ({
    ...reading,
    receivedAt: START + 300 * MINUTE,
  }))
  t.equal(session(0, late, 6).energyMilliWh, 10 * KWH)
})

t.test('an end before the start is a session of no length', async t => {
  const { segments, energyMilliWh } = session(100, read([10, 100.2]), 100.5, { endedAt: START - MINUTE })
  t.equal(energyMilliWh, 0.5 * KWH)
  t.ok(segments.every(({ from, to }) => from === 0 && to === 0))
})

t.test('implausible registers are held for review', async t => {
  const table: [
    name: string,
    start: number | null,
    readings: string,
    stop: number | null,
    power: number | null,
    reason: string | null,
  ][] = [
    ['twenty times the power', 0, '', 1200, 60_000, null],
    ['a Wh more', 0, '', 1200.001, 60_000, 'energy-above-power'],
    ['a thousandfold', 0, '', 30_000, 60_000, 'energy-above-power'],
    ['a power that is not known', 0, '', 30_000, null, null],
    ['a start of zero on a lifetime register', 0, '20:4000', 4010, 60_000, 'energy-above-power'],
    ['a stop below the start', 100, '', 50, 60_000, 'stop-below-start'],
    ['a stop below the start after standing still', 100, '20:100', 50, 60_000, 'stop-below-start'],
    ['a stop below the start and less than 1 Wh', 100, '20:100.0009', 50, 60_000, 'stop-below-start'],
    ['a stop below the start after energy that was read', 100, '20:105', 50, 60_000, null],
    ['a stop below the start after a reset that was read', 100, '20:0', 0, 60_000, null],
    ['a stop and nothing to compare it with', null, '', 50, 60_000, 'no-start-register'],
  ]
  for (const [name, start, readings, stop, pilePowerW, reason] of table) {
    const { plausibility } = session(start, readText(readings), stop, { pilePowerW })
    t.same(plausibility, reason === null ? { ok: true } : { ok: false, reason }, name)
  }
  const none = session(0, [], 150.001, { endedAt: START - MINUTE })
  t.same(none.plausibility, { ok: false, reason: 'energy-above-power' }, '150 kWh at most in no time')
  t.same(
    session(0, [], 150, { endedAt: START - MINUTE }).plausibility,
    { ok: true },
    'a session told in a moment is billed',
  )
})

t.test('a step down is no energy', async t => {
  t.equal(registerStep(5, 7), 2)
  t.equal(registerStep(7, 5), 0)
  t.equal(registerStep(7, 7), 0)
})
