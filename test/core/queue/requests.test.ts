import t from 'tap'
import { change, enter, leave, sendBack } from '../../../central/core/queue/verbs.ts'
import { carOf, placeOf, type Yard } from '../../../central/core/queue/yard.ts'
import { after, charging, emptyYard, numberOf, shown } from '../yards.ts'

const ask = (yard: Yard, id: string, mode: 'fast' | 'trickle', energy = 100): Yard =>
  after(enter(yard, { id, mode, energy, arrival: 0 }))

const asks = (yard: Yard, mode: 'fast' | 'trickle', ...ids: string[]): Yard =>
  ids.reduce((before, id) => ask(before, id, mode), yard)

t.test('numbers', async t => {
  t.test('each mode counts its own from 1', async t => {
    let yard = emptyYard()
    yard = ask(yard, 'a', 'fast')
    yard = ask(yard, 'b', 'trickle')
    yard = ask(yard, 'c', 'fast')
    t.same(
      ['a', 'b', 'c'].map(id => numberOf(yard, id)),
      ['F1', 'T1', 'F2'],
    )
  })

  t.test('a number is never given again', async t => {
    const yard = ask(after(leave(ask(emptyYard(), 'a', 'fast'), 'a')), 'a', 'fast')
    t.equal(numberOf(yard, 'a'), 'F2')
  })

  t.test('a refused request consumes no number', async t => {
    const full = asks(emptyYard({ fast: 1, queueLength: 1, capacity: 1 }), 'fast', 'a', 'b')
    t.same(enter(full, { id: 'c', mode: 'fast', energy: 1, arrival: 0 }), { ok: false, reason: 'waiting-area-full' })
    t.equal(full.nextNumber.fast, 3)
  })
})

t.test('requests are refused', async t => {
  t.test('without energy', async t => {
    for (const energy of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      t.match(enter(emptyYard(), { id: 'a', mode: 'fast', energy, arrival: 0 }), { ok: false, reason: 'bad-energy' })
    }
  })

  t.test('for a mode of which the site has no pile, but not for one whose piles are all down', async t => {
    const yard = emptyYard({ trickle: 0 })
    for (const pile of yard.piles) pile.broken = true
    t.match(enter(yard, { id: 'a', mode: 'trickle', energy: 1, arrival: 0 }), { ok: false, reason: 'no-pile-of-mode' })
    t.equal(shown(ask(yard, 'a', 'fast')), 'F1: | F2: | waiting: a | F: | T:')
  })

  t.test('for a vehicle that has an active request', async t => {
    const yard = ask(emptyYard(), 'a', 'fast')
    t.match(enter(yard, { id: 'a', mode: 'trickle', energy: 1, arrival: 0 }), { ok: false, reason: 'active-request' })
  })

  t.test('when the waiting area is full, both modes counted together', async t => {
    const yard = asks(emptyYard({ fast: 1, queueLength: 1, capacity: 2 }), 'fast', 'a', 'b', 'c')
    const refused = enter(yard, { id: 'd', mode: 'trickle', energy: 1, arrival: 0 })
    t.match(refused, { ok: false, reason: 'waiting-area-full' }, 'even though T1 is free')
  })

  t.test('but cars called to a pile or in a fault queue do not count', async t => {
    const yard = asks(emptyYard({ fast: 1, capacity: 1 }), 'fast', 'a', 'b')
    yard.faultQueue.trickle.push('x')
    yard.cars.set('x', { ...carOf(yard, 'a'), id: 'x', mode: 'trickle', number: 9 })
    yard.piles[1]!.broken = true
    t.equal(shown(ask(yard, 'c', 'fast')), 'F1: a b | T1: | waiting: c | F: | T: x')
  })

  t.test('for the energy before anything else, then for the mode, then for the vehicle', async t => {
    const yard = ask(emptyYard({ trickle: 0, capacity: 1 }), 'a', 'fast')
    t.match(enter(yard, { id: 'a', mode: 'trickle', energy: 0, arrival: 0 }), { reason: 'bad-energy' })
    t.match(enter(yard, { id: 'a', mode: 'trickle', energy: 1, arrival: 0 }), { reason: 'no-pile-of-mode' })
    yard.waitingCapacity = 0
    t.match(enter(yard, { id: 'a', mode: 'fast', energy: 1, arrival: 0 }), { reason: 'active-request' })
  })

  t.test('only after pending calls have run', async t => {
    const yard = asks(emptyYard({ fast: 1, queueLength: 1, capacity: 1 }), 'fast', 'a', 'b')
    yard.piles[0]!.cars = []
    yard.cars.delete('a')
    const entered = enter(yard, { id: 'c', mode: 'fast', energy: 1, arrival: 0 })
    t.equal(shown(after(entered)), 'F1: b | T1: | waiting: c | F: | T:')
    t.match(entered, { decisions: [{ carId: 'b', pileId: 'F1', from: 'waiting', cause: 'call' }] })
  })
})

t.test('a verb leaves the yard it was given as it was', async t => {
  const yard = charging(asks(emptyYard({ fast: 1 }), 'fast', 'a', 'b', 'c'))
  const before = shown(yard)
  after(enter(yard, { id: 'd', mode: 'trickle', energy: 5, arrival: 0 }))
  after(change(yard, 'c', { mode: 'trickle' }))
  after(leave(yard, 'a'))
  t.equal(shown(yard), before)
  t.equal(numberOf(yard, 'c'), 'F3')
})

t.test('changes', async t => {
  const busy = (): Yard => charging(asks(emptyYard({ fast: 1 }), 'fast', 'a', 'b', 'c', 'd'))

  t.test(
    'of the mode in the waiting area: a new number, last of the other mode, the place in the order of arrival kept',
    async t => {
      let yard = asks(busy(), 'trickle', 'p', 'q', 'r')
      yard = after(change(yard, 'c', { mode: 'trickle', energy: 30 }))
      t.equal(numberOf(yard, 'c'), 'T4')
      t.same(yard.waiting, ['c', 'd', 'r'])
      t.equal(carOf(yard, 'c').needed, 30)
      t.equal(shown(after(leave(yard, 'p'))), 'F1: a* b | T1: q r | waiting: c d | F: | T:', 'r is called before c')
    },
  )

  t.test('of the mode in the waiting area call the car when a pile of that mode is free', async t => {
    t.equal(shown(after(change(busy(), 'd', { mode: 'trickle' }))), 'F1: a* b | T1: d | waiting: c | F: | T:')
  })

  t.test('of the energy in the waiting area keep the number', async t => {
    const yard = after(change(busy(), 'c', { energy: 7 }))
    t.equal(numberOf(yard, 'c'), 'F3')
    t.match(carOf(yard, 'c'), { demand: 7, needed: 7 })
  })

  t.test('that name the present mode are changes of energy', async t => {
    t.equal(numberOf(after(change(busy(), 'c', { mode: 'fast', energy: 7 })), 'c'), 'F3')
  })

  t.test('at a pile are refused, also of the energy', async t => {
    t.same(change(busy(), 'b', { energy: 7 }), { ok: false, reason: 'at-pile' })
    t.same(change(busy(), 'b', { mode: 'trickle' }), { ok: false, reason: 'at-pile' })
  })

  t.test('in a fault queue are refused like those at a pile', async t => {
    const yard = busy()
    yard.piles[0]!.cars = ['a']
    yard.faultQueue.fast = ['b']
    yard.piles[0]!.plannable = false
    t.same(change(yard, 'b', { energy: 7 }), { ok: false, reason: 'at-pile' })
  })

  t.test('while charging are refused', async t => {
    t.same(change(busy(), 'a', { energy: 7 }), { ok: false, reason: 'charging' })
    t.same(change(busy(), 'a', {}), { ok: false, reason: 'charging' })
  })

  t.test('while charging with editWhileCharging: the energy, not the mode', async t => {
    const yard = busy()
    yard.policy.editWhileCharging = true
    carOf(yard, 'a').needed = 60
    t.match(change(yard, 'a', { energy: 200 }), { ok: true, done: false, car: { demand: 200, needed: 160, number: 1 } })
    t.match(change(yard, 'a', { energy: 41 }), { ok: true, done: false, car: { needed: 1 } })
    t.match(
      change(yard, 'a', { energy: 40 }),
      { ok: true, done: true, car: { needed: 0 } },
      'what is delivered is enough',
    )
    t.match(change(yard, 'a', { energy: 7 }), { ok: true, done: true, car: { needed: 0 } })
    t.same(change(yard, 'a', { mode: 'trickle', energy: 200 }), { ok: false, reason: 'charging' })
    t.match(change(yard, 'a', { mode: 'fast', energy: 200 }), { ok: true })
  })

  t.test('of nobody, to no energy or to a mode without piles are refused', async t => {
    t.same(change(busy(), 'x', { energy: 0 }), { ok: false, reason: 'no-active-request' })
    t.same(change(busy(), 'a', { energy: 0 }), { ok: false, reason: 'bad-energy' })
    const yard = asks(emptyYard({ fast: 1, trickle: 0 }), 'fast', 'a', 'b', 'c')
    t.same(change(yard, 'c', { mode: 'trickle' }), { ok: false, reason: 'no-pile-of-mode' })
    t.same(change(yard, 'b', { mode: 'trickle' }), { ok: false, reason: 'at-pile' })
  })
})

t.test('leaving', async t => {
  t.test('frees the place at the pile, and the next is called', async t => {
    const yard = asks(emptyYard({ fast: 1 }), 'fast', 'a', 'b', 'c', 'd')
    const left = leave(yard, 'b')
    t.equal(shown(after(left)), 'F1: a c | T1: | waiting: d | F: | T:')
    t.match(left, { from: 'pile', pileId: 'F1', car: { id: 'b' }, decisions: [{ carId: 'c', pileId: 'F1' }] })
  })

  t.test('is possible from the waiting area and from a fault queue', async t => {
    const yard = asks(emptyYard({ fast: 1 }), 'fast', 'a', 'b', 'c')
    t.match(leave(yard, 'c'), { ok: true, from: 'waiting', pileId: null })
    yard.piles[0]!.cars = []
    yard.piles[0]!.broken = true
    yard.faultQueue.fast = ['a', 'b']
    const left = leave(yard, 'a')
    t.match(left, { ok: true, from: 'fault-queue', pileId: null })
    t.equal(shown(after(left)), 'F1: | T1: | waiting: c | F: b | T:')
  })

  t.test('is refused to nobody', async t => {
    t.same(leave(emptyYard(), 'x'), { ok: false, reason: 'no-active-request' })
  })
})

t.test('a no-show', async t => {
  t.test('loses the place and goes to the head of the waiting area with its number', async t => {
    const yard = asks(emptyYard({ fast: 1, capacity: 2 }), 'fast', 'a', 'b', 'c', 'd')
    yard.piles[0]!.plannable = false
    const back = sendBack(yard, 'b')
    t.equal(shown(after(back)), 'F1: a | T1: | waiting: b c d | F: | T:')
    t.match(back, { decisions: [{ carId: 'b', from: 'pile', fromPileId: 'F1', to: 'waiting', cause: 'no-show' }] })
  })

  t.test('is called again as soon as there is a place', async t => {
    const yard = asks(emptyYard({ fast: 1 }), 'fast', 'a', 'b', 'c')
    t.equal(shown(after(sendBack(yard, 'a'))), 'F1: b a | T1: | waiting: c | F: | T:')
  })

  t.test('is none of a car that charges, waits or is unknown', async t => {
    const yard = charging(asks(emptyYard({ fast: 1 }), 'fast', 'a', 'b', 'c'))
    t.same(sendBack(yard, 'a'), { ok: false, reason: 'charging' })
    t.same(sendBack(yard, 'c'), { ok: false, reason: 'pile-not-ready' })
    t.same(sendBack(yard, 'x'), { ok: false, reason: 'no-active-request' })
  })
})

t.test('every car has one place', async t => {
  const yard = asks(emptyYard({ fast: 1 }), 'fast', 'a', 'b', 'c')
  t.match(placeOf(yard, 'b'), { at: 'pile', index: 1, pile: { id: 'F1' } })
  t.same(placeOf(yard, 'c'), { at: 'waiting' })
  t.equal(placeOf(yard, 'x'), undefined)
})
