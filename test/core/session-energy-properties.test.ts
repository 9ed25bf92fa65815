import fc from 'fast-check'
import t from 'tap'
import { sum } from '../../central/core/billing/ratio.ts'
import { type RegisterReading, sessionEnergy } from '../../central/core/session/energy.ts'

const START = Date.parse('2026-06-01T02:00:00Z')
const MINUTE = 60_000
const WH = 1000

const session = (
  startRegisterMilliWh: number | null,
  readings: RegisterReading[],
  stopRegisterMilliWh: number | null,
) =>
  sessionEnergy({
    startedAt: START,
    endedAt: START + 60 * MINUTE,
    startRegisterMilliWh,
    stopRegisterMilliWh,
    readings,
    pilePowerW: 60_000,
  })

const rows = fc.array(
  fc.record({
    minute: fc.integer({ min: -20, max: 80 }),
    registerMilliWh: fc.nat(50_000_000),
    late: fc.nat(500),
    said: fc.constantFrom('true', 'none', 'epoch', 'future'),
  }),
  { maxLength: 12 },
)
const readingsOf = (
  list: { minute: number; registerMilliWh: number; late: number; said: string }[],
): RegisterReading[] =>
  list.map(({ minute, registerMilliWh, late, said }) => {
    const at = START + minute * MINUTE
    const receivedAt = at + late * MINUTE
    const claimed = { true: at, none: null, epoch: minute, future: receivedAt + 86_400_000 }[said] ?? null
    return { at: claimed, receivedAt, registerMilliWh }
  })
const register = fc.option(fc.nat(50_000_000), { nil: null })

t.test('neither the order of arrival nor repetitions change anything', async t => {
  fc.assert(
    fc.property(
      rows.chain(list =>
        fc.tuple(fc.constant(list), fc.shuffledSubarray([...list, ...list], { minLength: 2 * list.length })),
      ),
      register,
      register,
      ([list, shuffled], start, stop) => {
        t.strictSame(session(start, readingsOf(shuffled), stop), session(start, readingsOf(list), stop))
      },
    ),
  )
})

t.test('energy is never negative and its segments add up to it, in order, within the session', async t => {
  fc.assert(
    fc.property(rows, register, register, (list, start, stop) => {
      const { segments, energyMilliWh } = session(start, readingsOf(list), stop)
      const total = sum(segments.map(segment => segment.energyWh))
      let end = 0
      for (const { from, to, energyWh } of segments) {
        if (from < end || to < from || to > 60 * MINUTE || energyWh.n <= 0n) return false
        end = to
      }
      return energyMilliWh >= 0 && total.n * BigInt(WH) === BigInt(energyMilliWh) * total.d
    }),
  )
  t.pass()
})

t.test('a register that only grows gives stop minus start, whatever the clocks say', async t => {
  fc.assert(
    fc.property(rows, fc.array(fc.nat(1_000_000), { minLength: 14, maxLength: 14 }), (list, steps) => {
      let registerMilliWh = 0
      let receivedAt = START
      const readings = readingsOf(list).map((reading, index) => {
        registerMilliWh += steps[index]!
        receivedAt += MINUTE
        return { ...reading, receivedAt, registerMilliWh }
      })
      const stop = registerMilliWh + steps[13]!
      return session(0, readings, stop).energyMilliWh === stop
    }),
  )
  t.pass()
})
