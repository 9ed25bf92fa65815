import { PRICE_SCALE } from '../../../protocol/tariff.ts'
import type { EpochMs } from '../../../protocol/units.ts'
import type { TimeOfUseTariff } from '../tariff/tariff.ts'
import { cutAtWindows, type WindowPiece } from '../tariff/windows.ts'
import { type Charge, type EnergyCharge, type Rated, round } from './charge.ts'
import type { RateInput, Segment } from './rate.ts'
import { add, isZero, mul, type Ratio, ratio, sum } from './ratio.ts'

/** Wh x price / this = minor units: 1000 Wh in a kWh, prices in 1/10000 of a unit of 100 minor units. */
const FEE_DIVISOR = BigInt((1000 * PRICE_SCALE) / 100)

/** Prices energy by time of day and a service fee (version 1). No VAT, and time costs nothing. */
export function rateTimeOfUse(tariff: TimeOfUseTariff, input: RateInput): Rated {
  const stretches = energyByWindow(tariff, input)
  const energy = stretches.map(
    ({ fromMs, toMs, kind, price, energyWh }): EnergyCharge => ({
      ...charged('ENERGY', kind, price, energyWh),
      dimension: 'ENERGY',
      fromMs,
      toMs,
      meteredWh: energyWh,
    }),
  )
  const service = charged('SERVICE', 'service', tariff.service, sum(stretches.map(stretch => stretch.energyWh)))
  return round(energy, isZero(service.quantity) ? [] : [service])
}

function charged(dimension: Charge['dimension'], kind: string, price: number, quantity: Ratio): Charge {
  const amount = mul(quantity, { n: BigInt(price), d: FEE_DIVISOR })
  return { dimension, kind, price, vat: null, quantity, exclMinor: amount, inclMinor: amount }
}

interface Stretch {
  from: number
  to: number
  energyWh: Ratio
}

function energyByWindow(
  tariff: TimeOfUseTariff,
  { timeZone, originMs, ticksPerMs, segments }: RateInput,
): { fromMs: EpochMs; toMs: EpochMs; kind: string; price: number; energyWh: Ratio }[] {
  const sorted = inOrder(segments)
  const first = sorted[0]
  if (first === undefined) return []
  const end = sorted.reduce((latest, { to }) => Math.max(latest, to), first.from)
  const toMs = (tick: number): EpochMs => originMs + Math.floor(tick / ticksPerMs)
  // one millisecond more, so that energy of no duration at the very end finds the window that begins there
  const pieces = cutAtWindows(tariff, timeZone, toMs(first.from), toMs(end) + 1)
  const tickOf = (ms: EpochMs): number => (ms - originMs) * ticksPerMs

  const stretches = new Map<WindowPiece, Stretch>()
  let start = 0
  for (const segment of sorted) {
    while (tickOf(pieces[start]!.to) <= segment.from) start++
    for (let index = start; ; index++) {
      const piece = pieces[index]!
      const from = Math.max(segment.from, tickOf(piece.from))
      const to = Math.min(segment.to, tickOf(piece.to))
      const whole = to - from === segment.to - segment.from
      const energyWh = whole ? segment.energyWh : mul(segment.energyWh, ratio(to - from, segment.to - segment.from))
      const known = stretches.get(piece)
      if (known === undefined) stretches.set(piece, { from, to, energyWh })
      else {
        known.to = Math.max(known.to, to)
        known.energyWh = add(known.energyWh, energyWh)
      }
      if (to === segment.to) break
    }
  }
  return [...stretches].map(([{ window }, { from, to, energyWh }]) => ({
    fromMs: toMs(from),
    toMs: toMs(to),
    kind: window?.kind ?? 'none',
    price: window?.price ?? 0,
    energyWh,
  }))
}

/** Segments with energy by their beginning. Throws a RangeError for one that is not of whole ticks or ends before it begins. */
function inOrder(segments: readonly Segment[]): Segment[] {
  const sorted = segments.filter(segment => !isZero(segment.energyWh)).sort((a, b) => a.from - b.from)
  for (const { from, to } of sorted) {
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || to < from) {
      throw new RangeError(`not a segment of whole ticks: ${from}..${to}`)
    }
  }
  return sorted
}
