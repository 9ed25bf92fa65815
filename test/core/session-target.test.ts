import t from 'tap'
import { towardsTarget } from '../../central/core/session/target.ts'

const KWH = 1_000_000

t.test('what remains of the asked energy, how long it takes, and when to stop', async t => {
  const table: [energy: number, target: number | null, power: number | null, ReturnType<typeof towardsTarget>][] = [
    [0, null, 7000, { remainingMilliWh: null, remainingMs: null, stop: false }],
    [0, 7 * KWH, 7000, { remainingMilliWh: 7 * KWH, remainingMs: 3_600_000, stop: false }],
    [6 * KWH, 7 * KWH, 7000, { remainingMilliWh: KWH, remainingMs: 514_286, stop: false }],
    [6 * KWH, 7 * KWH, 0, { remainingMilliWh: KWH, remainingMs: null, stop: false }],
    [6 * KWH, 7 * KWH, -1, { remainingMilliWh: KWH, remainingMs: null, stop: false }],
    [6 * KWH, 7 * KWH, null, { remainingMilliWh: KWH, remainingMs: null, stop: false }],
    [7 * KWH - 1, 7 * KWH, 7000, { remainingMilliWh: 1, remainingMs: 1, stop: false }],
    [7 * KWH, 7 * KWH, 7000, { remainingMilliWh: 0, remainingMs: 0, stop: true }],
    [8 * KWH, 7 * KWH, null, { remainingMilliWh: 0, remainingMs: 0, stop: true }],
  ]
  for (const [energyMilliWh, targetMilliWh, lastPowerW, expected] of table) {
    t.same(
      towardsTarget({ energyMilliWh, targetMilliWh, lastPowerW }),
      expected,
      `${energyMilliWh} of ${targetMilliWh}`,
    )
  }
})
