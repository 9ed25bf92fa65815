import t from 'tap'
import { request, run } from './run.ts'

t.test('a higher priority class is called first', async t => {
  const answer = run({
    site: { fast: { count: 1, kW: 60 }, queueLength: 1, waitingCapacity: 3 },
    events: [
      request('06:00', 'V1', 'F', 10),
      request('06:00', 'V2', 'F', 10),
      { ...request('06:00', 'V3', 'F', 10), priority: 5 },
    ],
  })
  t.same(
    answer.details.map(({ vehicle }) => vehicle),
    ['V1', 'V3', 'V2'],
  )
  t.match(answer.metrics.byClass, [
    { priority: 5, requests: 1, meanWaitMin: 10 },
    { priority: 0, requests: 2, meanWaitMin: 10, p95WaitMin: 20, maxWaitMin: 20 },
  ])
  t.match(answer.metrics, {
    byModeAndClass: [
      { mode: 'F', priority: 5 },
      { mode: 'F', priority: 0 },
    ],
  })
})

t.test('with maxWait a car that has waited longer outranks every class', async t => {
  const day = {
    site: { fast: { count: 1, kW: 60 }, queueLength: 1, waitingCapacity: 3 },
    events: [
      request('06:00', 'V1', 'F', 30),
      request('06:00', 'V2', 'F', 10),
      { ...request('06:20', 'V3', 'F', 10), priority: 5 },
    ],
  }
  const order = (maxWait: number | null) => run({ ...day, policy: { maxWait } }).details.map(({ vehicle }) => vehicle)
  t.same(order(null), ['V1', 'V3', 'V2'])
  t.same(order(30), ['V1', 'V3', 'V2'], 'longer, not as long')
  t.same(order(29.5), ['V1', 'V2', 'V3'])
})

t.test(
  'in batch mode nobody is called until all places can be filled, then also to piles of the other mode',
  async t => {
    const site = { fast: { count: 1, kW: 60 }, trickle: { count: 1, kW: 6 }, queueLength: 1, waitingCapacity: 2 }
    const events = [request('06:00', 'V1', 'T', 60), request('06:10', 'V2', 'T', 1)]
    const full = [...events, request('06:20', 'V3', 'F', 6), request('06:30', 'V4', 'F', 1)]
    t.same(run({ site, policy: { dispatch: 'batch' }, events }).details, [], 'two places stay empty')
    const answer = run({ site, policy: { dispatch: 'batch' }, events: full })
    t.equal(answer.details.length >= 2, true)
    t.equal(
      answer.details.every(({ from }) => from >= '06:20:00'),
      true,
    )
    t.equal(
      answer.details.some(({ number, pile }) => number[0] !== pile[0]),
      true,
    )
  },
)
