import type { Mode } from '../protocol/modes.ts'
import { MS_PER_HOUR } from '../protocol/units.ts'
import type { CarSpec } from './car.ts'
import type { PileFault } from './pile-types.ts'
import type { Random } from './random.ts'

/** What a driver will do, decided before the day begins. */
export interface VisitPlan {
  visit: number
  /** Arrives this long after the day began, charging ms. */
  afterMs: number
  mode: Mode
  energyWh: number
  car: CarSpec
  temper: Temper
  /** Holds a card to the pile before plugging in. */
  card: boolean
  /** From the call to the plug. */
  driveMs: number
  /** From the end of charging to unplugging. */
  lingerMs: number
  /** When a change of mind comes, after the request or the start of charging. */
  whimMs: number
}

export type Temper = 'steady' | 'cancels-waiting' | 'cancels-charging' | 'changes' | 'no-show' | 'walk-up'

export interface FaultPlan {
  afterMs: number
  pileId: string
  durationMs: number
  /** null: the link drops. */
  fault: PileFault | null
}

export interface PlanOptions {
  piles: readonly { id: string; mode: Mode }[]
  /** Drivers per charging hour. */
  arrivalsPerHour: number
  /** Mean faults per charging hour on the whole site. */
  faultsPerHour: number
  energyWh: { low: number; high: number }
}

const MINUTE_MS = 60_000

const FAULTS: readonly [PileFault, ...PileFault[]] = [
  { errorCode: 'GroundFailure', vendorErrorCode: 'E07', info: 'residual current' },
  { errorCode: 'HighTemperature', vendorErrorCode: 'E12', info: 'too hot' },
  { errorCode: 'ConnectorLockFailure', vendorErrorCode: 'E21', info: 'the lock is stuck' },
  { errorCode: 'OverCurrentFailure', vendorErrorCode: 'E09', info: 'over-current' },
  { errorCode: 'PowerMeterFailure', vendorErrorCode: 'E30', info: 'the meter does not answer' },
]

function temper(random: Random): Temper {
  const chance = random.next()
  if (chance < 0.03) return 'cancels-waiting'
  if (chance < 0.06) return 'cancels-charging'
  if (chance < 0.1) return 'changes'
  if (chance < 0.12) return 'no-show'
  if (chance < 0.15) return 'walk-up'
  return 'steady'
}

/** Visits without an end, in order of arrival: the first comes at once. The same random stream gives the same visits. */
export function* planVisits(options: PlanOptions, random: Random): Generator<VisitPlan, never> {
  const { low, high } = options.energyWh
  const modes = options.piles.map(pile => pile.mode) as [Mode, ...Mode[]]
  let afterMs = 0
  for (let visit = 1; ; visit++) {
    const capacityWh = random.pick([40_000, 58_000, 77_000, 100_000])
    // Many small charges, few long ones; the first is small, so that something is to be seen soon.
    const share = visit === 1 ? 0 : random.next() ** 2
    yield {
      visit,
      afterMs: Math.round(afterMs),
      mode: random.pick(modes),
      energyWh: Math.round((low + (high - low) * share) / 100) * 100,
      car: { capacityWh, soc: random.integer(10, 70) / 100, maxPowerW: random.pick([7_400, 11_000, 22_000]) },
      temper: visit === 1 ? 'steady' : temper(random),
      card: random.chance(0.15),
      driveMs: random.integer(30, 180) * 1000,
      lingerMs: random.integer(1, 10) * MINUTE_MS,
      whimMs: random.integer(1, 15) * MINUTE_MS,
    }
    afterMs += random.exponential(MS_PER_HOUR / options.arrivalsPerHour)
  }
}

/** Faults without an end, in order; three in four are the pile's, the others are lost links. None at a rate of 0. */
export function* planFaults(options: PlanOptions, random: Random): Generator<FaultPlan, void> {
  if (options.faultsPerHour <= 0) return
  const ids = options.piles.map(pile => pile.id) as [string, ...string[]]
  let afterMs = 0
  while (true) {
    afterMs += random.exponential(MS_PER_HOUR / options.faultsPerHour)
    yield {
      afterMs: Math.round(afterMs),
      pileId: random.pick(ids),
      durationMs: Math.round(Math.min(2 * MS_PER_HOUR, 5 * MINUTE_MS + random.exponential(20 * MINUTE_MS))),
      fault: random.chance(0.75) ? random.pick(FAULTS) : null,
    }
  }
}
