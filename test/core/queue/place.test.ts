import t from 'tap'
import { enter } from '../../../central/core/queue/verbs.ts'
import { callTo, carOf, isWorking } from '../../../central/core/queue/yard.ts'
import { after, emptyYard, shown } from '../yards.ts'

t.test('a car is called to a pile only past the check that it works: anything else does not compile', async t => {
  const yard = after(enter(emptyYard({ fast: 0 }), { id: 'a', mode: 'trickle', energy: 1, arrival: 0 }))
  const [pile] = yard.piles
  pile!.cars = []
  const refusedByTheCompiler = [
    // @ts-expect-error a pile that may be broken
    () => callTo(pile!, carOf(yard, 'a')),
    // @ts-expect-error nor can anybody be added to its list
    () => pile!.cars.push('a'),
  ]
  t.equal(refusedByTheCompiler.length, 2)
  if (isWorking(pile!)) callTo(pile, carOf(yard, 'a'))
  t.equal(shown(yard), 'T1: a | waiting: | F: | T:')
  pile!.broken = true
  t.notOk(isWorking(pile!))
  t.notOk(isWorking({ ...pile!, broken: false, plannable: false }))
})
