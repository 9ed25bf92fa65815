import t from 'tap'
import { policySchema } from '../../central/core/queue/policy.ts'
import { parseTimeline } from '../../central/core/replay/parse.ts'
import { simulate } from '../../central/core/replay/simulate.ts'
import { createRandom } from '../../simulator/random.ts'
import { type LiveDetail, playTimeline } from '../support/live-timeline.ts'

/** Powers of 10 and 2 Wh a second and energies of hundreds of Wh: every session lasts whole seconds, nothing is rounded. */
const SITE = {
  timeZone: 'Asia/Shanghai',
  fast: { count: 2, kW: 36 },
  trickle: { count: 2, kW: 7.2 },
  queueLength: 2,
  waitingCapacity: 5,
}

/**
 * A few crowded hours: people come, change their minds, give up, and piles fail. On a grid of 60 seconds many things fall on
 * one instant.
 */
function randomTimeline(seed: number, cars: number, grid = 1): object[] {
  const random = createRandom(seed)
  const events: { second: number; event: object }[] = []
  const kWh = (most: number): number => (grid === 1 ? random.integer(5, most) : random.integer(1, most / 6) * 6) / 10
  const happens = (second: number, event: object): void =>
    void events.push({ second: Math.round(second / grid) * grid, event })
  let second = 6 * 3600
  for (let n = 1; n <= cars; n++) {
    second += Math.round(random.exponential(300))
    const vehicle = `V${random.chance(0.1) ? Math.max(1, n - 2) : n}`
    const priority = random.chance(0.2) ? { priority: 2 } : {}
    happens(second, { type: 'request', vehicle, mode: random.pick(['F', 'T']), kWh: kWh(200), ...priority })
    const whim = second + random.integer(60, 3600)
    if (random.chance(0.15)) happens(whim, { type: 'cancel', vehicle })
    else if (random.chance(0.3)) {
      const to = random.pick([{ kWh: kWh(150) }, { mode: random.pick(['F', 'T']) }])
      happens(whim, { type: 'change', vehicle, ...to })
    }
    if (random.chance(0.12)) {
      const pile = random.pick(['F1', 'F2', 'T1', 'T2'])
      happens(whim + 7, { type: 'fault', pile })
      happens(whim + 7 + random.integer(300, 3600), { type: 'repair', pile })
    }
  }
  return events.sort((a, b) => a.second - b.second).map(({ second, event }) => ({ at: clockText(second), ...event }))
}

function clockText(second: number): string {
  const part = (value: number): string => String(value).padStart(2, '0')
  return `${part(Math.floor(second / 3600))}:${part(Math.floor(second / 60) % 60)}:${part(second % 60)}`
}

/** One line for each session, in order of time. */
const told = (details: LiveDetail[]): string[] =>
  details
    .toSorted((a, b) => a.from - b.from || a.pileId.localeCompare(b.pileId))
    .map(
      ({ from, to, pileId, vehicle, number, energyMilliWh, totalMinor, reason }) =>
        `${clockText(from / 1000)}-${clockText(to / 1000)} ${pileId} ${vehicle} ${number} ${energyMilliWh} ${totalMinor} ${reason}`,
    )

for (const [name, seed, policy, grid] of [
  ['the defaults', 1, {}],
  [
    'the best pile only, piles fail in the order of time, energy changed while charging',
    2,
    { pileChoice: 'any', faultPolicy: 'time-order', editWhileCharging: true },
  ],
  ['the whole site pauses, nothing is dealt again', 3, { faultPause: 'site', redealOnRepair: false }],
  ['least sum of completion times, ageing', 4, { dispatch: 'single', maxWait: 20 }],
  ['batches', 5, { dispatch: 'batch' }],
  ['much at once, by the defaults', 6, {}, 60],
  ['much at once, the best pile only', 7, { pileChoice: 'any' }, 60],
] as const) {
  t.test(`a random day on the live system goes as it is replayed: ${name}`, async t => {
    const events = randomTimeline(seed, 30, grid)
    const parsed = parseTimeline({ site: SITE, policy, date: '2026-06-01', events })
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
    const { timeline } = parsed
    const replayed = simulate(timeline)
    const live = await playTimeline(t, timeline, policySchema.parse(policy))
    const { perMs } = replayed.ticks
    const expected = replayed.details.map(({ from, to, energyWh, ...detail }) => ({
      ...detail,
      from: from / perMs,
      to: to / perMs,
      energyMilliWh: Number((energyWh.n * 1000n) / energyWh.d),
    }))
    t.ok(expected.length > 12, `${expected.length} sessions`)
    t.same(told(live.details), told(expected), 'the same cars at the same piles at the same times, for the same money')
    t.same(live.rejected, replayed.rejected, 'the same refusals')
  })
}
