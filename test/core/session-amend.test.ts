import t from 'tap'
import { amendedRegisters } from '../../central/core/session/amend.ts'
import { sessionEnergy } from '../../central/core/session/energy.ts'
import { MILLI_WH_PER_KWH as KWH } from '../../protocol/units.ts'

const MINUTE = 60_000
const START = Date.parse('2026-06-01T00:00:00Z')

const session = {
  startedAt: START,
  endedAt: START + 60 * MINUTE,
  startRegisterMilliWh: 0,
  stopRegisterMilliWh: 30 * KWH,
  readings: [
    { receivedAt: START + 10 * MINUTE, registerMilliWh: 10 * KWH, powerW: 60_000, currentA: 90 },
    { receivedAt: START + 40 * MINUTE, registerMilliWh: 10 * KWH, powerW: 0, currentA: 0 },
  ],
}

t.test('another energy flowed when the readings say, with the power and current they tell', async t => {
  const amended = amendedRegisters(session, 3 * KWH)
  const { segments, energyMilliWh } = sessionEnergy({ ...amended, pilePowerW: null })
  t.equal(energyMilliWh, 3 * KWH)
  t.match(segments, [
    { from: 0, to: 10 * MINUTE, energyWh: { n: 1000n, d: 1n }, powerW: 60_000, currentA: 90 },
    { from: 40 * MINUTE, to: 60 * MINUTE, energyWh: { n: 2000n, d: 1n } },
  ])
})

t.test('where the readings tell of no energy it flowed evenly', async t => {
  const idle = { ...session, stopRegisterMilliWh: null, readings: [{ ...session.readings[1]!, registerMilliWh: 0 }] }
  const { segments } = sessionEnergy({ ...amendedRegisters(idle, 2 * KWH), pilePowerW: null })
  t.match(segments, [{ from: 0, to: 60 * MINUTE, energyWh: { n: 2000n, d: 1n } }])
})
