import t from 'tap'
import type { Policy } from '../../../central/core/queue/policy.ts'
import { breakDown, enter, leave, repair } from '../../../central/core/queue/verbs.ts'
import { carOf, type Yard } from '../../../central/core/queue/yard.ts'
import { after, charging, emptyYard, shown } from '../yards.ts'

/** Fast cars a, b, c, ... enter one by one, all with the same energy; those at charging places charge. */
function site(cars: number, policy: Partial<Policy> = {}, options: Parameters<typeof emptyYard>[0] = {}): Yard {
  let yard = emptyYard({ fast: 2, queueLength: 2, ...options, policy })
  for (const id of 'abcdefgh'.slice(0, cars)) yard = after(enter(yard, { id, mode: 'fast', energy: 100, arrival: 0 }))
  return charging(yard)
}

t.test('a fault', async t => {
  t.test('stops the charging car, which keeps its number and what it still needs', async t => {
    const yard = site(5)
    carOf(yard, 'a').needed = 30
    const broken = breakDown(yard, 'F1')
    t.match(broken.interrupted, { id: 'a', number: 1, needed: 30, demand: 100, charging: false })
    t.equal(shown(broken.yard), 'F1: | F2: b* d | T1: | waiting: e | F: a c | T:')
    t.match(broken.decisions, [
      { carId: 'a', from: 'pile', fromPileId: 'F1', to: 'fault-queue', pileId: null, cause: 'breakdown' },
      { carId: 'c', from: 'pile', fromPileId: 'F1', to: 'fault-queue' },
    ])
  })

  t.test('of a pile where nobody charges interrupts nobody', async t => {
    t.match(breakDown(site(1), 'F2'), { interrupted: null, decisions: [] })
  })

  t.test('sends its cars to free places at once, by number', async t => {
    const broken = breakDown(site(3, {}, { fast: 3 }), 'F1')
    t.equal(shown(broken.yard), 'F1: | F2: b* a | F3: c* | T1: | waiting: | F: | T:')
    t.match(broken.decisions.at(-1), {
      carId: 'a',
      from: 'fault-queue',
      to: 'pile',
      pileId: 'F2',
      cause: 'fault-queue',
    })
  })

  t.test('on a broken pile, or on none, changes nothing', async t => {
    const yard = breakDown(site(5), 'F1').yard
    for (const pileId of ['F1', 'F9']) {
      const again = breakDown(yard, pileId)
      t.equal(shown(again.yard), shown(yard))
      t.match(again, { interrupted: null, decisions: [] })
    }
  })

  t.test('of several piles: their cars share the fault queue, by number', async t => {
    const yard = breakDown(breakDown(site(5), 'F2').yard, 'F1').yard
    t.equal(shown(yard), 'F1: | F2: | T1: | waiting: e | F: a b c d | T:')
  })

  t.test('sends a car that took a pile of the other mode back to its own', async t => {
    const yard = site(1)
    yard.piles[0]!.cars = []
    yard.piles[2]!.cars = ['a']
    t.equal(shown(breakDown(yard, 'T1').yard), 'F1: a | F2: | T1: | waiting: | F: | T:')
  })
})

t.test('after a fault with priority', async t => {
  t.test(
    'the fault queue is served first whenever a place of the mode frees, the interrupted car included',
    async t => {
      let yard = breakDown(site(5), 'F1').yard
      yard = charging(after(leave(yard, 'b')))
      t.equal(shown(yard), 'F1: | F2: d* a | T1: | waiting: e | F: c | T:')
      yard = charging(after(leave(yard, 'd')))
      t.equal(shown(yard), 'F1: | F2: a* c | T1: | waiting: e | F: | T:')
      t.equal(shown(after(leave(yard, 'a'))), 'F1: | F2: c e | T1: | waiting: | F: | T:', 'then calling resumes')
    },
  )

  t.test('cars at other piles stay where they are', async t => {
    const yard = breakDown(site(6, {}, { fast: 3 }), 'F1').yard
    t.equal(shown(yard), 'F1: | F2: b* e | F3: c* f | T1: | waiting: | F: a d | T:')
  })
})

t.test('after a fault with time-order', async t => {
  t.test(
    'the fault queue and all cars of the mode not yet charging are dealt again by number, what is left over waits in the fault queue',
    async t => {
      const broken = breakDown(site(6, { faultPolicy: 'time-order' }, { fast: 3 }), 'F1')
      t.equal(shown(broken.yard), 'F1: | F2: b* a | F3: c* d | T1: | waiting: | F: e f | T:')
      const dealt = broken.decisions.filter(({ cause }) => cause === 'redeal')
      t.match(dealt, [
        { carId: 'a', from: 'fault-queue', fromPileId: null, to: 'pile', pileId: 'F2', rule: 'lowest-id' },
        { carId: 'd', from: 'fault-queue', to: 'pile', pileId: 'F3', rule: 'only-candidate' },
        { carId: 'e', from: 'pile', fromPileId: 'F2', to: 'fault-queue', pileId: null, rule: 'full' },
        { carId: 'f', from: 'pile', fromPileId: 'F3', to: 'fault-queue', rule: 'full' },
      ])
    },
  )

  t.test('the waiting area is not dealt, and is called when the fault queue is empty', async t => {
    const yard = breakDown(site(5, { faultPolicy: 'time-order' }), 'F1').yard
    t.equal(shown(yard), 'F1: | F2: b* a | T1: | waiting: e | F: c d | T:')
  })

  t.test('charging cars and the other mode stay', async t => {
    let yard = site(3, { faultPolicy: 'time-order' }, { fast: 3, trickle: 2 })
    for (const id of ['p', 'q', 'r'])
      yard = charging(after(enter(yard, { id, mode: 'trickle', energy: 10, arrival: 0 })))
    t.equal(shown(breakDown(yard, 'F1').yard), 'F1: | F2: b* a | F3: c* | T1: p* r | T2: q* | waiting: | F: | T:')
  })

  t.test('with pileChoice any, from the first whose best pile is full on all stay', async t => {
    const yard = site(3, { faultPolicy: 'time-order', pileChoice: 'any' }, { fast: 3, queueLength: 1 })
    carOf(yard, 'b').needed = 10
    t.equal(shown(breakDown(yard, 'F1').yard), 'F1: | F2: b* | F3: c* | T1: | waiting: | F: a | T:')
  })

  t.test('when nothing works any more all are in the fault queue', async t => {
    const broken = breakDown(site(2, { faultPolicy: 'time-order' }, { fast: 1 }), 'F1')
    t.equal(shown(broken.yard), 'F1: | T1: | waiting: | F: a b | T:')
  })
})

t.test('a pile that is away', async t => {
  const away = (policy: Partial<Policy> = {}) => breakDown(site(6, policy), 'F1', { keepCharging: true })

  t.test('keeps its charging car and loses the others', async t => {
    const gone = away()
    t.equal(shown(gone.yard), 'F1: a* | F2: b* d | T1: | waiting: e f | F: c | T:')
    t.match(gone, {
      interrupted: null,
      decisions: [{ carId: 'c', from: 'pile', fromPileId: 'F1', cause: 'breakdown' }],
    })
  })

  t.test('is called to by nobody, also when its car has left', async t => {
    t.equal(shown(after(leave(away().yard, 'a'))), 'F1: | F2: b* d | T1: | waiting: e f | F: c | T:')
  })

  t.test('keeps its charging car when cars are dealt again', async t => {
    t.equal(shown(away({ faultPolicy: 'time-order' }).yard), 'F1: a* | F2: b* c | T1: | waiting: e f | F: d | T:')
  })

  t.test('that comes back has its charging car and is called to again', async t => {
    t.equal(shown(repair(away().yard, 'F1').yard), 'F1: a* c | F2: b* d | T1: | waiting: e f | F: | T:')
  })

  t.test('that then fails loses the charging car too', async t => {
    const failed = breakDown(away().yard, 'F1')
    t.match(failed, { interrupted: { id: 'a', charging: false }, decisions: [{ carId: 'a', to: 'fault-queue' }] })
    t.equal(shown(failed.yard), 'F1: | F2: b* d | T1: | waiting: e f | F: a c | T:')
  })
})

t.test('a repair', async t => {
  /** F1 broken, its cars a and c in the fault queue, e waiting. */
  const broken = (policy: Partial<Policy> = {}): Yard => breakDown(site(5, policy), 'F1').yard

  t.test('with redealOnRepair deals all cars not yet charging and the fault queue by number, then calls', async t => {
    const yard = broken()
    carOf(yard, 'b').needed = 50
    const repaired = repair(yard, 'F1')
    t.equal(shown(repaired.yard), 'F1: a d | F2: b* c | T1: | waiting: e | F: | T:')
    t.match(repaired.decisions, [
      { carId: 'a', from: 'fault-queue', to: 'pile', pileId: 'F1' },
      { carId: 'c', from: 'fault-queue', to: 'pile', pileId: 'F2' },
      { carId: 'd', from: 'pile', fromPileId: 'F2', to: 'pile', pileId: 'F1', cause: 'redeal' },
    ])
  })

  t.test('with redealOnRepair tells nothing of a car that is dealt where it was', async t => {
    const yard = site(4, {}, { fast: 3 })
    const repaired = repair(breakDown(yard, 'F3').yard, 'F3')
    t.equal(shown(repaired.yard), 'F1: a* d | F2: b* | F3: c | T1: | waiting: | F: | T:')
    t.match(repaired.decisions, [{ carId: 'c', pileId: 'F3' }])
  })

  t.test('without redealOnRepair just frees the pile: fault queue first, then the waiting area', async t => {
    const repaired = repair(broken({ redealOnRepair: false }), 'F1')
    t.equal(shown(repaired.yard), 'F1: a c | F2: b* d | T1: | waiting: e | F: | T:')
  })

  t.test('with another pile still broken leaves what finds no place in the fault queue', async t => {
    const yard = breakDown(breakDown(site(6, {}, { fast: 3, queueLength: 3 }), 'F2').yard, 'F1').yard
    yard.piles[0]!.queueLength = 1
    t.equal(shown(yard), 'F1: | F2: | F3: c* f e | T1: | waiting: | F: a b d | T:')
    t.equal(shown(repair(yard, 'F1').yard), 'F1: a | F2: | F3: c* b d | T1: | waiting: | F: e f | T:')
  })

  t.test('resumes calling', async t => {
    const yard = repair(breakDown(site(5, {}, { queueLength: 1 }), 'F1').yard, 'F1').yard
    t.equal(shown(yard), 'F1: a | F2: b* | T1: | waiting: c d e | F: | T:')
    t.equal(shown(after(leave(yard, 'a'))), 'F1: c | F2: b* | T1: | waiting: d e | F: | T:')
  })

  t.test('of a working pile, or of none, changes nothing', async t => {
    const yard = site(5)
    for (const pileId of ['F1', 'F9']) {
      t.equal(shown(repair(yard, pileId).yard), shown(yard))
      t.match(repair(yard, pileId).decisions, [])
    }
  })
})
