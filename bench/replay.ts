import { parseTimeline, type Timeline } from '../central/core/replay/parse.ts'
import { toAnswer } from '../central/core/replay/print.ts'
import { simulate } from '../central/core/replay/simulate.ts'
import { type Case, measure, type Report } from './measure.ts'

/** The same numbers every time (Park and Miller 1988). */
function createRandom(): (most: number) => number {
  let state = 20_260_601
  return most => {
    state = (state * 48_271) % 2_147_483_647
    return state % most
  }
}

interface Size {
  cars: number
  fast: number
  trickle: number
  queueLength: number
  waitingCapacity: number
  /** Mean seconds between two cars. */
  every: number
  policy: object
}

function createDay({ cars, fast, trickle, every, policy, ...site }: Size): unknown {
  const random = createRandom()
  let seconds = 0
  const two = (value: number): string => String(value).padStart(2, '0')
  const events = Array.from({ length: cars }, (_, index) => {
    seconds += random(2 * every + 1)
    const at = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':')
    const kWh = (50 + random(500)) / 10
    return { at, type: 'request', vehicle: `V${index}`, mode: random(2) === 0 ? 'F' : 'T', kWh, priority: random(3) }
  })
  return { site: { fast: { count: fast, kW: 60 }, trickle: { count: trickle, kW: 7 }, ...site }, policy, events }
}

/** From the file's content to the answer, as `npm run replay` does it; starting the process and printing apart. */
function replaying(name: string, size: Size): Case<unknown> {
  let summary = ''
  return {
    name,
    prepare: () => createDay(size),
    run: day => {
      const parsed = parseTimeline(day) as { ok: true; timeline: Timeline }
      const { metrics } = toAnswer(parsed.timeline, simulate(parsed.timeline))
      summary = `${metrics.charged} charged, ${metrics.refused} turned away`
    },
    note: () => summary,
  }
}

/** Ten thousand cars in one timeline, each of one of three priority classes. */
export function benchReplay(): Report[] {
  const cars = 10_000
  const small = { cars, fast: 20, trickle: 30, queueLength: 3, waitingCapacity: 100, every: 60, policy: {} }
  const patient = { ...small, waitingCapacity: cars, every: 5 }
  const large = { ...small, fast: 200, trickle: 300, waitingCapacity: 1000, every: 3 }
  const together = { dispatch: 'single', maxWait: 60 }
  return [
    {
      title: 'replay of 10,000 cars: from the file to the answer',
      rows: measure(
        [
          replaying('50 piles, 100 may wait (baseline)', small),
          replaying('50 piles, all may wait', patient),
          replaying('500 piles, 1,000 may wait', large),
          replaying('50 piles, all may wait, single, maxWait', { ...patient, policy: together }),
          replaying('500 piles, single, maxWait', { ...large, policy: together }),
          replaying('50 piles, batch', { ...small, policy: { dispatch: 'batch' } }),
          replaying('20 piles, queues of 1,000', { ...patient, fast: 10, trickle: 10, queueLength: 1000 }),
        ],
        5,
      ),
    },
  ]
}
