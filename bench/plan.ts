import { estimates } from '../central/core/dispatch/estimate.ts'
import { leastTotal } from '../central/core/dispatch/matching.ts'
import { planTogether } from '../central/core/dispatch/together.ts'
import { callInPlace } from '../central/core/queue/call.ts'
import { DEFAULT_POLICY, type Policy } from '../central/core/queue/policy.ts'
import { carOf, copyYard, isWorking, type Yard, type YardPile } from '../central/core/queue/yard.ts'
import { MS_PER_HOUR } from '../protocol/units.ts'
import { type Case, measure, type Report } from './measure.ts'

/** Powers of the field, in W. */
const POWERS = [3_500, 7_000, 11_000, 22_000, 60_000, 120_000, 180_000, 350_000]

/** The same numbers every time (Park and Miller 1988). */
function createRandom(): (most: number) => number {
  let state = 20_260_601
  return most => {
    state = (state * 48_271) % 2_147_483_647
    return state % most
  }
}

/** A site whose piles all charge a car, with cars that wait. Live units: ms and W x ms. */
function createSite(options: { cars: number; piles: number; queueLength: number; busy: boolean }): Yard {
  const random = createRandom()
  const energy = (): number => (5_000 + random(75_000)) * MS_PER_HOUR
  const yard: Yard = {
    policy: DEFAULT_POLICY,
    now: 0,
    minute: 60_000,
    waitingCapacity: options.cars - (options.busy ? 0 : options.piles * options.queueLength),
    nextNumber: { fast: 1, trickle: 1 },
    piles: [],
    cars: new Map(),
    waiting: [],
    faultQueue: { fast: [], trickle: [] },
  }
  const add = (charging: boolean): string => {
    const number = yard.nextNumber.fast++
    const needed = energy()
    const at = { arrival: number, numberedAt: number, priority: 0, charging }
    yard.cars.set(`c${number}`, { id: `c${number}`, mode: 'fast', number, demand: needed, needed, ...at })
    return `c${number}`
  }
  yard.piles = Array.from({ length: options.piles }, (_, index): YardPile => {
    const cars = options.busy ? [add(true)] : []
    const powerW = POWERS[random(POWERS.length)]!
    const queueLength = options.queueLength + cars.length
    return { id: `F${index + 1}`, mode: 'fast', powerW, queueLength, plannable: true, broken: false, cars }
  })
  yard.waiting = Array.from({ length: options.cars }, () => add(false))
  return yard
}

/** Hours: the sum of the completion times of all cars at piles. */
function totalHours(yard: Yard): string {
  let total = 0
  for (const { cars, powerW } of yard.piles) {
    let done = 0
    for (const id of cars) {
      done += carOf(yard, id).needed / powerW
      total += done
    }
  }
  return `sum of completion times ${Math.round(total / MS_PER_HOUR)} h`
}

/** 500 cars for 100 piles under each dispatch mode, against placing them one by one; and estimates of a large site. */
export function benchPlan(): Report[] {
  const busy = createSite({ cars: 500, piles: 100, queueLength: 5, busy: true })
  const idle = createSite({ cars: 500, piles: 100, queueLength: 2, busy: false })
  const calling = (name: string, site: Yard, dispatch: Policy['dispatch']): Case<Yard> => ({
    name,
    prepare: () => copyYard({ ...site, policy: { ...DEFAULT_POLICY, dispatch } }),
    run: yard => callInPlace(yard, []),
    note: totalHours,
  })
  const piles = busy.piles.filter(isWorking)
  const cars = busy.waiting.map(id => carOf(busy, id))
  const rooms = piles.map(pile => {
    return { powerW: pile.powerW, energy: carOf(busy, pile.cars[0]!).needed, measured: 0, places: 5 }
  })
  const pure = (name: string, run: () => void): Case<Yard> => ({ name, prepare: () => busy, run })
  const called = [
    calling('normal: one by one (baseline)', busy, 'normal'),
    calling('single: together, explained', busy, 'single'),
    pure('  its plan alone', () => planTogether(busy, cars, piles)),
    pure('  its matching alone', () =>
      leastTotal(
        cars.map(({ needed }) => needed),
        rooms,
      ),
    ),
    pure('batch onto busy piles: plan', () => planTogether(busy, cars, piles, true)),
    calling('batch: start of a full site', idle, 'batch'),
  ]
  const large = createSite({ cars: 200, piles: 20, queueLength: 2, busy: true })
  const expecting = (dispatch: Policy['dispatch']): Case<Yard> => ({
    name: `estimates, ${dispatch}`,
    prepare: () => ({ ...large, policy: { ...DEFAULT_POLICY, dispatch, maxWait: 30 } }),
    run: yard => void estimates(yard),
  })
  return [
    { title: '500 cars, 100 piles: each call with its candidates', rows: measure(called, 50) },
    { title: '200 cars waiting, 20 busy piles', rows: measure([expecting('normal'), expecting('single')], 50) },
  ]
}
