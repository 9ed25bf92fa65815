import t from 'tap'
import { createOutbox, type Outgoing } from '../../simulator/outbox.ts'
import { createManualTime } from './manual-time.ts'

class Refusal extends Error {}

type Behaviour = 'answer' | 'fail' | 'refuse'

/** An outbox whose link behaves as told; `settle` lets what is under way finish. */
function build() {
  const time = createManualTime()
  const sent: string[] = []
  const gone: string[] = []
  const link: { now: Behaviour } = { now: 'answer' }
  const outbox = createOutbox({
    async call(action) {
      sent.push(action)
      if (link.now === 'fail') throw new Error('no answer')
      if (link.now === 'refuse') throw new Refusal()
      return { to: action }
    },
    time,
    retrySeconds: () => 60,
    attempts: () => 3,
    isRefusal: error => error instanceof Refusal,
  })
  const message = (action: string, durable: boolean): Outgoing => ({
    action,
    payload: () => ({}),
    durable,
    onGone: () => gone.push(action),
  })
  return {
    time,
    outbox,
    link,
    take: () => sent.splice(0),
    gone,
    keep: (action: string) => outbox.push(message(action, true)),
    mention: (action: string) => outbox.push(message(action, false)),
    message,
    settle: () => new Promise(resolve => setImmediate(resolve)),
  }
}

t.test('messages go in order, one at a time, once the link is ready', async t => {
  const { outbox, keep, mention, take, gone, settle } = build()
  keep('start')
  mention('status')
  keep('stop')
  t.same(take(), [])
  t.same(gone, ['status'], 'without a link a status is old news')
  t.equal(outbox.pending(), 2)
  outbox.resume()
  await outbox.whenEmpty()
  t.same(take(), ['start', 'stop'])
  mention('status')
  await settle()
  t.same(take(), ['status'])
})

t.test('what comes first at a new link goes before what waited', async t => {
  const { outbox, keep, message, take } = build()
  keep('start')
  outbox.resume([message('hello', false)])
  await outbox.whenEmpty()
  t.same(take(), ['hello', 'start'])
})

t.test('an unanswered message is tried again later and later, for ever, and nothing overtakes it', async t => {
  const { outbox, keep, mention, take, link, time, settle } = build()
  link.now = 'fail'
  outbox.resume()
  keep('start')
  keep('stop')
  await settle()
  mention('heartbeat')
  await settle()
  t.same(take(), ['start', 'heartbeat'])
  time.advance(59_000)
  await settle()
  t.same(take(), [])
  time.advance(1000)
  await settle()
  t.same(take(), ['start'])
  time.advance(119_000)
  await settle()
  t.same(take(), [])
  link.now = 'answer'
  time.advance(1000)
  await outbox.whenEmpty()
  t.same(take(), ['start', 'stop'])
})

t.test('a new link does not wait for the time of the retry', async t => {
  const { outbox, keep, take, link, settle } = build()
  link.now = 'fail'
  outbox.resume()
  keep('start')
  await settle()
  outbox.pause()
  link.now = 'answer'
  outbox.resume()
  await outbox.whenEmpty()
  t.same(take(), ['start', 'start'])
})

t.test('a message that is refused every time is given up, and what is behind it goes on', async t => {
  const { outbox, keep, take, link, time, gone, settle } = build()
  link.now = 'refuse'
  outbox.resume()
  keep('start')
  keep('stop')
  await settle()
  time.advance(60_000)
  await settle()
  t.same(gone, [])
  link.now = 'refuse'
  time.advance(120_000)
  await settle()
  t.ok(gone.includes('start'))
  link.now = 'answer'
  time.advance(600_000)
  await outbox.whenEmpty()
  t.same(take(), ['start', 'start', 'start', 'stop', 'stop'])
})

t.test('a lost link drops what is only of the moment', async t => {
  const { outbox, keep, mention, take, gone, link, settle } = build()
  link.now = 'fail'
  outbox.resume()
  keep('start')
  await settle()
  outbox.pause()
  mention('status')
  t.same(gone, ['status'])
  t.equal(outbox.pending(), 1)
  t.same(take(), ['start'])
})
