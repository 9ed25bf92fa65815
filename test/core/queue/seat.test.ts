import t from 'tap'
import { seat } from '../../../central/core/queue/seat.ts'
import { enter } from '../../../central/core/queue/verbs.ts'
import type { Yard } from '../../../central/core/queue/yard.ts'
import { after, emptyYard, numberOf, shown } from '../yards.ts'

const newcomer = (id: string) => ({
  id,
  mode: 'fast' as const,
  demand: 50,
  needed: 50,
  priority: 0,
  arrival: 0,
  numberedAt: 0,
})

const site = (...ids: string[]): Yard =>
  ids.reduce(
    (yard, id) => after(enter(yard, { id, mode: 'fast', energy: 100, arrival: 0 })),
    emptyYard({ fast: 2, queueLength: 1 }),
  )

t.test('a walk-up comes first at its pile, past a called car, with the next number', async t => {
  const seated = seat(site('a'), 'F1', newcomer('w'))
  t.equal(shown(seated.yard), 'F1: w* a | F2: | T1: | waiting: | F: | T:')
  t.equal(numberOf(seated.yard, 'w'), 'F2')
  t.match(seated.decisions, [{ carId: 'w', from: 'waiting', to: 'pile', pileId: 'F1', cause: 'walk-up' }])
})

t.test('the called car that begins to charge stays where it is', async t => {
  const seated = seat(site('a'), 'F1', newcomer('a'))
  t.equal(shown(seated.yard), 'F1: a* | F2: | T1: | waiting: | F: | T:')
  t.match(seated, { decisions: [], car: { number: 1, demand: 100 } })
})

t.test('a driver may take another pile than the one they were called to', async t => {
  const seated = seat(site('a'), 'T1', newcomer('a'))
  t.equal(shown(seated.yard), 'F1: | F2: | T1: a* | waiting: | F: | T:')
  t.match(seated.decisions, [{ from: 'pile', fromPileId: 'F1', pileId: 'T1' }])
})

t.test('a driver may come from the waiting area or the fault queue', async t => {
  const yard = site('a', 'b', 'c')
  t.equal(shown(seat(yard, 'F1', newcomer('c')).yard), 'F1: c* a | F2: b | T1: | waiting: | F: | T:')
  yard.waiting = []
  yard.faultQueue.fast = ['c']
  const seated = seat(yard, 'F1', newcomer('c'))
  t.equal(shown(seated.yard), 'F1: c* a | F2: b | T1: | waiting: | F: | T:')
  t.match(seated.decisions, [{ from: 'fault-queue' }])
})

t.test('the yard given is not changed, and an unknown pile is a fault of the caller', async t => {
  const yard = site('a')
  seat(yard, 'F2', newcomer('w'))
  t.equal(shown(yard), 'F1: a | F2: | T1: | waiting: | F: | T:')
  t.throws(() => seat(yard, 'F9', newcomer('w')), RangeError)
})
