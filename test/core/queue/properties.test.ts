import fc from 'fast-check'
import t from 'tap'
import { choosePile } from '../../../central/core/dispatch/choose.ts'
import { batchRuns, batchSize, missingForBatch } from '../../../central/core/queue/batch.ts'
import { isPaused } from '../../../central/core/queue/call.ts'
import { byNumber, callingOrder, isAged } from '../../../central/core/queue/order.ts'
import { type Car, carOf, isWorking, type Yard } from '../../../central/core/queue/yard.ts'
import { MODES } from '../../../protocol/modes.ts'
import { shown } from '../yards.ts'
import { always, day, demand, inPlace, play, RUNS, yardOf } from './days.ts'

t.test('every car is in exactly one place', async t => {
  always(yard => {
    const places = [
      ...yard.piles.flatMap(({ cars }) => cars),
      ...yard.waiting,
      ...yard.faultQueue.fast,
      ...yard.faultQueue.trickle,
    ]
    demand(places.length === yard.cars.size && new Set(places).size === places.length, shown(yard))
    demand(
      places.every(id => yard.cars.has(id)),
      shown(yard),
    )
  })
  t.pass('on random days')
})

t.test('no pile holds more than its places save in a batch, a broken one nobody save who charges on there', async t => {
  always(yard => {
    for (const { cars, queueLength, broken } of yard.piles) {
      if (broken) demand(cars.length === 0 || (cars.length === 1 && carOf(yard, cars[0]!).charging), shown(yard))
      else demand(yard.policy.dispatch === 'batch' || cars.length <= queueLength, shown(yard))
    }
  })
  t.pass('on random days')
})

t.test('nobody is ever sent to a pile that is broken, cannot be planned on or closes before they are done', async t => {
  let sent = 0
  always((yard, _, result, before) => {
    if (!result.ok) return
    for (const { carId, pileId, candidates } of result.decisions) {
      if (pileId === null) continue
      sent++
      const at = yard.piles.find(({ id }) => id === pileId)!
      demand(isWorking(at), `${carId} to ${pileId}: ${shown(before)} => ${shown(yard)}`)
      const { completion, closes } = candidates.find(each => each.pileId === pileId)!
      demand(closes === undefined && yard.now + completion <= (at.closesAt ?? Number.POSITIVE_INFINITY), shown(yard))
    }
  })
  t.ok(sent > 500, `${sent} cars sent`)
})

t.test('cars stand in lists of their own mode save in a batch, fault queues by number', async t => {
  always(yard => {
    for (const pile of yard.policy.dispatch === 'batch' ? [] : yard.piles)
      demand(
        pile.cars.every(id => carOf(yard, id).mode === pile.mode),
        shown(yard),
      )
    for (const mode of MODES) {
      const cars = yard.faultQueue[mode].map(id => carOf(yard, id))
      demand(
        cars.every((each, index) => each.mode === mode && (cars[index - 1]?.number ?? 0) < each.number),
        shown(yard),
      )
    }
  })
  t.pass('on random days')
})

t.test(
  'the waiting area exceeds its capacity only by cars that were sent back, a batch site never its places',
  async t => {
    always((yard, step, _, before) => {
      if (yard.policy.dispatch === 'batch') demand(yard.cars.size <= batchSize(yard), shown(yard))
      else if (step.verb !== 'sendBack')
        demand(yard.waiting.length <= Math.max(yard.waitingCapacity, before.waiting.length), shown(yard))
    })
    t.pass('on random days')
  },
)

t.test('numbers are never reused and refusals change nothing', async t => {
  fc.assert(
    fc.property(day, given => {
      const seen = new Set<string>()
      play(given, (yard, step, result, before) => {
        if (!result.ok) demand(yard === before, step.verb)
        if (step.verb !== 'enter' || !result.ok) return
        const { mode, number } = carOf(yard, `c${step.car}`)
        demand(!seen.has(`${mode}${number}`), `${mode}${number} given twice`)
        seen.add(`${mode}${number}`)
      })
    }),
    RUNS,
  )
  t.pass('on random days')
})

/** May this car be placed now, by the rules of one car? */
const fits = (yard: Yard, waiting: Car): boolean => choosePile(yard, waiting).pile !== null

t.test('nothing that could move stays, and a fault queue goes before the waiting area', async t => {
  always((yard, _, result) => {
    if (!result.ok || yard.policy.dispatch === 'batch') return
    for (const mode of MODES) {
      // with pileChoice any the first one in the order may block those behind it
      const first = yard.policy.dispatch === 'normal' && yard.policy.pileChoice === 'any' ? 1 : yard.cars.size
      const inLine = (ids: string[], order: (a: Car, b: Car) => number): Car[] =>
        ids
          .map(id => carOf(yard, id))
          .filter(each => each.mode === mode)
          .sort(order)
          .slice(0, first)
      const stay = isPaused(yard, mode) ? [] : inLine(yard.waiting, callingOrder(yard))
      const couldMove = [...stay, ...inLine(yard.faultQueue[mode], byNumber)].find(each => fits(yard, each))
      demand(couldMove === undefined, `${couldMove?.id} could move: ${shown(yard)}`)
      const called = result.decisions.some(
        ({ carId, cause }) => cause === 'call' && yard.cars.get(carId)?.mode === mode,
      )
      demand(!called || !isPaused(yard, mode), `called from the waiting area during a pause: ${shown(yard)}`)
    }
  })
  t.pass('on random days')
})

t.test(
  'who is called leaves nobody behind who comes before in the order, unless piles close too early for them',
  async t => {
    always((yard, _, result) => {
      if (!result.ok || yard.policy.dispatch === 'batch') return
      const order = callingOrder(yard)
      const closing = yard.piles.some(({ closesAt }) => closesAt !== undefined)
      for (const { carId, cause } of result.decisions) {
        const called = yard.cars.get(carId)
        if (cause !== 'call' || called === undefined || closing) continue
        const left = yard.waiting.map(id => carOf(yard, id)).filter(({ mode }) => mode === called.mode)
        demand(
          left.every(each => order(called, each) < 0),
          `${carId} called too early: ${shown(yard)}`,
        )
        demand(isAged(yard, called) || !left.some(each => isAged(yard, each)), 'who waits too long goes first')
      }
    })
    t.pass('on random days')
  },
)

t.test('a batch starts when all places are filled and nobody of the last one is left, and takes all', async t => {
  let batches = 0
  always((yard, _, result) => {
    if (!result.ok || yard.policy.dispatch !== 'batch') return
    const called = result.decisions.filter(({ cause }) => cause === 'call')
    if (called.length > 0) {
      batches++
      const closing = yard.piles.some(({ closesAt }) => closesAt !== undefined)
      demand(closing || called.length === batchSize(yard), `${called.length} called: ${shown(yard)}`)
      demand(closing || yard.waiting.length === 0, shown(yard))
      const there = yard.piles.flatMap(({ cars }) => cars)
      demand(
        there.every(id => called.some(({ carId }) => carId === id)),
        `a batch beside another: ${shown(yard)}`,
      )
    }
    const full = missingForBatch(yard) === 0 && !batchRuns(yard)
    const could = yard.waiting.some(id => choosePile(yard, carOf(yard, id), true).pile !== null)
    demand(!full || !could, `a full batch does not start: ${shown(yard)}`)
  })
  t.ok(batches > 20, `${batches} batches`)
})

t.test('decisions tell exactly what moved', async t => {
  const where = (yard: Yard, id: string): string => {
    const at = yard.piles.find(({ cars }) => cars.includes(id))
    if (at !== undefined) return at.id
    return yard.waiting.includes(id) ? 'waiting' : 'fault-queue'
  }
  always((yard, _, result, before) => {
    if (!result.ok || before === yard) return
    const told = new Map(result.decisions.map(({ carId, to, pileId }) => [carId, pileId ?? to]))
    for (const id of yard.cars.keys()) {
      const was = before.cars.has(id) ? where(before, id) : 'waiting'
      demand((told.get(id) ?? was) === where(yard, id), `${id}: ${shown(before)} => ${shown(yard)}`)
    }
  })
  t.pass('on random days')
})

t.test('in place, with its own order of calling, the same code does the same', async t => {
  fc.assert(
    fc.property(day, given => {
      const own = yardOf(given)
      own.callingOrder = { fast: [], trickle: [] }
      play(given, (yard, step, result) => {
        demand(inPlace(own, step).ok === result.ok, step.verb)
        demand(shown(own) === shown(yard), `${shown(own)} is not ${shown(yard)}`)
        const listed = MODES.flatMap(mode => own.callingOrder![mode]).map(({ id }) => id)
        demand(listed.length === own.waiting.length && own.waiting.every(id => listed.includes(id)), 'order of calling')
      })
    }),
    RUNS,
  )
  t.pass('on random days')
})
