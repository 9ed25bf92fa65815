import t from 'tap'
import { carsAhead, estimates } from '../../../central/core/dispatch/estimate.ts'
import { breakDown, enter } from '../../../central/core/queue/verbs.ts'
import { carOf, type Yard } from '../../../central/core/queue/yard.ts'
import { after, charging, emptyYard, shown } from '../yards.ts'

const ask = (yard: Yard, id: string, energy: number, mode: 'fast' | 'trickle' = 'fast'): Yard =>
  charging(after(enter(yard, { id, mode, energy, arrival: 0 })))

/** a at F1, b at F2, c behind b, d behind a, e and g waiting. */
const busy = (): Yard => {
  let yard = emptyYard({ fast: 2 })
  for (const [id, energy] of [
    ['a', 100],
    ['b', 50],
    ['c', 40],
    ['d', 20],
    ['e', 30],
    ['g', 10],
  ] as const) {
    yard = ask(yard, id, energy)
  }
  return yard
}

t.test('everybody is told when they start and finish if nothing else happens', async t => {
  const yard = busy()
  t.equal(shown(yard), 'F1: a* d | F2: b* c | T1: | waiting: e g | F: | T:')
  t.same(Object.fromEntries(estimates(yard)), {
    a: { pileId: 'F1', start: 0, finish: 10 },
    b: { pileId: 'F2', start: 0, finish: 5 },
    c: { pileId: 'F2', start: 5, finish: 9 },
    e: { pileId: 'F2', start: 9, finish: 12 },
    d: { pileId: 'F1', start: 10, finish: 12 },
    g: { pileId: 'F2', start: 12, finish: 13 },
  })
  t.equal(shown(yard), 'F1: a* d | F2: b* c | T1: | waiting: e g | F: | T:', 'and the yard stays as it is')
})

t.test('sessions that end on one instant make room together', async t => {
  let yard = emptyYard({ fast: 2, queueLength: 1 })
  for (const id of ['a', 'b', 'c', 'd']) yard = ask(yard, id, 25)
  t.same(Object.fromEntries(estimates(yard)), {
    a: { pileId: 'F1', start: 0, finish: 3 },
    b: { pileId: 'F2', start: 0, finish: 3 },
    c: { pileId: 'F1', start: 3, finish: 6 },
    d: { pileId: 'F2', start: 3, finish: 6 },
  })
})

t.test('the measured power tells when the charging car ends, the nominal one all others', async t => {
  const yard = ask(ask(emptyYard({ fast: 1 }), 'a', 100), 'b', 100)
  yard.piles[0]!.chargingPowerW = 5
  t.match(Object.fromEntries(estimates(yard)), { a: { finish: 20 }, b: { start: 20, finish: 30 } })
})

t.test('a fault queue goes first', async t => {
  const yard = breakDown(busy(), 'F1').yard
  t.equal(shown(yard), 'F1: | F2: b* c | T1: | waiting: e g | F: a d | T:')
  const order = [...estimates(yard)].sort((a, b) => a[1].start - b[1].start).map(([id]) => id)
  t.same(order, ['b', 'c', 'a', 'd', 'e', 'g'])
})

t.test('nothing is promised behind an end that is not known, nor for a mode of which nothing works', async t => {
  let yard = ask(ask(emptyYard({ fast: 1 }), 'a', 100), 'b', 100)
  yard = ask(yard, 'p', 10, 'trickle')
  yard.piles[0]!.plannable = false
  t.same([...estimates(yard).keys()], ['p'])
  t.same([...estimates(emptyYard())], [])
})

t.test('cars ahead', async t => {
  t.test('in the waiting area are those of the mode that are called before', async t => {
    const yard = ask(ask(ask(busy(), 'p', 10, 'trickle'), 'q', 10, 'trickle'), 'r', 10, 'trickle')
    t.same(
      ['e', 'g', 'r'].map(id => carsAhead(yard, id)),
      [0, 1, 0],
    )
    carOf(yard, 'e').number = 99
    t.same(
      ['e', 'g'].map(id => carsAhead(yard, id)),
      [1, 0],
      'by number, not by arrival',
    )
  })

  t.test('include the fault queue of the mode', async t => {
    const yard = breakDown(busy(), 'F1').yard
    t.same(
      ['a', 'd', 'e', 'g'].map(id => carsAhead(yard, id)),
      [0, 1, 2, 3],
    )
  })

  t.test('at a pile are those before it there', async t => {
    t.same(
      ['a', 'd', 'x'].map(id => carsAhead(busy(), id)),
      [0, 1, undefined],
    )
  })
})

t.test('some hundred cars are told together', async t => {
  let yard = emptyYard({ fast: 20, trickle: 20, capacity: 600 })
  for (let index = 0; index < 500; index++) {
    const car = {
      id: `c${index}`,
      mode: index % 2 ? ('fast' as const) : ('trickle' as const),
      energy: 10 + (index % 37),
      arrival: 0,
      numberedAt: 0,
    }
    yard = after(enter(yard, car))
  }
  t.equal(estimates(yard).size, 500)
})
