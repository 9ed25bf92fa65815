import fc from 'fast-check'
import { callInPlace, type Decision } from '../../../central/core/queue/call.ts'
import { breakDownInPlace, repairInPlace } from '../../../central/core/queue/faults.ts'
import type { Policy } from '../../../central/core/queue/policy.ts'
import {
  changeInPlace,
  enterInPlace,
  leaveInPlace,
  type NewCar,
  sendBackInPlace,
} from '../../../central/core/queue/requests.ts'
import { breakDown, callCars, change, enter, leave, repair, sendBack } from '../../../central/core/queue/verbs.ts'
import { carOf, type Yard, type YardPile } from '../../../central/core/queue/yard.ts'
import { MODES, type Mode } from '../../../protocol/modes.ts'
import { emptyYard } from '../yards.ts'

/** Random days under all policies, for properties that hold whatever happens in whatever order. */
export const RUNS = { numRuns: 400 }

export type Step =
  | { verb: 'enter'; car: number; mode: Mode; energy: number; priority: number }
  | { verb: 'change'; car: number; mode: Mode | undefined; energy: number | undefined }
  | { verb: 'leave' | 'sendBack'; car: number }
  | { verb: 'breakDown' | 'away' | 'repair'; pile: number }
  | Happening

/** What happens by itself. Calling follows, as it does live and in replay. */
type Happening =
  | { verb: 'charge'; pile: number; share: number }
  | { verb: 'wait'; ticks: number }
  | { verb: 'plannable'; pile: number; plannable: boolean }
  | { verb: 'close'; pile: number; in: number | undefined }

const car = fc.nat({ max: 14 })
const pile = fc.nat({ max: 2 })
const mode = fc.constantFrom(...MODES)
const energy = fc.integer({ min: 1, max: 9 })
const of = <T extends string>(...verbs: T[]) => fc.constantFrom(...verbs)
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ verb: of('enter'), car, mode, energy, priority: fc.constantFrom(0, 0, 1, 5) }),
  },
  { weight: 2, arbitrary: fc.record({ verb: of('change'), car, mode: maybe(mode), energy: maybe(energy) }) },
  { weight: 4, arbitrary: fc.record({ verb: of('leave', 'leave', 'sendBack'), car }) },
  { weight: 3, arbitrary: fc.record({ verb: of('breakDown', 'away', 'repair', 'repair', 'repair'), pile }) },
  { weight: 3, arbitrary: fc.record({ verb: of('charge'), pile, share: fc.integer({ min: 0, max: 9 }) }) },
  { weight: 4, arbitrary: fc.record({ verb: of('wait'), ticks: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ verb: of('plannable'), pile, plannable: fc.constantFrom(true, true, false) }) },
  {
    weight: 1,
    arbitrary: fc.record({ verb: of('close'), pile, in: fc.option(fc.nat({ max: 3 }), { nil: undefined, freq: 1 }) }),
  },
)

const policy: fc.Arbitrary<Policy> = fc.record({
  pileChoice: fc.constantFrom('vacant' as const, 'any' as const),
  faultPause: fc.constantFrom('mode' as const, 'site' as const),
  faultPolicy: fc.constantFrom('priority' as const, 'time-order' as const),
  redealOnRepair: fc.boolean(),
  editWhileCharging: fc.boolean(),
  dispatch: fc.constantFrom('normal' as const, 'single' as const, 'batch' as const),
  maxWait: fc.constantFrom(null, 2, 5),
})
export const day = fc.tuple(
  policy,
  fc.integer({ min: 1, max: 3 }),
  fc.integer({ min: 0, max: 8 }),
  fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }),
)
type Day = typeof day extends fc.Arbitrary<infer T> ? T : never

/** A batch must be able to fill: there the places are fewer. */
export const yardOf = ([rules, queueLength, capacity]: Day): Yard => {
  const places = rules.dispatch === 'batch' ? Math.min(queueLength, 2) : queueLength
  return emptyYard({
    fast: 2,
    trickle: 1,
    queueLength: places,
    capacity: rules.dispatch === 'batch' ? capacity % 3 : capacity,
    policy: rules,
  })
}

const pileAt = (yard: Yard, index: number): YardPile => yard.piles[index % yard.piles.length]!
const entering = (
  yard: Yard,
  { car: index, mode: kind, energy: needed, priority }: Step & { verb: 'enter' },
): NewCar => {
  return { id: `c${index}`, mode: kind, energy: needed, arrival: yard.now, priority }
}

function happen(yard: Yard, step: Happening): void {
  if (step.verb === 'wait') {
    yard.now += step.ticks
    return
  }
  const at = pileAt(yard, step.pile)
  if (step.verb === 'plannable') {
    at.plannable = step.plannable
  } else if (step.verb === 'close') {
    if (step.in === undefined) delete at.closesAt
    else at.closesAt = yard.now + step.in
  } else if (at.cars[0] !== undefined && !at.broken) {
    // the first car charges, or what it still needs becomes less
    const first = carOf(yard, at.cars[0])
    first.charging = true
    first.needed = Math.max(1, first.needed - step.share)
  }
}

export type Result = { ok: true; yard: Yard; decisions: Decision[] } | { ok: false; reason: string }

export function pure(yard: Yard, step: Step): Result {
  switch (step.verb) {
    case 'enter':
      return enter(yard, entering(yard, step))
    case 'change':
      return change(yard, `c${step.car}`, changes(step))
    case 'leave':
      return leave(yard, `c${step.car}`)
    case 'sendBack':
      return sendBack(yard, `c${step.car}`)
    case 'breakDown':
      return breakDown(yard, pileAt(yard, step.pile).id)
    case 'away':
      return breakDown(yard, pileAt(yard, step.pile).id, { keepCharging: true })
    case 'repair':
      return repair(yard, pileAt(yard, step.pile).id)
    default:
      happen(yard, step)
      return callCars(yard)
  }
}

export function inPlace(yard: Yard, step: Step): { ok: boolean } {
  switch (step.verb) {
    case 'enter':
      return enterInPlace(yard, entering(yard, step))
    case 'change':
      return changeInPlace(yard, `c${step.car}`, changes(step))
    case 'leave':
      return leaveInPlace(yard, `c${step.car}`)
    case 'sendBack':
      return sendBackInPlace(yard, `c${step.car}`)
    case 'breakDown':
      return breakDownInPlace(yard, pileAt(yard, step.pile).id)
    case 'away':
      return breakDownInPlace(yard, pileAt(yard, step.pile).id, { keepCharging: true })
    case 'repair':
      return repairInPlace(yard, pileAt(yard, step.pile).id)
    default:
      happen(yard, step)
      callInPlace(yard, [])
      return { ok: true }
  }
}

const changes = ({ mode, energy }: Step & { verb: 'change' }): { mode?: Mode; energy?: number } => ({
  ...(mode === undefined ? {} : { mode }),
  ...(energy === undefined ? {} : { energy }),
})

/** Plays a day with the pure verbs; `look` sees the yard after each step. */
export function play(given: Day, look: (yard: Yard, step: Step, result: Result, before: Yard) => void): void {
  let yard = yardOf(given)
  for (const step of given[3]) {
    const result = pure(yard, step)
    const before = yard
    if (result.ok) yard = result.yard
    look(yard, step, result, before)
  }
}

export const always = (look: Parameters<typeof play>[1]): void =>
  fc.assert(
    fc.property(day, given => play(given, look)),
    RUNS,
  )

export function demand(truth: boolean, text: string): void {
  if (!truth) throw new Error(text)
}
