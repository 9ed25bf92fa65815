import t from 'tap'
import { isPaused } from '../../../central/core/queue/call.ts'
import { callCars, change, enter, leave } from '../../../central/core/queue/verbs.ts'
import { carOf, type Yard } from '../../../central/core/queue/yard.ts'
import { after, charging, emptyYard, shown } from '../yards.ts'

const ask = (yard: Yard, id: string, mode: 'fast' | 'trickle', energy = 100): Yard =>
  after(enter(yard, { id, mode, energy, arrival: 0 }))

t.test('an arrival is called at once when a place is free', async t => {
  t.equal(shown(ask(emptyYard(), 'a', 'fast')), 'F1: a | F2: | T1: | waiting: | F: | T:')
})

t.test('the lowest number is called first, as an integer', async t => {
  let yard = emptyYard({ fast: 1, queueLength: 1 })
  yard.nextNumber.fast = 8
  for (const id of ['n8', 'n9', 'n10', 'n11']) yard = ask(yard, id, 'fast')
  yard.waiting.reverse()
  yard = after(leave(yard, 'n8'))
  t.same(yard.piles[0]?.cars, ['n9'])
  yard = after(leave(yard, 'n9'))
  t.same(yard.piles[0]?.cars, ['n10'])
})

t.test('calling goes on until nothing moves', async t => {
  const yard = emptyYard({ fast: 2, queueLength: 2 })
  for (const [index, id] of ['a', 'b', 'c', 'd', 'e'].entries()) {
    yard.cars.set(id, {
      id,
      mode: 'fast',
      number: index + 1,
      demand: 10,
      needed: 10,
      priority: 0,
      arrival: 0,
      numberedAt: 0,
      charging: false,
    })
    yard.waiting.push(id)
  }
  const called = callCars(yard)
  t.equal(shown(called.yard), 'F1: a c | F2: b d | T1: | waiting: e | F: | T:')
  t.same(
    called.decisions.map(({ carId }) => carId),
    ['a', 'b', 'c', 'd'],
  )
})

t.test('one mode does not wait for the other', async t => {
  let yard = emptyYard({ fast: 1, queueLength: 1 })
  for (const id of ['a', 'b', 'c']) yard = ask(yard, id, 'fast')
  t.equal(shown(ask(yard, 'p', 'trickle')), 'F1: a | T1: p | waiting: b c | F: | T:')
})

t.test('a decision tells where to, why and what else there was', async t => {
  const yard = ask(ask(emptyYard({ fast: 3 }), 'a', 'fast', 100), 'b', 'fast', 50)
  yard.piles[2]!.plannable = false
  t.match(enter(yard, { id: 'c', mode: 'fast', energy: 30, arrival: 0 }), {
    decisions: [
      {
        carId: 'c',
        from: 'waiting',
        fromPileId: null,
        to: 'pile',
        pileId: 'F2',
        cause: 'call',
        rule: 'least-completion',
        candidates: [
          { pileId: 'F1', completion: 13, full: false },
          { pileId: 'F2', completion: 8, full: false },
        ],
      },
    ],
  })
})

t.test('nobody is called to a pile that is broken or not plannable', async t => {
  const yard = emptyYard({ fast: 2 })
  yard.piles[0]!.broken = true
  yard.piles[1]!.plannable = false
  t.equal(shown(ask(yard, 'a', 'fast')), 'F1: | F2: | T1: | waiting: a | F: | T:')
})

t.test('with pileChoice any', async t => {
  const twoPiles = (): Yard => {
    const yard = emptyYard({ fast: 2, queueLength: 2, policy: { pileChoice: 'any' } })
    return ask(ask(ask(yard, 'short', 'fast', 10), 'long', 'fast', 500), 'short2', 'fast', 10)
  }

  t.test('a car whose best pile is full stays and blocks those behind it in its mode', async t => {
    const yard = ask(ask(ask(twoPiles(), 'c', 'fast', 10), 'd', 'fast', 10), 'p', 'trickle', 10)
    t.equal(shown(yard), 'F1: short short2 | F2: long | T1: p | waiting: c d | F: | T:')
  })

  t.test('it is called when a place frees at its best pile', async t => {
    const yard = after(leave(ask(ask(twoPiles(), 'c', 'fast', 10), 'd', 'fast', 10), 'short'))
    t.equal(shown(yard), 'F1: short2 c | F2: long | T1: | waiting: d | F: | T:')
  })

  t.test('with pileChoice vacant it would take the free place', async t => {
    const yard = twoPiles()
    yard.policy.pileChoice = 'vacant'
    t.equal(shown(ask(yard, 'c', 'fast', 10)), 'F1: short short2 | F2: long c | T1: | waiting: | F: | T:')
  })
})

t.test('while a fault queue has cars', async t => {
  /** Every place of both modes taken, f1 and t1 waiting, x in the fast fault queue. */
  const paused = (faultPause: 'mode' | 'site'): Yard => {
    let yard = emptyYard({ fast: 2, queueLength: 1, policy: { faultPause } })
    for (const id of ['a', 'x', 'f1']) yard = ask(yard, id, 'fast')
    for (const id of ['p', 't1']) yard = ask(yard, id, 'trickle')
    yard.piles[1]!.cars = []
    yard.piles[1]!.broken = true
    yard.faultQueue.fast = ['x']
    return yard
  }

  t.test('its cars go before the waiting area', async t => {
    t.equal(shown(after(leave(paused('mode'), 'a'))), 'F1: x | F2: | T1: p | waiting: f1 t1 | F: | T:')
  })

  t.test('the other mode is called with faultPause mode', async t => {
    const yard = paused('mode')
    t.same([isPaused(yard, 'fast'), isPaused(yard, 'trickle')], [true, false])
    t.equal(shown(after(leave(yard, 'p'))), 'F1: a | F2: | T1: t1 | waiting: f1 | F: x | T:')
  })

  t.test('nobody of the waiting area is called with faultPause site', async t => {
    const yard = paused('site')
    t.same([isPaused(yard, 'fast'), isPaused(yard, 'trickle')], [true, true])
    t.equal(shown(after(leave(yard, 'p'))), 'F1: a | F2: | T1: | waiting: f1 t1 | F: x | T:')
  })

  t.test('calling goes on when the fault queue is empty', async t => {
    const yard = after(leave(paused('site'), 'p'))
    t.equal(shown(after(leave(yard, 'x'))), 'F1: a | F2: | T1: t1 | waiting: f1 | F: | T:')
  })

  t.test('its cars are served by number', async t => {
    const yard = paused('mode')
    yard.cars.set('y', { ...carOf(yard, 'x'), id: 'y', number: 9 })
    yard.faultQueue.fast = ['x', 'y']
    t.equal(shown(after(leave(yard, 'a'))), 'F1: x | F2: | T1: p | waiting: f1 t1 | F: y | T:')
  })
})

t.test('on a yard with an order of calling of its own the same cars are called', async t => {
  // the path replay takes is compared with the plain one in test/core/replay/properties.test.ts; a copy has none
  const yard = emptyYard({ fast: 1 })
  yard.callingOrder = { fast: [], trickle: [] }
  const entered = charging(ask(yard, 'a', 'fast'))
  t.equal(entered.callingOrder, undefined)
  t.match(change(entered, 'a', { energy: 1 }), { reason: 'charging' })
})
