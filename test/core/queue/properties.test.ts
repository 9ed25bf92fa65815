import fc from 'fast-check'
import t from 'tap'
import { type Decision, isPaused } from '../../../central/core/queue/call.ts'
import { breakDownInPlace, repairInPlace } from '../../../central/core/queue/faults.ts'
import { changeInPlace, enterInPlace, leaveInPlace, sendBackInPlace } from '../../../central/core/queue/requests.ts'
import { breakDown, change, enter, leave, repair, sendBack } from '../../../central/core/queue/verbs.ts'
import { carOf, isFull, isWorking, type Yard } from '../../../central/core/queue/yard.ts'
import { MODES, type Mode } from '../../../protocol/modes.ts'
import { emptyYard, shown } from '../yards.ts'

const RUNS = { numRuns: 400 }

type Step =
  | { verb: 'enter'; car: number; mode: Mode; energy: number }
  | { verb: 'change'; car: number; mode: Mode | undefined; energy: number | undefined }
  | { verb: 'leave' | 'sendBack'; car: number }
  | { verb: 'breakDown' | 'repair'; pile: number }
  | { verb: 'charge'; pile: number; share: number }

const car = fc.nat({ max: 14 })
const pile = fc.nat({ max: 4 })
const mode = fc.constantFrom(...MODES)
const energy = fc.integer({ min: 1, max: 9 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ verb: fc.constant('enter' as const), car, mode, energy }) },
  {
    weight: 2,
    arbitrary: fc.record({
      verb: fc.constant('change' as const),
      car,
      mode: fc.option(mode, { nil: undefined }),
      energy: fc.option(energy, { nil: undefined }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ verb: fc.constantFrom('leave' as const, 'sendBack' as const), car }) },
  { weight: 2, arbitrary: fc.record({ verb: fc.constantFrom('breakDown' as const, 'repair' as const), pile }) },
  {
    weight: 3,
    arbitrary: fc.record({ verb: fc.constant('charge' as const), pile, share: fc.integer({ min: 0, max: 9 }) }),
  },
)

const policy = fc.record({
  pileChoice: fc.constantFrom('vacant' as const, 'any' as const),
  faultPause: fc.constantFrom('mode' as const, 'site' as const),
  faultPolicy: fc.constantFrom('priority' as const, 'time-order' as const),
  redealOnRepair: fc.boolean(),
  editWhileCharging: fc.boolean(),
})
const day = fc.tuple(
  policy,
  fc.integer({ min: 1, max: 3 }),
  fc.integer({ min: 0, max: 4 }),
  fc.array(step, { maxLength: 60 }),
)
type Day = typeof day extends fc.Arbitrary<infer T> ? T : never

const yardOf = ([rules, queueLength, capacity]: Day): Yard =>
  emptyYard({ fast: 3, trickle: 2, queueLength, capacity, policy: rules })

/** The first car charges, or what it still needs becomes less. */
function charge(yard: Yard, { pile, share }: Step & { verb: 'charge' }): void {
  const first = yard.piles[pile]?.cars[0]
  if (first === undefined) return
  const car = carOf(yard, first)
  car.charging = true
  car.needed = Math.max(1, car.needed - share)
}

type Result = { ok: true; yard: Yard; decisions: Decision[] } | { ok: false; reason: string }

function pure(yard: Yard, step: Step): Result {
  switch (step.verb) {
    case 'enter':
      return enter(yard, { id: `c${step.car}`, mode: step.mode, energy: step.energy, arrival: 0 })
    case 'change':
      return change(yard, `c${step.car}`, changes(step))
    case 'leave':
      return leave(yard, `c${step.car}`)
    case 'sendBack':
      return sendBack(yard, `c${step.car}`)
    case 'breakDown':
      return breakDown(yard, yard.piles[step.pile]!.id)
    case 'repair':
      return repair(yard, yard.piles[step.pile]!.id)
    case 'charge':
      charge(yard, step)
      return { ok: true, yard, decisions: [] }
  }
}

function inPlace(yard: Yard, step: Step): { ok: boolean } {
  switch (step.verb) {
    case 'enter':
      return enterInPlace(yard, { id: `c${step.car}`, mode: step.mode, energy: step.energy, arrival: 0 })
    case 'change':
      return changeInPlace(yard, `c${step.car}`, changes(step))
    case 'leave':
      return leaveInPlace(yard, `c${step.car}`)
    case 'sendBack':
      return sendBackInPlace(yard, `c${step.car}`)
    case 'breakDown':
      return breakDownInPlace(yard, yard.piles[step.pile]!.id)
    case 'repair':
      return repairInPlace(yard, yard.piles[step.pile]!.id)
    case 'charge':
      charge(yard, step)
      return { ok: true }
  }
}

const changes = ({ mode, energy }: Step & { verb: 'change' }): { mode?: Mode; energy?: number } => ({
  ...(mode === undefined ? {} : { mode }),
  ...(energy === undefined ? {} : { energy }),
})

/** Plays a day with the pure verbs; `look` sees the yard after each step. */
function play(given: Day, look: (yard: Yard, step: Step, result: Result, before: Yard) => void): void {
  let yard = yardOf(given)
  for (const step of given[3]) {
    const result = pure(yard, step)
    const before = yard
    if (result.ok) yard = result.yard
    look(yard, step, result, before)
  }
}

const always = (look: Parameters<typeof play>[1]): void =>
  fc.assert(
    fc.property(day, given => play(given, look)),
    RUNS,
  )

function demand(truth: boolean, text: string): void {
  if (!truth) throw new Error(text)
}

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

t.test('no pile holds more than its places, a broken one nobody', async t => {
  always(yard => {
    for (const { cars, queueLength, broken } of yard.piles)
      demand(cars.length <= (broken ? 0 : queueLength), shown(yard))
  })
  t.pass('on random days')
})

t.test('cars stand in lists of their own mode, fault queues by number', async t => {
  always(yard => {
    for (const pile of yard.piles)
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

t.test('the waiting area exceeds its capacity only by cars that were sent back', async t => {
  always((yard, step, _, before) => {
    if (step.verb === 'sendBack') return
    demand(yard.waiting.length <= Math.max(yard.waitingCapacity, before.waiting.length), shown(yard))
  })
  t.pass('on random days')
})

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

t.test('nothing that could move stays, and a fault queue goes before the waiting area', async t => {
  always((yard, step, result) => {
    if (!result.ok || step.verb === 'charge') return
    for (const mode of MODES) {
      const free = yard.piles.some(each => each.mode === mode && isWorking(each) && !isFull(each))
      if (yard.policy.pileChoice === 'vacant' && free) {
        const waits = !isPaused(yard, mode) && yard.waiting.some(id => carOf(yard, id).mode === mode)
        demand(!waits && yard.faultQueue[mode].length === 0, shown(yard))
      }
      const called = result.decisions.some(
        ({ carId, cause }) => cause === 'call' && yard.cars.get(carId)?.mode === mode,
      )
      demand(!called || !isPaused(yard, mode), `called from the waiting area during a pause: ${shown(yard)}`)
    }
  })
  t.pass('on random days')
})

t.test('who is called from the waiting area has the lowest number of its mode', async t => {
  always((yard, _, result) => {
    if (!result.ok) return
    for (const { carId, cause } of result.decisions) {
      const called = yard.cars.get(carId)
      if (cause !== 'call' || called === undefined) continue
      const passed = yard.waiting
        .map(id => carOf(yard, id))
        .find(({ mode, number }) => mode === called.mode && number < called.number)
      demand(passed === undefined, `${carId} called before ${passed?.id}`)
    }
  })
  t.pass('on random days')
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
