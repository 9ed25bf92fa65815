import t from 'tap'
import { estimates } from '../../../central/core/dispatch/estimate.ts'
import { estimateErrors } from '../../../central/core/dispatch/estimate-error.ts'
import { type Changeover, habitsOf } from '../../../central/core/dispatch/habits.ts'
import { enter } from '../../../central/core/queue/verbs.ts'
import { carOf, type Yard } from '../../../central/core/queue/yard.ts'
import { after, charging, emptyYard } from '../yards.ts'

const MINUTE = 60_000
/** In minutes: asked, called, its turn, charging; and the session before it. */
const seen = (
  [requestedAt, calledAt, turnAt, startedAt]: [number, number, number, number],
  before: { startedAt: number; endedAt: number; energy: number; asked: number | null } | null = null,
): Changeover => ({
  requestedAt: requestedAt * MINUTE,
  calledAt: calledAt * MINUTE,
  turnAt: turnAt * MINUTE,
  startedAt: startedAt * MINUTE,
  before: before && { ...before, startedAt: before.startedAt * MINUTE, endedAt: before.endedAt * MINUTE },
})

t.test('habits are medians of how the last cars came to charge', async t => {
  t.equal(habitsOf([]), null)
  t.equal(habitsOf([seen([0, 0, 0, 2])]), null, 'one car says nothing')
  t.same(
    habitsOf([seen([0, 0, 0, 2]), seen([0, 1, 1, 5]), seen([0, 2, 2, 5])]),
    { clearing: 0, nextStart: 3 * MINUTE, calledStart: 3 * MINUTE },
    'what has not been seen is taken from what has',
  )
  const before = { startedAt: 0, endedAt: 60, energy: 60, asked: 60 }
  const late = { ...before, energy: 66, asked: 60, endedAt: 66 }
  t.same(
    habitsOf([seen([10, 20, 70, 71], before), seen([10, 70, 70, 74], late), seen([62, 70, 70, 75], before)]),
    { clearing: 10 * MINUTE, nextStart: MINUTE, calledStart: 4.5 * MINUTE },
    'who was there already, who came when called; what charged beyond the asked energy is clearing; who came later waited for nobody',
  )
})

const ask = (yard: Yard, id: string, energy: number): Yard =>
  after(enter(yard, { id, mode: 'fast', energy, arrival: 0 }))

t.test('estimates count with habits', async t => {
  const habits = { clearing: 3, nextStart: 1, calledStart: 2 }
  const yard = ['a', 'b', 'c'].reduce((site, id) => ask(site, id, 100), emptyYard({ fast: 1 }))
  t.same(Object.fromEntries(estimates({ ...yard, habits })), {
    a: { pileId: 'F1', start: 1, finish: 11 },
    b: { pileId: 'F1', start: 15, finish: 25 },
    c: { pileId: 'F1', start: 29, finish: 39 },
  })
  const running = charging(yard)
  running.piles[0]!.usualPowerW = 5
  t.match(
    Object.fromEntries(estimates({ ...running, habits })),
    { a: { start: 0, finish: 20 }, b: { start: 24, finish: 44 } },
    'at the power that is usual there',
  )
  const [pile] = running.piles
  pile!.chargingPowerW = 20
  t.match(Object.fromEntries(estimates({ ...running, habits })), { a: { finish: 5 }, b: { start: 9, finish: 29 } })

  pile!.plannable = false
  pile!.clearsAt = 7
  t.same(
    Object.fromEntries(estimates({ ...running, habits })),
    { b: { pileId: 'F1', start: 8, finish: 28 }, c: { pileId: 'F1', start: 32, finish: 52 } },
    'a cable that is in is pulled',
  )
  carOf(yard, 'a').charging = false
  carOf(yard, 'a').startsAt = 6
  pile!.plannable = true
  t.match(
    Object.fromEntries(estimates({ ...yard, habits })),
    { a: { start: 6, finish: 26 } },
    'who is on the way arrives',
  )
})

t.test('errors of estimates', async t => {
  t.same(estimateErrors([]), { count: 0, median: null, p95: null, bias: null })
  t.same(estimateErrors([-10, 20, 60, -70]), { count: 4, median: 20, p95: 70, bias: 0 })
})
