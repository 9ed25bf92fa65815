import t from 'tap'
import { DEFAULT_POLICY } from '../../central/core/queue/policy.ts'
import { seat } from '../../central/core/queue/seat.ts'
import { enter } from '../../central/core/queue/verbs.ts'
import type { Yard } from '../../central/core/queue/yard.ts'

const pile = (id: string, mode: 'fast' | 'trickle' = 'fast', queueLength = 1) => ({
  id,
  mode,
  powerW: 7000,
  queueLength,
  plannable: true,
  broken: false,
  cars: [] as string[],
})

const empty = (piles = [pile('F1'), pile('F2')]): Yard => ({
  policy: DEFAULT_POLICY,
  now: 0,
  minute: 1,
  waitingCapacity: 10,
  nextNumber: { fast: 1, trickle: 1 },
  piles,
  cars: new Map(),
  waiting: [],
  faultQueue: { fast: [], trickle: [] },
})

const car = (id: string, mode: 'fast' | 'trickle' = 'fast') => ({
  id,
  mode,
  demand: 100,
  needed: 100,
  priority: 0,
  arrival: 0,
  numberedAt: 0,
})

function entered(yard: Yard, ...ids: string[]): Yard {
  return ids.reduce((before, id) => {
    const done = enter(before, { id, mode: 'fast', energy: 100, arrival: 0 })
    if (!done.ok) throw new Error(done.reason)
    return done.yard
  }, yard)
}

t.test('a walk-up gets the next number of its mode and the charging place', async t => {
  const { yard, car: seated, decisions } = seat(empty(), 'F2', car('W'))
  t.match(seated, { number: 1, charging: true })
  t.same(yard.nextNumber, { fast: 2, trickle: 1 })
  t.same(
    yard.piles.map(({ cars }) => cars),
    [[], ['W']],
  )
  t.match(decisions, [{ carId: 'W', from: 'waiting', to: 'pile', pileId: 'F2', cause: 'walk-up' }])
})

t.test('the called car at its pile only begins to charge', async t => {
  const before = entered(empty(), 'A')
  const { yard, car: seated, decisions } = seat(before, 'F1', car('A'))
  t.same(decisions, [])
  t.match(seated, { number: 1, charging: true })
  t.same(yard.piles[0]!.cars, ['A'])
  t.notOk(before.cars.get('A')!.charging, 'the yard before is not touched')
})

t.test('a car called elsewhere leaves that place', async t => {
  const { yard, decisions } = seat(entered(empty(), 'A'), 'F2', car('A'))
  t.same(
    yard.piles.map(({ cars }) => cars),
    [[], ['A']],
  )
  t.match(decisions, [{ from: 'pile', fromPileId: 'F1', pileId: 'F2' }])
})

t.test('a waiting car leaves the waiting area, also past a full pile', async t => {
  const full = entered(empty([pile('F1')]), 'A', 'B')
  t.same(full.waiting, ['B'])
  const { yard } = seat(full, 'F1', car('B'))
  t.same(yard.piles[0]!.cars, ['B', 'A'], 'who is physically there comes first')
  t.same(yard.waiting, [])
})

t.test('a car of a fault queue leaves it', async t => {
  const before = entered(empty([pile('F1'), pile('F2')]), 'A')
  before.piles[0]!.cars = []
  before.faultQueue.fast = ['A', 'Z']
  const { yard, decisions } = seat(before, 'F2', car('A'))
  t.same(yard.faultQueue.fast, ['Z'])
  t.match(decisions, [{ from: 'fault-queue', pileId: 'F2' }])
})

t.test('a session at a pile that is not in the yard is a mistake of the caller', async t => {
  t.throws(() => seat(empty(), 'X9', car('W')), { message: /X9/ })
})
