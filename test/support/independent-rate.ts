/**
 * The default tariff (domain.md section 7) computed a second time, by other means than the product's core, so that one
 * slip cannot hide in both: every step of a register is spread evenly over its own time, in exact fractions.
 */
const MINUTE_MS = 60_000n
const DAY_MINUTES = 1440n
/** Shanghai is UTC+8 all year. */
const OFFSET_MS = 8n * 60n * MINUTE_MS

export interface Point {
  at: number
  milliWh: number
}

/** 1/10000 CNY per kWh at a minute of the day. */
function priceAt(minute: bigint): bigint {
  const hour = minute / 60n
  if (hour < 7n || hour >= 23n) return 4000n
  if ((hour >= 10n && hour < 15n) || (hour >= 18n && hour < 21n)) return 10_000n
  return 7000n
}

/** Edges of the windows, in hours. */
const EDGES = [7n, 10n, 15n, 18n, 21n, 23n, 31n]

/** What energy between the points costs, service included, in minor units, rounded half up once. */
export function independentTotal(points: readonly Point[]): { milliWh: number; minor: number } {
  let numerator = 0n
  let denominator = 1n
  const add = (n: bigint, d: bigint): void => {
    numerator = numerator * d + n * denominator
    denominator *= d
    const by = divisor(numerator, denominator)
    numerator /= by
    denominator /= by
  }
  let milliWh = 0
  for (const [index, { at, milliWh: register }] of points.entries()) {
    const before = points[index - 1]
    if (before === undefined || register <= before.milliWh) continue
    const energy = BigInt(register - before.milliWh)
    milliWh += register - before.milliWh
    add(energy * 8000n, 1n)
    let from = BigInt(before.at)
    const lasts = BigInt(at) - from
    if (lasts === 0n) add(energy * priceAt(minuteOf(from)), 1n)
    while (from < BigInt(at)) {
      const until = nextEdge(from)
      const to = until < BigInt(at) ? until : BigInt(at)
      add(energy * (to - from) * priceAt(minuteOf(from)), lasts)
      from = to
    }
  }
  // mWh x 1/10000 CNY per kWh is 1e-10 CNY, 1e-8 of the minor unit
  const unit = denominator * 100_000_000n
  return { milliWh, minor: milliWh < 1000 ? 0 : Number((2n * numerator + unit) / (2n * unit)) }
}

const minuteOf = (at: bigint): bigint => ((at + OFFSET_MS) / MINUTE_MS) % DAY_MINUTES

function nextEdge(at: bigint): bigint {
  const local = at + OFFSET_MS
  const day = local - (local % (DAY_MINUTES * MINUTE_MS))
  for (const hour of EDGES) {
    const edge = day + hour * 60n * MINUTE_MS
    if (edge > local) return edge - OFFSET_MS
  }
  throw new Error('a day has edges')
}

const divisor = (a: bigint, b: bigint): bigint => (b === 0n ? a || 1n : divisor(b, a % b))
