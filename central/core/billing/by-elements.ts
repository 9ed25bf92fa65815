import { PRICE_SCALE } from '../../../protocol/tariff.ts'
import type { EpochMs } from '../../../protocol/units.ts'
import { type CompiledTariff, compileTariff, type Priced } from '../tariff/elements.ts'
import type { ElementTariff } from '../tariff/tariff.ts'
import { type Charge, type EnergyCharge, type LineDimension, type Rated, round } from './charge.ts'
import { limitsReached } from './limits.ts'
import { periodsOf } from './periods.ts'
import type { Interval, RateInput } from './rate.ts'
import { floor, mul, type Ratio, ratio, ZERO } from './ratio.ts'
import { type Billed, inSteps } from './steps.ts'
import { type Usage, usagesOf } from './usage.ts'

/** Prices are 1/10000 of a unit of 100 minor units: so many of them are a minor unit. */
const PRICES_PER_MINOR = BigInt(PRICE_SCALE / 100)
/** Of the quantity (Wh, ms, 1) to what a price is for (kWh, hour, session). */
const PER = {
  ENERGY: 1000n,
  SERVICE: 1000n,
  TIME: 3_600_000n,
  PARKING_TIME: 3_600_000n,
  FLAT: 1n,
  RESERVATION_TIME: 3_600_000n,
  RESERVATION_FLAT: 1n,
} as const

type Where = Pick<RateInput, 'timeZone' | 'originMs' | 'ticksPerMs'>

/** Prices a session by elements (version 2, docs/adr/0011), with the reservation before it and the tariff's limits. */
export function rateByElements(tariff: ElementTariff, input: RateInput): Rated {
  const compiled = compileTariff(tariff)
  const segments = inOrder(input.segments, 'segments')
  const parking = inOrder(input.parking ?? [], 'parking times')
  const charging = chargingOf(input, segments)
  const { originMs, ticksPerMs } = input
  const periods = periodsOf(compiled.session, { ...input, charging, segments, parking })
  const usages = usagesOf(compiled.session, periods, compiled.graceMs * ticksPerMs)
  const billed = inSteps(usages, ticksPerMs)

  const msOf = (tick: Ratio): EpochMs => originMs + Number(floor(mul(tick, ratio(1, ticksPerMs))))
  const billedAs = new Map<Usage, Billed>(billed.map(usage => [usage.usage, usage]))
  const energy = usages.ENERGY.map((usage): EnergyCharge => {
    const { from, to, quantity } = usage
    const priced = billedAs.get(usage)
    const charge = priced === undefined ? unpriced(quantity) : charged('ENERGY', priced)
    return { ...charge, dimension: 'ENERGY', fromMs: msOf(from), toMs: msOf(to), meteredWh: quantity }
  })
  const others = [
    ...billed
      .filter(usage => usage.component.dimension !== 'ENERGY')
      .map(usage => charged(usage.component.dimension, usage)),
    ...reservationCharges(compiled.reservation.RESERVATION, input, input.reservation ?? null),
  ]
  return round(energy, [...others, ...limitsReached(compiled, [...energy, ...others])])
}

/** From the session's start, or the first segment where that is before it, to the end of charging. */
function chargingOf({ session }: RateInput, segments: readonly Interval[]): Interval {
  const first = segments[0]
  const { from, to } = session ?? { from: first?.from ?? 0, to: segments.at(-1)?.to ?? 0 }
  assertInterval({ from, to })
  return { from: Math.min(from, first?.from ?? from), to }
}

/** What a reservation costs that nobody came for: per dimension its own elements first, then those of a reservation. */
export function rateExpired(tariff: ElementTariff, input: Where, reservation: Interval): Rated {
  const { RESERVATION, RESERVATION_EXPIRES } = compileTariff(tariff).reservation
  const priced: Priced = {
    ENERGY: [],
    SERVICE: [],
    TIME: [...RESERVATION_EXPIRES.TIME, ...RESERVATION.TIME],
    PARKING_TIME: [],
    FLAT: [...RESERVATION_EXPIRES.FLAT, ...RESERVATION.FLAT],
  }
  return round([], reservationCharges(priced, input, reservation))
}

function reservationCharges(priced: CompiledTariff['session'], input: Where, reservation: Interval | null): Charge[] {
  if (reservation === null || priced.TIME.length + priced.FLAT.length === 0) return []
  assertInterval(reservation)
  const periods = periodsOf(priced, { ...input, charging: reservation, segments: [], parking: [] })
  const billed = inSteps(usagesOf(priced, periods, 0), input.ticksPerMs)
  return billed.map(usage =>
    charged(usage.component.dimension === 'TIME' ? 'RESERVATION_TIME' : 'RESERVATION_FLAT', usage),
  )
}

function charged(dimension: Exclude<LineDimension, 'MIN_PRICE' | 'MAX_PRICE'>, { component, billed }: Billed): Charge {
  const { kind, price, vat, vatFactor } = component
  const exclMinor = mul(billed, ratio(BigInt(price), PRICES_PER_MINOR * PER[dimension]))
  return { dimension, kind, price, vat, quantity: billed, exclMinor, inclMinor: mul(exclMinor, vatFactor) }
}

const unpriced = (quantity: Ratio): Charge => ({
  dimension: 'ENERGY',
  kind: 'none',
  price: 0,
  vat: null,
  quantity,
  exclMinor: ZERO,
  inclMinor: ZERO,
})

function inOrder<T extends Interval>(intervals: readonly T[], what: string): T[] {
  const sorted = [...intervals].sort((a, b) => a.from - b.from || a.to - b.to)
  for (const [index, interval] of sorted.entries()) {
    assertInterval(interval)
    if (index > 0 && interval.from < sorted[index - 1]!.to) throw new RangeError(`${what} overlap at ${interval.from}`)
  }
  return sorted
}

function assertInterval({ from, to }: Interval): void {
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || to < from) {
    throw new RangeError(`not of whole ticks: ${from}..${to}`)
  }
}
