import fc from 'fast-check'
import t from 'tap'
import { measured, scaledInteger } from '../../gateway/ocpp/decimal.ts'
import { readingsOf } from '../../gateway/ocpp/metering.ts'
import { parseTime } from '../../gateway/ocpp/time.ts'

const AT = Date.UTC(2026, 10, 22, 12)
const timestamp = '2026-11-22T12:00:00Z'
type Sample = Record<string, string>

function read(sampledValue: Sample[]) {
  const notes: string[] = []
  const readings = readingsOf([{ timestamp, sampledValue }], note => notes.push(note))
  return { readings, reading: readings[0]!, notes }
}

const registers: [string, Sample[], number | undefined][] = [
  ['no unit is Wh', [{ value: '1234' }], 1_234_000],
  ['Wh with decimals', [{ value: '1234.5678', unit: 'Wh' }], 1_234_568],
  ['kWh exactly', [{ value: '0.1', unit: 'kWh' }], 100_000],
  ['kWh with nine decimals', [{ value: '12345.678901234', unit: 'kWh' }], 12_345_678_901],
  ['a decimal comma', [{ value: '1,5', unit: 'kWh' }], 1_500_000],
  ['an exponent', [{ value: '1.5e3' }], 1_500_000],
  ['an empty text is absent', [{ value: '' }], undefined],
  ['NaN is absent', [{ value: 'NaN' }], undefined],
  ['a thousands separator is no number', [{ value: '1.234,5' }], undefined],
  ['a negative register is absent', [{ value: '-1' }], undefined],
  ['beyond all registers is absent', [{ value: '9'.repeat(20) }], undefined],
  ['an unknown unit is absent', [{ value: '1', unit: 'MWh' }], undefined],
  ['an unknown measurand is no register', [{ value: '1', measurand: 'CurrentMax' }], undefined],
  ['signed data is no number', [{ value: '1', format: 'SignedData' }], undefined],
  ['the total before phases', [{ value: '1', phase: 'L1' }, { value: '9' }, { value: '2', phase: 'L2' }], 9000],
  [
    'the sum of phases',
    [
      { value: '1', phase: 'L1' },
      { value: '2', phase: 'L2' },
      { value: '3', phase: 'L3' },
    ],
    6000,
  ],
  [
    'L1 and L1-N are one',
    [
      { value: '1', phase: 'L1' },
      { value: '1', phase: 'L1-N' },
      { value: '2', phase: 'L2-N' },
    ],
    3000,
  ],
  ['N alone is the total', [{ value: '4', phase: 'N' }], 4000],
  [
    'a phase that cannot be read makes the sum absent',
    [
      { value: '1', phase: 'L1' },
      { value: '', phase: 'L2' },
    ],
    undefined,
  ],
  ['an unreadable total falls back to phases', [{ value: '' }, { value: '1', phase: 'L1' }], 1000],
  [
    'the outlet before the inlet',
    [
      { value: '5', location: 'Inlet' },
      { value: '4', location: 'Outlet' },
    ],
    4000,
  ],
  ['the inlet where there is nothing else', [{ value: '5', location: 'Inlet' }], 5000],
]
for (const [name, samples, expected] of registers) {
  t.test(`register: ${name}`, async t => {
    const { reading } = read(samples)
    t.equal(reading.registerMilliWh, expected)
    t.same(reading.samples, samples, 'every sample is kept')
    t.equal(reading.at, AT)
  })
}

t.test('what cannot be read is noted', async t => {
  t.same(read([{ value: 'abc' }]).notes, ['unreadable-value:Energy.Active.Import.Register'])
  t.same(read([{ value: '-5' }]).notes, ['negative-register'])
  t.same(read([{ value: 'x', measurand: 'SoC' }]).notes, ['unreadable-value:SoC'])
  t.same(read([{ value: 'x', measurand: 'Voltage', phase: 'L1' }]).notes, ['unreadable-value:Voltage'])
})

t.test('power in W and kW, without a unit, and over phases', async t => {
  const power = (samples: Sample[]) =>
    read(samples.map(s => ({ measurand: 'Power.Active.Import', ...s }))).reading.powerW
  t.equal(power([{ value: '7.4', unit: 'kW' }]), 7400)
  t.equal(power([{ value: '7400', unit: 'W' }]), 7400)
  t.equal(power([{ value: '7400' }]), 7400)
  t.equal(
    power([
      { value: '1000', phase: 'L1-N' },
      { value: '2000', phase: 'L2-N' },
    ]),
    3000,
  )
  t.equal(power([{ value: '1', unit: 'kVA' }]), undefined)
  t.equal(power([{ value: '7400.6' }]), 7401, 'whole watts')
  t.equal(power([{ value: '1e12' }]), undefined)
  t.equal(power([{ value: '' }]), undefined)
})

t.test('voltages and currents are listed in the order of the phases', async t => {
  const { reading } = read([
    { measurand: 'Voltage', value: '231', phase: 'L2-N', unit: 'V' },
    { measurand: 'Voltage', value: '230.5', phase: 'L1-N', unit: 'V' },
    { measurand: 'Voltage', value: '400', phase: 'L1-L2', unit: 'V' },
    { measurand: 'Current.Import', value: '16', phase: 'L2-N', unit: 'A' },
    { measurand: 'Current.Import', value: '15', phase: 'L1', unit: 'A' },
  ])
  t.same(reading.voltageV, [230.5, 231])
  t.same(reading.currentA, [15, 16])
  t.same(read([{ measurand: 'Voltage', value: '400', phase: 'L3-L1' }]).reading.voltageV, [400])
  t.same(read([{ measurand: 'Voltage', value: '229' }]).reading.voltageV, [229])
})

t.test('the state of charge is a percentage', async t => {
  const soc = (value: string) => read([{ measurand: 'SoC', value, unit: 'Percent', location: 'EV' }]).reading.socPercent
  t.equal(soc('55.5'), 55.5)
  t.equal(soc('0'), 0)
  t.equal(soc('101'), undefined)
  t.equal(soc(''), undefined)
})

t.test('begin and end under one time stamp are two readings', async t => {
  const { readings } = read([
    { value: '1000', context: 'Transaction.Begin' },
    { value: '5000', context: 'Transaction.End' },
  ])
  t.match(readings, [
    { context: 'Transaction.Begin', registerMilliWh: 1_000_000 },
    { context: 'Transaction.End', registerMilliWh: 5_000_000 },
  ])
})

t.test('a moment without samples or time stays a reading', async t => {
  t.same(
    readingsOf([{ timestamp: 'nonsense', sampledValue: [] }, {}], () => {}),
    [{ samples: [] }, { samples: [] }],
  )
  t.same(
    readingsOf(undefined, () => {}),
    [],
  )
})

t.test('decimals are exact for every number of milliwatt-hours', async t => {
  fc.assert(
    fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), milli => {
      const kWh = `${BigInt(milli) / 1_000_000n}.${(BigInt(milli) % 1_000_000n).toString().padStart(6, '0')}`
      return scaledInteger(kWh, 6) === milli && scaledInteger(kWh.replace('.', ','), 6) === milli
    }),
  )
  t.equal(scaledInteger('-0', 3), 0)
  t.equal(scaledInteger('-1.0005', 3), -1001)
  t.equal(scaledInteger('1e99', 3), undefined)
  t.equal(scaledInteger('.', 3), undefined)
  t.equal(scaledInteger('1'.repeat(100), 0), undefined)
  t.equal(measured(undefined), undefined)
})

const times: [unknown, number | undefined][] = [
  ['2026-11-22T12:00:00Z', AT],
  ['2026-11-22T12:00:00.123456Z', AT + 123],
  ['2026-11-22T14:00:00+02:00', AT],
  ['2026-11-22T14:00:00+0200', AT],
  ['2026-11-22T14:00:00+02', AT],
  ['2026-11-22T06:30:00-05:30', AT],
  ['2026-11-22T12:00:00', AT],
  ['2026-11-22 12:00:00', AT],
  ['2026-11-22t12:00z', AT],
  ['1970-01-01T00:00:00Z', 0],
  ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
  ['0000-01-01T00:00:00Z', undefined],
  ['2026-02-30T00:00:00Z', undefined],
  ['2026-13-01T00:00:00Z', undefined],
  ['2026-11-22T25:00:00Z', undefined],
  ['', undefined],
  ['null', undefined],
  ['22.11.2026 12:00', undefined],
  ['x'.repeat(100), undefined],
  [undefined, undefined],
  [5, undefined],
]
for (const [text, expected] of times) {
  t.test(`the time stamp ${String(text).slice(0, 40)}`, async t => {
    t.equal(parseTime(text), expected)
  })
}
