import t from 'tap'
import { explainDecision, explainToOperator, type ToldDecision } from '../../../central/core/dispatch/explain.ts'
import { explainWaiting } from '../../../central/core/dispatch/explain-waiting.ts'
import { breakDown, enter } from '../../../central/core/queue/verbs.ts'
import type { Yard } from '../../../central/core/queue/yard.ts'
import { after, charging, emptyYard } from '../yards.ts'

/** 14:00 in Shanghai. */
const AT = Date.parse('2026-06-01T06:00:00Z')
const pile = (pileId: string, minutes: number, more: { full?: boolean; closes?: true } = {}) => ({
  pileId,
  completionSeconds: minutes * 60,
  full: false,
  ...more,
})
const told = (given: Partial<ToldDecision>): ToldDecision => ({
  number: 'F12',
  at: AT,
  timeZone: 'Asia/Shanghai',
  cause: 'call',
  rule: 'least-completion',
  from: 'waiting',
  fromPileId: null,
  to: 'pile',
  pileId: 'F2',
  candidates: [pile('F1', 32), pile('F2', 20), pile('F3', 50)],
  together: null,
  ...given,
})

t.test('every decision has its words for the driver', async t => {
  for (const [given, en, zh] of [
    [
      {},
      'F12 goes to F2: done there at 14:20, 12 minutes earlier than at F1.',
      'F12 前往 F2：预计 14:20 充完，比 F1 早 12 分钟。',
    ],
    [
      { candidates: [pile('F1', 15, { full: true }), pile('F2', 20), pile('F3', 21)] },
      'F12 goes to F2: done there at 14:20, 1 minute earlier than at F3. F1 would be sooner and has no free place.',
      'F12 前往 F2：预计 14:20 充完，比 F3 早 1 分钟。F1 更早但没有空位。',
    ],
    [
      { rule: 'lowest-id', pileId: 'F1', candidates: [pile('F1', 20), pile('F2', 20)] },
      'F12 goes to F1: done there at 14:20, as early as at F2.',
      'F12 前往 F1：预计 14:20 充完，与 F2 相同，取编号靠前者。',
    ],
    [
      { rule: 'only-candidate', candidates: [pile('F1', 10, { full: true }), pile('F2', 20)] },
      'F12 goes to F2: done there at 14:20, the only pile with a free place.',
      'F12 前往 F2：预计 14:20 充完，唯一有空位的桩。',
    ],
    [
      { rule: 'only-candidate', candidates: [pile('F2', 20)] },
      'F12 goes to F2: done there at 14:20, the only pile of its mode that works now.',
      'F12 前往 F2：预计 14:20 充完，目前该模式唯一可用的桩。',
    ],
    [
      { rule: 'only-candidate', candidates: [pile('F1', 30, { closes: true }), pile('F2', 660)] },
      'F12 goes to F2: done there at 01:00 tomorrow, the only pile that is free and open for long enough.',
      'F12 前往 F2：预计 次日 01:00 充完，唯一有空位且开放时间足够的桩。',
    ],
    [
      { rule: 'minimal-total', together: { cars: 3, totalSeconds: 7200 } },
      'F12 goes to F2: done there at 14:20. 3 cars were placed together so that the sum of their times is the least.',
      'F12 前往 F2：预计 14:20 充完。3 辆车一并安排，使总完成时间最短。',
    ],
    [
      { cause: 'fault-queue', from: 'fault-queue' },
      'F12 lost its pile and goes before those who wait. F12 goes to F2: done there at 14:20, 12 minutes earlier than at F1.',
      'F12 的充电桩暂停服务，优先安排。F12 前往 F2：预计 14:20 充完，比 F1 早 12 分钟。',
    ],
    [
      { cause: 'redeal', from: 'pile', fromPileId: 'F1' },
      'Cars that do not charge yet are dealt again. F12 goes to F2: done there at 14:20, 12 minutes earlier than at F1.',
      '尚未充电的车辆重新分配。F12 前往 F2：预计 14:20 充完，比 F1 早 12 分钟。',
    ],
    [
      { cause: 'redeal', rule: 'full', from: 'pile', fromPileId: 'F1', to: 'fault-queue', pileId: null },
      'Cars that do not charge yet are dealt again. No place is free for F12: it keeps its number and gets one before those who wait.',
      '尚未充电的车辆重新分配。F12 暂无空位：排号保留，优先安排。',
    ],
    [
      {
        cause: 'breakdown',
        rule: null,
        from: 'pile',
        fromPileId: 'F1',
        to: 'fault-queue',
        pileId: null,
        candidates: [],
      },
      'F1 cannot serve: F12 keeps its number and gets the next place before those who wait.',
      'F1 暂停服务：F12 排号保留，优先安排下一个空位。',
    ],
    [
      {
        cause: 'no-show',
        rule: 'no-show',
        from: 'pile',
        fromPileId: 'F1',
        to: 'waiting',
        pileId: null,
        candidates: [],
      },
      'F12 did not begin at F1 in time and is back at the head of the waiting area.',
      'F12 未按时在 F1 开始充电，回到等候区首位。',
    ],
    [{ cause: 'walk-up', rule: null, candidates: [] }, 'F12 has begun to charge at F2.', 'F12 已在 F2 开始充电。'],
    [
      { cause: 'walk-up', rule: null, from: 'pile', fromPileId: 'F1', candidates: [] },
      'F12 was called to F1 and charges at F2.',
      'F12 被叫到 F1，已在 F2 开始充电。',
    ],
  ] satisfies [Partial<ToldDecision>, string, string][]) {
    t.same(explainDecision(told(given)), { en, zh })
  }
})

t.test('operators read the rule and every pile that was looked at', async t => {
  t.same(explainToOperator(told({ candidates: [pile('F1', 15, { full: true }), pile('F2', 20)] })), {
    en: 'Called from the waiting area; rule: least completion time. F12 goes to F2: done there at 14:20. F1 would be sooner and has no free place. Piles: F1 at 14:15 (15 min, full); F2 at 14:20 (20 min, chosen).',
    zh: '从等候区叫号；规则：完成时间最短。F12 前往 F2：预计 14:20 充完。F1 更早但没有空位。候选：F1 14:15（15 分钟，已满）；F2 14:20（20 分钟，选中）。',
  })
  const together = explainToOperator(told({ rule: 'minimal-total', together: { cars: 3, totalSeconds: 7200 } }))
  t.match(together.en, /rule: least sum of completion times.*Together: 3 cars, 120 minutes in sum\./)
  t.match(explainToOperator(told({ cause: 'no-show', rule: 'no-show', candidates: [] })).en, /^No-show\. F12 did/)
})

const ask = (yard: Yard, id: string, energy = 50, priority = 0): Yard =>
  charging(after(enter(yard, { id, mode: 'fast', energy, arrival: 0, priority })))
const busy = (options: Parameters<typeof emptyYard>[0] = {}): Yard =>
  ['a', 'b', 'c'].reduce((yard, id) => ask(yard, id), emptyYard({ fast: 1, queueLength: 1, ...options }))

t.test('who waits is told what for', async t => {
  const why = (yard: Yard, id: string) => explainWaiting(yard, id)?.en
  t.equal(why(busy(), 'a'), undefined, 'nobody at a pile')
  t.equal(why(busy(), 'nobody'), undefined)
  t.equal(why(busy(), 'b'), 'All places are taken; you are next.')
  t.equal(why(busy(), 'c'), 'All places are taken; 1 car is before you.')
  t.equal(
    why(ask(ask(busy(), 'd', 50, 5), 'e', 50, 5), 'c'),
    'All places are taken; 3 cars are before you, 2 of a higher priority class.',
  )
  const broken = breakDown(busy({ fast: 2 }), 'F1').yard
  t.match(why(broken, 'a'), /^Your pile is out of service/)
  t.match(why(broken, 'c'), /^Cars of a failed pile are served first/)
  const none = busy()
  none.piles[0]!.plannable = false
  t.match(why(none, 'c'), /^No pile of this mode/)
  const closes = emptyYard({ fast: 1 })
  closes.piles[0]!.closesAt = 4
  t.match(why(after(enter(closes, { id: 'x', mode: 'fast', energy: 50, arrival: 0 })), 'x'), /close for maintenance/)
  const any = emptyYard({ fast: 2, queueLength: 1, policy: { pileChoice: 'any' } })
  any.piles[1]!.powerW = 1
  t.equal(
    why(ask(ask(any, 'a', 10), 'b', 10), 'b'),
    'You will be done soonest at F1, which has no free place yet; you are next.',
  )
  const batch = emptyYard({ fast: 1, trickle: 1, queueLength: 1, capacity: 2, policy: { dispatch: 'batch' } })
  t.equal(why(ask(ask(batch, 'a'), 'b'), 'b'), 'Cars are called when 4 are here; 2 of 4 wait.')
})
