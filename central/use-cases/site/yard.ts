import type { EpochMs } from '../../../protocol/units.ts'
import { policySchema } from '../../core/queue/policy.ts'
import type { Car, Yard, YardPile } from '../../core/queue/yard.ts'
import type { CarRow, SessionRow, SiteSnapshot } from '../../store/site/snapshot.ts'
import { closingTime } from './windows.ts'
import { openSessionAt, openSessionOf, viewPile } from './work.ts'

/** Energy of the live yard is in W x ms: one mWh is 3,600 of them. */
export const YARD_ENERGY_PER_MILLI_WH = 3600

/** What the yard knows of a car wherever it is; its number and whether it charges are not among it. */
export const inYard = (car: CarRow): Omit<Car, 'number' | 'charging'> => ({
  id: car.requestId,
  mode: car.mode,
  demand: car.energyWh * 1000 * YARD_ENERGY_PER_MILLI_WH,
  needed: Math.max(0, car.energyWh * 1000 - car.deliveredMilliWh) * YARD_ENERGY_PER_MILLI_WH,
  priority: car.priority,
  arrival: car.createdAt,
  numberedAt: car.numberedAt,
})

/** The dispatcher's yard from the database's rows: ticks are milliseconds. */
export function buildYard(snap: SiteSnapshot, now: EpochMs): Yard {
  const at = (place: CarRow['place'], fits: (car: CarRow) => boolean): string[] =>
    snap.cars
      .filter(car => car.place === place && fits(car))
      .sort((a, b) => a.position - b.position)
      .map(car => car.requestId)
  const piles = snap.piles.map((pile): YardPile => {
    const cars = at('pile', car => car.pileId === pile.id)
    const power = openSessionAt(snap, pile.id)?.powerW ?? 0
    const closesAt = closingTime(pile, now)
    return {
      id: pile.id,
      mode: pile.mode,
      powerW: pile.powerW,
      queueLength: pile.queueLength,
      plannable: viewPile(snap, pile, cars[0]).plannable,
      broken: pile.broken,
      cars,
      ...(power > 0 ? { chargingPowerW: power } : {}),
      ...(closesAt === undefined ? {} : { closesAt }),
    }
  })
  return {
    policy: policySchema.parse(snap.site.policy),
    now,
    minute: 60_000,
    waitingCapacity: snap.site.waitingCapacity,
    nextNumber: { fast: snap.site.nextFast, trickle: snap.site.nextTrickle },
    piles,
    cars: new Map(snap.cars.map(car => [car.requestId, toCar(snap, car, now)])),
    waiting: at('waiting', () => true),
    faultQueue: { fast: at('fault', car => car.mode === 'fast'), trickle: at('fault', car => car.mode === 'trickle') },
  }
}

/** Readings come every few minutes; who has said nothing for this long may have stopped charging. */
const SILENT_MS = 15 * 60_000

/** What has flown since the last reading, at its power, in W x ms: what is left is told as of now. */
function sinceReading(snap: SiteSnapshot, session: SessionRow, now: EpochMs): number {
  const { powerW, lastReadingAt, pileId } = session
  const status = snap.piles.find(({ id }) => id === pileId)?.status ?? 'Charging'
  if (powerW === null || lastReadingAt === null || status !== 'Charging') return 0
  return Math.max(0, powerW) * Math.max(0, Math.min(now - lastReadingAt, SILENT_MS))
}

function toCar(snap: SiteSnapshot, car: CarRow, now: EpochMs): Car {
  const session = openSessionOf(snap, car.requestId)
  const here = car.place === 'pile' && session?.pileId === car.pileId
  const inPlan = { ...inYard(car), number: car.number, charging: here || car.startAskedAt !== null }
  return here ? { ...inPlan, needed: Math.max(0, inPlan.needed - sinceReading(snap, session, now)) } : inPlan
}
