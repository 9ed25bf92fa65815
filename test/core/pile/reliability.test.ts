import t from 'tap'
import { type FaultSpan, type ReliabilityKey, reliability } from '../../../central/core/pile/reliability.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Records by hours: pile, type, from, to, more. */
const fault = (
  pileId: string,
  type: FaultSpan['type'],
  from: number,
  to: number | null,
  more: Partial<FaultSpan> = {},
): FaultSpan => ({
  pileId,
  type,
  firmware: '1',
  openedAt: from * HOUR,
  resolvedAt: to === null ? null : to * HOUR,
  falseAlarm: false,
  ...more,
})
const exposures = [
  { pileId: 'F1', firmware: '1', inServiceMs: 90 * HOUR },
  { pileId: 'T1', firmware: '2', inServiceMs: 60 * HOUR },
]
const of = (faults: FaultSpan[], by: ReliabilityKey = 'pile', from = 0, to = 100) =>
  reliability(faults, exposures, { from: from * HOUR, to: to * HOUR }, by)
const nothing = {
  count: 0,
  open: 0,
  falseAlarms: 0,
  downtimeSeconds: 0,
  mttrSeconds: null,
  mtbfSeconds: null,
  repeats: 0,
}

t.test('figures of one site', async t => {
  const cases: [name: string, faults: FaultSpan[], expected: object][] = [
    ['nothing happened', [], nothing],
    [
      'repaired twice, by different times',
      [fault('F1', 'power', 10, 14), fault('T1', 'power', 20, 22)],
      {
        ...nothing,
        count: 2,
        downtimeSeconds: 6 * 3600,
        mttrSeconds: 3 * 3600,
        mtbfSeconds: (150 / 2) * 3600,
      },
    ],
    [
      'two records of one pile at the same time count once as downtime',
      [fault('F1', 'power', 10, 20), fault('F1', 'connector', 15, 25), fault('F1', 'software', 16, 18)],
      { count: 3, downtimeSeconds: 15 * 3600, mttrSeconds: (22 / 3) * 3600 },
    ],
    [
      'two piles at the same time count twice',
      [fault('F1', 'power', 10, 20), fault('T1', 'power', 10, 20)],
      { downtimeSeconds: 20 * 3600 },
    ],
    [
      'open ones count as downtime until the end, and not as repairs',
      [fault('F1', 'power', 90, null)],
      { count: 1, open: 1, downtimeSeconds: 10 * 3600, mttrSeconds: null, mtbfSeconds: 150 * 3600 },
    ],
    [
      'what began before counts as downtime only',
      [fault('F1', 'power', -10, 5)],
      { count: 0, open: 0, downtimeSeconds: 5 * 3600, mttrSeconds: null, mtbfSeconds: null },
    ],
    [
      'what is repaired afterwards was open',
      [fault('F1', 'power', 95, 120)],
      { count: 1, open: 1, downtimeSeconds: 5 * 3600, mttrSeconds: null },
    ],
    [
      'false alarms stand apart',
      [fault('F1', 'power', 1, 50, { falseAlarm: true }), fault('F1', 'power', 60, 61)],
      { count: 1, falseAlarms: 1, downtimeSeconds: 3600, mttrSeconds: 3600, repeats: 0 },
    ],
    [
      'the same again after its repair is a repeat',
      [fault('F1', 'power', 1, 2), fault('F1', 'power', 50, 51), fault('F1', 'power', 52, null)],
      { count: 3, repeats: 2 },
    ],
    [
      'another type, another pile, and one that runs beside it are none',
      [
        fault('F1', 'power', 1, 10),
        fault('F1', 'software', 20, 21),
        fault('T1', 'power', 20, 21),
        fault('F1', 'power', 5, 6),
      ],
      { count: 4, repeats: 0 },
    ],
    [
      'a repair of thirty days ago counts',
      [fault('F1', 'power', -731, -720), fault('F1', 'power', 0, 1)],
      { repeats: 1 },
    ],
    ['an older one does not', [fault('F1', 'power', -732, -720.5), fault('F1', 'power', 0, 1)], { repeats: 0 }],
  ]
  for (const [name, faults, expected] of cases) t.match(of(faults).all, expected, name)
})

t.test('the same by pile, by type and by firmware', async t => {
  const faults = [
    fault('F1', 'power', 10, 12),
    fault('F1', 'connector', 11, 13, { firmware: '0' }),
    fault('T1', 'power', 20, 26, { firmware: null }),
    fault('F1', 'power', -9, -8),
  ]
  const items = (by: ReliabilityKey) =>
    of(faults, by).items.map(({ key, figures: { count, downtimeSeconds, mtbfSeconds, repeats } }) => [
      key,
      count,
      downtimeSeconds / 3600,
      mtbfSeconds === null ? null : mtbfSeconds / 3600,
      repeats,
    ])
  t.same(items('pile'), [
    ['F1', 2, 3, 45, 1],
    ['T1', 1, 6, 60, 0],
  ])
  t.same(items('type'), [
    ['power', 2, 8, 75, 1],
    ['connector', 1, 2, 150, 0],
  ])
  t.same(
    items('firmware'),
    [
      ['1', 1, 2, 90, 1],
      ['0', 1, 2, null, 0],
      [null, 1, 6, null, 0],
    ],
    'a firmware that no pile runs any more has no time in service',
  )
  t.equal(of([], 'pile', 0, DAY).items.length, 0)
})
