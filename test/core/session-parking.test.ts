import t from 'tap'
import { type PileMoment, parkingTimes } from '../../central/core/session/parking.ts'

const occupied = (at: number, detail: PileMoment['detail']): PileMoment => ({ at, state: 'occupied', detail })
const is = (at: number, state: Exclude<PileMoment['state'], 'occupied'>): PileMoment => ({ at, state, detail: null })

// the session runs from 10 to 50, the cable is out at 80
const cases: [string, PileMoment[], [number, number][]][] = [
  [
    'charging until the end, then the cable stays in',
    [occupied(0, 'preparing'), occupied(11, 'charging'), occupied(51, 'finishing')],
    [[50, 80]],
  ],
  [
    'the car pauses',
    [occupied(10, 'charging'), occupied(20, 'suspended-ev'), occupied(30, 'charging'), is(50, 'available')],
    [[20, 30]],
  ],
  ['the pile pauses', [occupied(10, 'suspended-evse'), is(50, 'available')], []],
  ['the car pauses until the end and stays', [occupied(5, 'suspended-ev')], [[10, 80]]],
  [
    'a link that was away shows the same on both sides',
    [occupied(10, 'suspended-ev'), is(20, 'offline'), occupied(40, 'suspended-ev'), is(50, 'available')],
    [[10, 50]],
  ],
  [
    'a link that was away, and nobody knows when the cable was pulled',
    [occupied(10, 'charging'), occupied(50, 'finishing'), is(60, 'offline'), is(70, 'available')],
    [[50, 60]],
  ],
  [
    'a link that does not come back',
    [occupied(10, 'charging'), occupied(50, 'finishing'), is(60, 'offline')],
    [[50, 60]],
  ],
  [
    'a pile that fails is no place to park',
    [occupied(10, 'charging'), occupied(50, 'finishing'), is(60, 'fault')],
    [[50, 60]],
  ],
  [
    'work that begins does not pull the cable',
    [occupied(10, 'charging'), occupied(50, 'finishing'), is(60, 'maintenance')],
    [[50, 80]],
  ],
  [
    'a charger that asks for the next card with the old cable in',
    [occupied(10, 'charging'), occupied(55, 'preparing')],
    [[50, 80]],
  ],
  ['nothing is known', [], []],
]

for (const [name, moments, expected] of cases) {
  t.test(name, async t => {
    t.strictSame(
      parkingTimes({ startedAt: 10, endedAt: 50, until: 80, moments }),
      expected.map(([from, to]) => ({ from, to })),
    )
  })
}

t.test('a session that runs is parked until now', async t => {
  const moments = [occupied(10, 'charging'), occupied(20, 'suspended-ev')]
  t.strictSame(parkingTimes({ startedAt: 10, endedAt: 25, until: 25, moments }), [{ from: 20, to: 25 }])
})
