import t from 'tap'
import { createCar } from '../../simulator/car.ts'
import type { SimulationEvent } from '../../simulator/events.ts'
import { createPileBehaviour } from '../../simulator/pile-behaviour.ts'
import type { TagVerdict, Visitor } from '../../simulator/pile-types.ts'
import { createRandom } from '../../simulator/random.ts'
import { createManualTime } from './manual-time.ts'
import { recordingDialect } from './recording-dialect.ts'

const MINUTE = 60_000

function visitor(soc = 0.2, driver = 'ann'): Visitor {
  return { driver, car: createCar({ capacityWh: 50_000, soc, maxPowerW: 11_000 }), energyWh: 10_000 }
}

function build(options: { verdict?: TagVerdict; sampleIntervalSeconds?: number } = {}) {
  const time = createManualTime()
  const events: SimulationEvent[] = []
  const recorder = recordingDialect(options.verdict)
  const pile = createPileBehaviour({
    pileId: 'F1',
    mode: 'fast',
    powerW: 7000,
    time,
    random: createRandom(1),
    sampleIntervalSeconds: options.sampleIntervalSeconds ?? 600,
    emit: event => events.push(event),
    dialect: recorder.dialect,
  })
  return { time, pile, events, ...recorder }
}

t.test('a plug, a remote start, readings, a remote stop, an unplug', async t => {
  const { time, pile, take, events } = build()
  t.ok(pile.plug(visitor()))
  t.same(take(), ['plugged', 'Preparing'])
  t.ok(pile.remoteStart({ idTag: 'TAG' }))
  t.same(take(), ['start TAG', 'Charging'])
  time.advance(20 * MINUTE)
  t.same(take(), ['Sample.Periodic 7000 W', 'Sample.Periodic 7000 W'])
  time.advance(10 * MINUTE)
  take()
  t.ok(pile.stop(() => true, 'Remote'))
  t.same(take(), ['stop Remote 3500 Wh', 'Finishing'])
  pile.unplug('ann')
  t.same(take(), ['unplugged', 'Available'])
  t.same(
    events.map(event => event.type),
    ['plugged', 'charging', 'finished'],
  )
  const [session] = pile.sessions
  t.equal(session!.endMilliWh! - session!.startMilliWh, 3_500_000)
  t.equal(session!.endedAt! - session!.startedAt, 30 * MINUTE)
})

t.test('every register a pile reports at start and end is a whole watt-hour', async t => {
  const { time, pile } = build()
  for (const ms of [12_345, 7, 999_999, 1]) {
    pile.plug(visitor())
    pile.remoteStart({ idTag: 'TAG' })
    time.advance(ms)
    pile.unplug('ann')
  }
  t.equal(pile.sessions.length, 4)
  for (const { startMilliWh, endMilliWh } of pile.sessions) {
    t.equal(startMilliWh % 1000, 0)
    t.equal(endMilliWh! % 1000, 0)
  }
})

t.test('a pile that was told an energy stops there by itself', async t => {
  const { time, pile, take } = build()
  pile.plug(visitor())
  pile.remoteStart({ idTag: 'TAG', energyWh: 1234 })
  take()
  time.advance(60 * MINUTE)
  t.same(take(), ['Sample.Periodic 7000 W', 'stop Local 1234 Wh', 'Finishing'])
})

t.test('a full battery suspends the session and says so', async t => {
  const { time, pile, take } = build()
  pile.plug(visitor(0.99))
  pile.remoteStart({ idTag: 'TAG' })
  time.advance(60 * MINUTE)
  t.ok(take().includes('SuspendedEV'))
  t.equal(pile.snapshot(true).socPercent, 100)
  pile.unplug('ann')
  t.same(take(), ['stop EVDisconnected 500 Wh', 'Available', 'unplugged'])
})

t.test('a card first, then the cable', async t => {
  const { pile, take } = build()
  t.ok(await pile.presentCard('CARD'))
  t.same(take(), ['authorize CARD', 'Preparing'])
  pile.plug(visitor())
  t.same(take(), ['plugged', 'start CARD', 'Charging'])
  t.notOk(await pile.presentCard('OTHER'), 'another card does not stop it')
  t.ok(await pile.presentCard('card'), 'its own card does, whatever its case')
  t.same(take(), ['stop Local 0 Wh', 'Finishing'])
})

t.test('a refused card starts nothing', async t => {
  const { pile, take } = build({ verdict: 'refused' })
  pile.plug(visitor())
  t.notOk(await pile.presentCard('CARD'))
  t.same(take(), ['plugged', 'Preparing', 'authorize CARD'])
})

t.test('a card and a remote start for one car make one session', async t => {
  const { pile, take } = build()
  pile.plug(visitor())
  const card = pile.presentCard('TAG')
  t.ok(pile.remoteStart({ idTag: 'TAG' }))
  t.ok(await card)
  t.notOk(pile.remoteStart({ idTag: 'TAG' }))
  t.same(
    take().filter(line => line.startsWith('start')),
    ['start TAG'],
  )
})

t.test('a remote start waits for the cable, not for ever', async t => {
  const { time, pile, take } = build()
  pile.setConnectionTimeout(90)
  t.ok(pile.remoteStart({ idTag: 'TAG' }))
  time.advance(89_000)
  t.same(take(), ['Preparing'])
  time.advance(1000)
  t.same(take(), ['Available'])
  pile.plug(visitor())
  t.same(take(), ['plugged', 'Preparing'])
})

t.test('a fault ends the session; a repaired pile wants the cable out first', async t => {
  const { time, pile, take } = build()
  pile.plug(visitor())
  pile.remoteStart({ idTag: 'TAG' })
  time.advance(6 * MINUTE)
  take()
  pile.fault({ errorCode: 'GroundFailure', info: 'residual current' })
  t.same(take(), ['Faulted/GroundFailure', 'stop Other 700 Wh'])
  t.notOk(pile.remoteStart({ idTag: 'TAG' }))
  pile.recover()
  pile.recover()
  t.same(take(), ['Finishing'])
  t.notOk(pile.remoteStart({ idTag: 'TAG' }), 'a spent cable charges nobody')
  pile.unplug('ann')
  pile.plug(visitor())
  t.ok(pile.remoteStart({ idTag: 'TAG' }))
})

t.test('one car at a time, and only its driver pulls its plug', async t => {
  const { pile, take } = build()
  t.ok(pile.plug(visitor()))
  t.notOk(pile.plug(visitor(0.2, 'bob')))
  take()
  pile.unplug('bob')
  t.same(take(), [])
  t.equal(pile.visitor()?.driver, 'ann')
})

t.test('a reservation keeps others away and is used up', async t => {
  const { time, pile, take } = build()
  pile.reservations.set({ id: 5, idTag: 'MINE', expiresAt: time.now() + 10 * MINUTE })
  t.same(take(), ['Reserved'])
  t.notOk(pile.remoteStart({ idTag: 'OTHER' }))
  t.notOk(await pile.presentCard('OTHER'))
  pile.plug(visitor())
  t.ok(pile.remoteStart({ idTag: 'mine' }))
  t.same(take(), ['plugged', 'Preparing', 'start mine #5', 'Charging'])
  t.equal(pile.reservations.active(), null)
})

t.test('a reservation expires, or is cancelled by its id', async t => {
  const { time, pile, take } = build()
  pile.reservations.set({ id: 5, idTag: 'MINE', expiresAt: time.now() + 10 * MINUTE })
  time.advance(10 * MINUTE)
  t.same(take(), ['Reserved', 'Available'])
  pile.reservations.set({ id: 6, idTag: 'MINE', expiresAt: time.now() + 10 * MINUTE })
  t.notOk(pile.reservations.cancel(5))
  t.ok(pile.reservations.cancel(6))
  t.same(take(), ['Reserved', 'Available'])
})

t.test('out of service at once when idle, after the session when busy', async t => {
  const { pile, take } = build()
  t.equal(pile.setAvailability(false), 'accepted')
  t.equal(pile.setAvailability(true), 'accepted')
  pile.plug(visitor())
  pile.remoteStart({ idTag: 'TAG' })
  t.equal(pile.setAvailability(false), 'scheduled')
  pile.stop(() => true, 'Remote')
  t.same(take(), [
    'Unavailable',
    'Available',
    'plugged',
    'Preparing',
    'start TAG',
    'Charging',
    'stop Remote 0 Wh',
    'Unavailable',
  ])
  t.notOk(pile.isInService())
})

t.test('a limit of nothing suspends, and less power takes longer', async t => {
  const { time, pile, take } = build()
  pile.plug(visitor())
  pile.remoteStart({ idTag: 'TAG', energyWh: 3500 })
  take()
  pile.setLimit(0)
  t.same(take(), ['SuspendedEVSE'])
  time.advance(60 * MINUTE)
  pile.setLimit(3500)
  take()
  time.advance(59 * MINUTE)
  pile.setLimit(null)
  t.ok(pile.session())
  time.advance(1 * MINUTE)
  t.equal(pile.session(), null)
})

t.test('readings come on demand and at another interval when told so', async t => {
  const { time, pile, take } = build()
  t.notOk(pile.sampleNow())
  pile.setSampleInterval(30)
  pile.plug(visitor())
  pile.remoteStart({ idTag: 'TAG' })
  take()
  t.ok(pile.sampleNow())
  time.advance(MINUTE)
  pile.setSampleInterval(15)
  time.advance(MINUTE / 2)
  t.same(take(), ['Trigger 7000 W', ...Array.from({ length: 4 }, () => 'Sample.Periodic 7000 W')])
})

t.test('a snapshot is what a passer-by sees', async t => {
  const { time, pile } = build()
  t.match(pile.snapshot(false), {
    status: 'Available',
    connected: false,
    driver: null,
    session: null,
    energyWh: 0,
    socPercent: null,
  })
  pile.plug(visitor())
  pile.remoteStart({ idTag: 'TAG' })
  time.advance(6 * MINUTE)
  t.match(pile.snapshot(true), {
    status: 'Charging',
    connected: true,
    driver: 'ann',
    energyWh: 700,
    powerW: 7000,
    socPercent: 21,
  })
})
