import t from 'tap'
import { batchRuns, batchSize, missingForBatch } from '../../../central/core/queue/batch.ts'
import type { Policy } from '../../../central/core/queue/policy.ts'
import { breakDown, change, enter, leave, repair, sendBack } from '../../../central/core/queue/verbs.ts'
import { carOf, type Yard } from '../../../central/core/queue/yard.ts'
import { after, charging, emptyYard, shown } from '../yards.ts'

/** Two fast piles and a trickle pile of one place each, one place to wait: four cars make a batch. */
const site = (policy: Partial<Policy> = {}): Yard =>
  emptyYard({ fast: 2, trickle: 1, queueLength: 1, capacity: 1, policy: { dispatch: 'batch', ...policy } })

/** One request each tick. */
function ask(yard: Yard, id: string, energy: number, mode: 'fast' | 'trickle' = 'fast'): Yard {
  const now = yard.now + 1
  return after(enter({ ...yard, now }, { id, mode, energy, arrival: now }))
}

/** a, b, c and d have come: `F1: a d | F2: b | T1: c`. */
const started = (policy: Partial<Policy> = {}): Yard =>
  charging(ask(ask(ask(ask(site(policy), 'a', 30), 'b', 50), 'c', 60, 'trickle'), 'd', 70))

t.test('nobody is called until arrivals fill all places', async t => {
  const yard = ask(ask(ask(site(), 'a', 30), 'b', 50), 'c', 60)
  t.equal(shown(yard), 'F1: | F2: | T1: | waiting: a b c | F: | T:')
  t.same([batchSize(yard), missingForBatch(yard), batchRuns(yard)], [4, 1, false])
})

t.test('then all are, at the least sum whatever their mode and number, past the length of queues', async t => {
  t.equal(shown(started()), 'F1: a* d | F2: b* | T1: c* | waiting: | F: | T:')
  const yard = ask(ask(ask(ask(site(), 'a', 300), 'b', 10), 'c', 10, 'trickle'), 'd', 10)
  t.equal(shown(yard), 'F1: b a | F2: c | T1: d | waiting: | F: | T:', 'a fast car at T1, a trickle car at F2')
})

t.test('each is told the plan it is part of', async t => {
  const yard = ask(ask(ask(site(), 'a', 30), 'b', 50), 'c', 60, 'trickle')
  const entered = enter(yard, { id: 'd', mode: 'fast', energy: 70, arrival: 9 })
  t.match(entered, { decisions: { length: 4 } })
  t.match(entered.ok && entered.decisions.at(-1), {
    carId: 'd',
    from: 'waiting',
    pileId: 'F1',
    cause: 'call',
    rule: 'minimal-total',
    candidates: [
      { pileId: 'F1', completion: 10, full: false },
      { pileId: 'F2', completion: 12, full: false },
      { pileId: 'T1', completion: 13, full: false },
    ],
    together: { cars: 4, total: 24 },
  })
})

t.test('the next batch waits for its own arrivals and for the last car of this one', async t => {
  let yard = started()
  t.match(enter(yard, { id: 'e', mode: 'fast', energy: 10, arrival: 9 }), { reason: 'waiting-area-full' })
  for (const [gone, next] of [
    ['a', 'e'],
    ['b', 'f'],
    ['c', 'g'],
  ] as const) {
    yard = charging(ask(after(leave(yard, gone)), next, 10))
  }
  t.equal(shown(yard), 'F1: d* | F2: | T1: | waiting: e f g | F: | T:', 'freed places stay free')
  t.match(enter(yard, { id: 'h', mode: 'fast', energy: 10, arrival: 9 }), { reason: 'waiting-area-full' })
  yard = after(leave(yard, 'd'))
  t.equal(shown(yard), 'F1: | F2: | T1: | waiting: e f g | F: | T:')
  t.equal(shown(ask(yard, 'h', 10)), 'F1: e h | F2: f | T1: g | waiting: | F: | T:')
})

t.test('all places count for who may enter, not only those of the waiting area', async t => {
  const yard = site()
  t.equal(yard.waitingCapacity, 1)
  t.equal(ask(ask(ask(yard, 'a', 1), 'b', 1), 'c', 1).waiting.length, 3)
})

t.test('a mode without piles is refused although modes mean nothing', async t => {
  const yard = emptyYard({ fast: 2, trickle: 0, policy: { dispatch: 'batch' } })
  t.match(enter(yard, { id: 'a', mode: 'trickle', energy: 1, arrival: 0 }), { reason: 'no-pile-of-mode' })
})

t.test('before the start a cancel leaves a place to fill, a change of mode only gives a new number', async t => {
  let yard = ask(ask(ask(site(), 'a', 30), 'b', 50), 'c', 60)
  yard = after(leave(yard, 'b'))
  yard = after(change(yard, 'a', { mode: 'trickle' }))
  yard = ask(yard, 'd', 70)
  t.equal(shown(yard), 'F1: | F2: | T1: | waiting: a c d | F: | T:')
  t.equal(shown(ask(yard, 'e', 80)), 'F1: a e | F2: c | T1: d | waiting: | F: | T:')
})

t.test('who does not come waits for the next batch', async t => {
  let yard = started()
  carOf(yard, 'b').charging = false
  yard = after(sendBack(yard, 'b'))
  t.equal(shown(yard), 'F1: a* d | F2: | T1: c* | waiting: b | F: | T:')
})

t.test('a pile that breaks', async t => {
  t.test('sends its cars to the next places at any working pile, the earlier request first', async t => {
    let yard = breakDown(started(), 'F1').yard
    t.equal(shown(yard), 'F1: | F2: b* | T1: c* | waiting: | F: a d | T:')
    yard = breakDown(yard, 'T1').yard
    t.equal(shown(yard), 'F1: | F2: b* | T1: | waiting: | F: a d | T: c')
    yard = charging(after(leave(yard, 'b')))
    t.equal(shown(yard), 'F1: | F2: a* | T1: | waiting: | F: d | T: c')
    yard = charging(after(leave(yard, 'a')))
    t.equal(shown(yard), 'F1: | F2: c* | T1: | waiting: | F: d | T:', 'c of the other mode came before d')
    t.ok(batchRuns(after(leave(yard, 'c'))), 'and the batch lasts until all have been served')
  })

  t.test('with time-order has all of the batch who do not charge dealt again together', async t => {
    const broken = breakDown(started({ faultPolicy: 'time-order' }), 'F1')
    t.equal(shown(broken.yard), 'F1: | F2: b* d | T1: c* a | waiting: | F: | T:')
    t.match(
      broken.decisions.filter(({ cause }) => cause === 'redeal').map(({ rule }) => rule),
      ['minimal-total', 'minimal-total'],
    )
  })

  t.test('when nothing works any more keeps all in the fault queues of their modes', async t => {
    let yard = started({ faultPolicy: 'time-order' })
    for (const id of ['F1', 'T1', 'F2']) yard = breakDown(yard, id).yard
    t.equal(shown(yard), 'F1: | F2: | T1: | waiting: | F: a b d | T: c')
    t.equal(shown(repair(yard, 'T1').yard), 'F1: | F2: | T1: a b c d | waiting: | F: | T:')
  })
})

t.test('a repair', async t => {
  t.test('with redealOnRepair has the fault queues and all who do not charge dealt together', async t => {
    const yard = breakDown(started(), 'F1').yard
    t.equal(shown(repair(yard, 'F1').yard), 'F1: a d | F2: b* | T1: c* | waiting: | F: | T:')
  })

  t.test('without it gives the next place', async t => {
    const yard = breakDown(started({ redealOnRepair: false }), 'F1').yard
    t.equal(shown(repair(yard, 'F1').yard), 'F1: a | F2: b* | T1: c* | waiting: | F: d | T:')
  })
})

t.test('a full batch starts with the first pile that works again', async t => {
  let yard = site()
  for (const pile of yard.piles) pile.broken = true
  for (const id of 'abcd') yard = ask(yard, id, 10)
  t.equal(shown(yard), 'F1: | F2: | T1: | waiting: a b c d | F: | T:')
  t.equal(shown(repair(yard, 'F2').yard), 'F1: | F2: a b c d | T1: | waiting: | F: | T:')
})

t.test('a site that leaves batch for another dispatch mode deals cars by their own modes again', async t => {
  const mixed = ask(ask(ask(ask(site(), 'a', 300), 'b', 10), 'c', 10, 'trickle'), 'd', 10)
  mixed.policy = { ...mixed.policy, dispatch: 'normal', faultPolicy: 'time-order' }
  t.equal(shown(breakDown(mixed, 'F2').yard), 'F1: a | F2: | T1: c | waiting: | F: b d | T:')
})
