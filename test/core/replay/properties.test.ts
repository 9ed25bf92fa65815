import { deepStrictEqual, ok, strictEqual } from 'node:assert'
import fc from 'fast-check'
import t from 'tap'
import { compare, sum, ZERO } from '../../../central/core/billing/ratio.ts'
import { parseTimeline, type Timeline } from '../../../central/core/replay/parse.ts'
import { type Answer, toAnswer } from '../../../central/core/replay/print.ts'
import { simulate } from '../../../central/core/replay/simulate.ts'
import { type OracleEvent, type OracleSite, oracle } from './oracle.ts'

const LAST = 200

const mode = fc.constantFrom('F' as const, 'T' as const)
const units = fc.integer({ min: 0, max: 20 }).map(half => half * 2)
const vehicle = fc.nat({ max: 9 }).map(index => `V${index}`)
const minute = fc.nat({ max: 60 })

const site: fc.Arbitrary<OracleSite> = fc.record({
  fast: fc.integer({ min: 1, max: 3 }),
  trickle: fc.integer({ min: 0, max: 2 }),
  queueLength: fc.integer({ min: 1, max: 3 }),
  capacity: fc.integer({ min: 0, max: 5 }),
  policy: fc.record({
    pileChoice: fc.constantFrom('vacant', 'any'),
    faultPause: fc.constantFrom('mode', 'site'),
    faultPolicy: fc.constantFrom('priority', 'time-order'),
    redealOnRepair: fc.boolean(),
    editWhileCharging: fc.boolean(),
  }),
})

const request: fc.Arbitrary<OracleEvent> = fc.record({
  minute,
  type: fc.constant('request' as const),
  vehicle,
  mode,
  units,
})
const other: fc.Arbitrary<OracleEvent> = fc.oneof(
  fc.record(
    { minute, type: fc.constant('change' as const), vehicle, mode, units },
    { requiredKeys: ['minute', 'type', 'vehicle'] },
  ),
  fc.record({ minute, type: fc.constant('cancel' as const), vehicle }),
  fc.record({
    minute,
    type: fc.constantFrom(
      'fault' as const,
      'repair' as const,
      'fault' as const,
      'repair' as const,
      'off' as const,
      'on' as const,
    ),
    pile: fc.constantFrom('F1', 'F2', 'F3', 'T1', 'T2'),
  }),
)
const events = fc.array(fc.oneof({ weight: 3, arbitrary: request }, { weight: 2, arbitrary: other }), { maxLength: 45 })

const inUnits = (kWh: number): number => Math.round(kWh * 20)

/** A snapshot in the spelling of the oracle. */
function show({ piles, faultQueue, waiting }: Answer['snapshots'][number]): string {
  const list = (cars: { vehicle: string; number: string; kWh: number }[]): string =>
    cars.map(car => `${car.vehicle}:${car.number}:${inUnits(car.kWh)}`).join(' ')
  const places = Object.entries({ ...piles, QF: faultQueue.F, QT: faultQueue.T, W: waiting })
  return places.map(([place, cars]) => `${place}=${list(cars)}`).join(' | ')
}

const clock = (at: number): string =>
  `${String(6 + Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}`
const minuteOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5)) - 360

function timelineOf(given: OracleSite, list: OracleEvent[]): Timeline {
  const parsed = parseTimeline({
    site: {
      fast: { count: given.fast, kW: 6 },
      trickle: { count: given.trickle, kW: 3 },
      queueLength: given.queueLength,
      waitingCapacity: given.capacity,
    },
    policy: given.policy,
    events: list.map(({ minute, units, ...event }) => ({
      ...event,
      at: clock(minute),
      ...(units === undefined ? {} : { kWh: units / 20 }),
    })),
    snapshotsAt: [...Array.from({ length: LAST }, (_, index) => clock(index)), '99:00'],
  })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.timeline
}

const days = fc
  .tuple(site, events)
  .map(([given, list]): [OracleSite, OracleEvent[]] => [
    given,
    list.filter(
      ({ pile }) => pile === undefined || Number(pile.slice(1)) <= (pile[0] === 'F' ? given.fast : given.trickle),
    ),
  ])

t.test('replay equals a second, slow reading of the rules', async t => {
  fc.assert(
    fc.property(days, ([given, list]) => {
      const timeline = timelineOf(given, list)
      const answer = toAnswer(timeline, simulate(timeline))
      const expected = oracle(given, list, 2_000)
      const details = answer.details.map(
        ({ vehicle, number, pile, from, to, kWh, reason }) =>
          `${vehicle} ${number}@${pile} ${minuteOf(from)}-${minuteOf(to)} ${inUnits(kWh)} ${reason}`,
      )
      deepStrictEqual(details, expected.lines)
      const rejected = answer.rejected.map(
        ({ at, vehicle, type, reason }) => `${minuteOf(at)} ${vehicle} ${type} ${reason}`,
      )
      deepStrictEqual(rejected, expected.rejected)
      deepStrictEqual(answer.snapshots.slice(0, LAST).map(show), expected.shown.slice(0, LAST))
    }),
    { numRuns: 300 },
  )
  t.pass('on random days under all policies, minute by minute')
})

t.test('energy and money are conserved', async t => {
  fc.assert(
    fc.property(days, ([given, list]) => {
      const timeline = timelineOf(given, list)
      const { details, snapshots, ticks } = simulate(timeline)
      const billed = (car: { vehicle: string; number: string }) =>
        sum(
          details.filter(each => each.vehicle === car.vehicle && each.number === car.number).map(each => each.energyWh),
        )
      // long after the last event nothing runs any more: what is shown of who is left is what was billed
      const { piles, faultQueue } = snapshots.at(-1)!
      for (const car of [...piles.flatMap(({ cars }) => cars), ...faultQueue.fast, ...faultQueue.trickle]) {
        deepStrictEqual(billed(car), car.energyWh)
      }
      const asked = timeline.events.flatMap(event => (event.type === 'request' ? [event] : []))
      const changed = new Set(timeline.events.flatMap(event => (event.type === 'change' ? [event.vehicle] : [])))
      for (const detail of details) {
        strictEqual(detail.energyFeeMinor + detail.serviceFeeMinor, detail.totalMinor)
        ok(compare(detail.energyWh, ZERO) > 0 && detail.to > detail.from)
        if (detail.reason !== 'full' || changed.has(detail.vehicle)) continue
        const wanted = asked
          .filter(({ vehicle }) => vehicle === detail.vehicle)
          .map(({ kWh }) => ticks.toWh(ticks.energy(kWh)))
        ok(wanted.some(energy => compare(energy, billed(detail)) === 0))
      }
    }),
    { numRuns: 100 },
  )
  t.pass('on random days')
})
