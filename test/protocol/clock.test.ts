import t from 'tap'
import { manualClock, scaledClock, systemClock } from '../../protocol/clock.ts'

t.test('a scaled clock agrees with real time at its start and then runs faster', async t => {
  const start = Date.now() - 1000
  const clock = scaledClock(60, start)
  t.match(clock, { speed: 60, start })
  const ahead = clock.now() - start
  t.ok(ahead >= 60_000, 'a second is a minute')
  t.ok(clock.now() >= start + ahead, 'it never goes back')
})

t.test('at speed 1 charging time is real time', async t => {
  t.equal(scaledClock(1), systemClock)
  const before = Date.now()
  t.ok(systemClock.now() >= before)
})

t.test('a scaled clock starts now, where nobody says', async t => {
  const before = Date.now()
  t.ok(scaledClock(2).start >= before)
})

t.test('a manual clock moves only when told to', async t => {
  const clock = manualClock(1000)
  t.equal(clock.now(), 1000)
  clock.advance(500)
  t.equal(clock.now(), 1500)
  clock.set(200)
  t.equal(clock.now(), 200)
  t.match(clock, { speed: 1, start: 1000 })
})
