import fc from 'fast-check'
import t from 'tap'
import { defaultTariff, type TimeOfUseTariff } from '../../central/core/tariff/tariff.ts'
import { cutAtWindows, type WindowPiece } from '../../central/core/tariff/windows.ts'
import { offsetAt } from '../../central/core/tariff/zone.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const at = (text: string): number => Temporal.ZonedDateTime.from(text).epochMilliseconds
const hoursOf = (pieces: WindowPiece[]) =>
  pieces.map(piece => [piece.window?.kind ?? 'none', (piece.to - piece.from) / HOUR])

const tariffOf = (...windows: [fromMinute: number, toMinute: number, kind: string][]): TimeOfUseTariff => ({
  ...defaultTariff(),
  windows: windows.map(([fromMinute, toMinute, kind], price) => ({ fromMinute, toMinute, kind, price })),
})

t.test('an ordinary day is cut at its windows, and a window over midnight stays whole', async t => {
  const from = at('2026-06-01T00:00[Asia/Shanghai]')
  t.same(hoursOf(cutAtWindows(defaultTariff(), 'Asia/Shanghai', from, from + 25 * HOUR)), [
    ['valley', 7],
    ['flat', 3],
    ['peak', 5],
    ['flat', 3],
    ['peak', 3],
    ['flat', 2],
    ['valley', 2],
  ])
})

t.test('windows are half-open', async t => {
  const edge = at('2026-06-01T10:00[Asia/Shanghai]')
  const kindAt = (ms: number) => cutAtWindows(defaultTariff(), 'Asia/Shanghai', ms, ms)[0]?.window?.kind
  t.equal(kindAt(edge - 1), 'flat')
  t.equal(kindAt(edge), 'peak')
  t.same(
    cutAtWindows(defaultTariff(), 'Asia/Shanghai', edge - 1, edge + 1).map(piece => [
      piece.from - edge,
      piece.to - edge,
    ]),
    [
      [-1, 0],
      [0, 1],
    ],
  )
})

t.test('the first window that matches wins, and outside of all there is none', async t => {
  const from = at('2026-06-01T00:00[Asia/Shanghai]')
  const tariff = tariffOf([600, 660, 'lunch'], [540, 720, 'day'])
  t.same(hoursOf(cutAtWindows(tariff, 'Asia/Shanghai', from, from + 24 * HOUR)), [
    ['none', 9],
    ['day', 1],
    ['lunch', 1],
    ['day', 1],
    ['none', 12],
  ])
  t.same(hoursOf(cutAtWindows(tariffOf(), 'UTC', from, from + 100 * HOUR)), [['none', 100]])
  t.same(hoursOf(cutAtWindows(tariffOf([0, 1440, 'always']), 'UTC', from, from + 100 * HOUR)), [['always', 100]])
})

const DST: { zone: string; day: string; hours: number; pieces: [string, number][] }[] = [
  {
    zone: 'Europe/Berlin',
    day: '2026-03-29',
    hours: 23,
    pieces: [
      ['valley', 6],
      ['flat', 3],
      ['peak', 5],
      ['flat', 3],
      ['peak', 3],
      ['flat', 2],
      ['valley', 1],
    ],
  },
  {
    zone: 'Europe/Berlin',
    day: '2026-10-25',
    hours: 25,
    pieces: [
      ['valley', 8],
      ['flat', 3],
      ['peak', 5],
      ['flat', 3],
      ['peak', 3],
      ['flat', 2],
      ['valley', 1],
    ],
  },
  {
    zone: 'America/New_York',
    day: '2026-03-08',
    hours: 23,
    pieces: [
      ['valley', 6],
      ['flat', 3],
      ['peak', 5],
      ['flat', 3],
      ['peak', 3],
      ['flat', 2],
      ['valley', 1],
    ],
  },
  {
    zone: 'America/New_York',
    day: '2026-11-01',
    hours: 25,
    pieces: [
      ['valley', 8],
      ['flat', 3],
      ['peak', 5],
      ['flat', 3],
      ['peak', 3],
      ['flat', 2],
      ['valley', 1],
    ],
  },
]

t.test('days of 23 and 25 hours are cut by the clock on the wall', async t => {
  for (const { zone, day, hours, pieces } of DST) {
    const from = at(`${day}T00:00[${zone}]`)
    t.same(hoursOf(cutAtWindows(defaultTariff(), zone, from, from + hours * HOUR)), pieces, `${zone} ${day}`)
  }
})

t.test(
  'an edge inside the hour that comes twice cuts it twice, one inside the skipped hour cuts at the jump',
  async t => {
    const tariff = tariffOf([0, 150, 'early'], [150, 1440, 'late'])
    const autumn = at('2026-10-25T00:00[Europe/Berlin]')
    t.same(hoursOf(cutAtWindows(tariff, 'Europe/Berlin', autumn, autumn + 5 * HOUR)), [
      ['early', 2.5],
      ['late', 0.5],
      ['early', 0.5],
      ['late', 1.5],
    ])
    const spring = at('2026-03-29T00:00[Europe/Berlin]')
    t.same(hoursOf(cutAtWindows(tariff, 'Europe/Berlin', spring, spring + 5 * HOUR)), [
      ['early', 2],
      ['late', 3],
    ])
  },
)

t.test('an offset holds from one change of the clocks to the next', async t => {
  const change = at('2026-03-29T03:00[Europe/Berlin]')
  t.match(offsetAt('Europe/Berlin', change - 1), { until: change, offsetMs: HOUR })
  t.match(offsetAt('Europe/Berlin', change), { from: change, offsetMs: 2 * HOUR })
  t.same(offsetAt('UTC', 0), { from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY, offsetMs: 0 })
  t.equal(offsetAt('Europe/Berlin', change), offsetAt('Europe/Berlin', change + 1), 'remembered')
})

t.test('what is no range or no zone is refused', async t => {
  for (const [from, to] of [
    [2, 1],
    [0.5, 1],
    [0, Number.POSITIVE_INFINITY],
    [Number.NaN, 1],
  ] as const) {
    t.throws(() => cutAtWindows(defaultTariff(), 'UTC', from, to), RangeError, `${from}..${to}`)
  }
  t.throws(() => cutAtWindows(defaultTariff(), 'Mars/Olympus', 0, 1), RangeError)
})

/** The window at an instant, found the slow way: ask the calendar for the time on the wall, try every window. */
function oracle(tariff: TimeOfUseTariff, timeZone: string, ms: number): string {
  const wall = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone)
  const minute = wall.hour * 60 + wall.minute
  for (const { fromMinute, toMinute, kind } of tariff.windows) {
    const inside =
      fromMinute < toMinute ? minute >= fromMinute && minute < toMinute : minute >= fromMinute || minute < toMinute
    if (inside) return kind
  }
  return 'none'
}

const edges = fc.tuple(fc.integer({ min: 0, max: 1439 }), fc.integer({ min: 0, max: 1440 })).filter(([a, b]) => a !== b)
const tariffs = fc
  .array(edges, { maxLength: 5 })
  .map(pairs => tariffOf(...pairs.map(([a, b], index): [number, number, string] => [a, b, `w${index}`])))
const ranges = fc.constantFrom(
  ['Europe/Berlin', '2026-03-28T20:00'],
  ['Europe/Berlin', '2026-10-24T20:00'],
  ['America/New_York', '2026-03-07T20:00'],
  ['America/New_York', '2026-10-31T20:00'],
  ['Asia/Shanghai', '2026-06-01T00:00'],
  ['Australia/Lord_Howe', '2026-04-04T20:00'],
  ['Asia/Kathmandu', '2026-06-01T00:00'],
)

t.test('the pieces agree with a calendar asked minute by minute', async t => {
  fc.assert(
    fc.property(
      tariffs,
      ranges,
      fc.nat(300),
      fc.integer({ min: 0, max: 1800 }),
      (tariff, [zone, start], skip, length) => {
        const from = at(`${start}[${zone}]`) + skip * MINUTE
        const to = from + length * MINUTE
        const pieces = cutAtWindows(tariff, zone!, from, to)
        let end = from
        for (const [index, piece] of pieces.entries()) {
          if (piece.from !== end || (piece.to <= piece.from && length > 0)) return false
          if (index > 0 && pieces[index - 1]!.window === piece.window) return false
          for (let ms = piece.from; ms < piece.to; ms += MINUTE) {
            if (oracle(tariff, zone!, ms) !== (piece.window?.kind ?? 'none')) return false
          }
          end = piece.to
        }
        return end === to
      },
    ),
    { numRuns: 60 },
  )
  t.pass()
})
