import t from 'tap'
import { byNumber, callingOrder, comparePileIds } from '../../../central/core/queue/order.ts'
import { DEFAULT_POLICY, policySchema } from '../../../central/core/queue/policy.ts'
import type { Car } from '../../../central/core/queue/yard.ts'
import { emptyYard } from '../yards.ts'

t.test('pile ids stand in natural order', async t => {
  const sorted = ['A', 'F1', 'F1-2', 'F1-10', 'F2', 'F10', 'F10A', 'T1', 'pile 2', 'pile 10', '充1', '充2', '充12']
  t.same([...sorted].reverse().sort(comparePileIds), sorted)
  t.equal(comparePileIds('F2', 'F2'), 0)
  t.equal(comparePileIds('', ''), 0)
  t.ok(comparePileIds('F01', 'F1') < 0, 'leading zeros decide last')
  t.ok(comparePileIds('F1', 'F') > 0)
  t.ok(comparePileIds('1', 'A') < 0)
  t.ok(comparePileIds('A', '1') > 0)
})

t.test('F9 is called before F10', async t => {
  const car = (number: number): Car => {
    return {
      id: 'x',
      mode: 'fast',
      number,
      demand: 1,
      needed: 1,
      priority: 0,
      arrival: 0,
      numberedAt: 0,
      charging: false,
    }
  }
  t.ok(byNumber(car(9), car(10)) < 0)
  t.ok(callingOrder(emptyYard())(car(9), car(10)) < 0)
})

t.test('a policy has the defaults of a new site and refuses what it does not know', async t => {
  t.same(DEFAULT_POLICY, {
    pileChoice: 'vacant',
    faultPause: 'mode',
    faultPolicy: 'priority',
    redealOnRepair: true,
    editWhileCharging: false,
    dispatch: 'normal',
    maxWait: null,
  })
  for (const wrong of [{ dispatch: 'greedy' }, { maxWait: 0 }, { maxWait: -1 }, { speed: 1 }])
    t.notOk(policySchema.safeParse(wrong).success)
})
