/**
 * Version 2 tariffs rated a second time, by other means than the product's core, so that one slip cannot hide in both:
 * second by second, asking the calendar for the time on the wall and comparing texts. It knows nothing of periods. Power
 * is constant per minute, energy comes in whole Wh per second, and all bounds must lie on whole seconds and whole Wh.
 */
import type { ElementTariff, PriceComponent, TariffDimension, TariffElement } from '../../protocol/tariff.ts'

export interface SecondsOfSession {
  tariff: ElementTariff
  timeZone: string
  startMs: number
  /** Wh per second, one for every minute of charging. */
  powers: readonly number[]
  /** Minutes of parking right after it. */
  parkedMinutes: number
}

export interface Independent {
  /** Minor units with and without VAT: numerators over `denominator`. */
  incl: bigint
  excl: bigint
  /** Billed Wh or seconds by dimension and index of the element. */
  billed: Map<string, number>
}

/** Prices have four decimals, VAT up to four, and time is per hour. */
export const DENOMINATOR = 100n * 1000n * 3600n * 1_000_000n

const WEEKDAYS = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'] as const
const two = (value: number): string => String(value).padStart(2, '0')

interface Second {
  time: string
  date: string
  weekday: (typeof WEEKDAYS)[number]
  seconds: number
  wh: number
  kw: number
}

function matches({ restrictions = {} }: TariffElement, now: Second): boolean {
  const { startTime = '00:00', endTime = '00:00', startDate, endDate, dayOfWeek, reservation } = restrictions
  const { minKwh = 0, maxKwh = 1e9, minPower = 0, maxPower = 1e9, minDuration = 0, maxDuration = 1e9 } = restrictions
  const end = endTime === '00:00' ? '24:00' : endTime
  const inWindow = startTime < end ? now.time >= startTime && now.time < end : now.time >= startTime || now.time < end
  return (
    reservation === undefined &&
    inWindow &&
    (startDate === undefined || now.date >= startDate) &&
    (endDate === undefined || now.date < endDate) &&
    (dayOfWeek === undefined || dayOfWeek.includes(now.weekday)) &&
    now.wh >= minKwh * 1000 &&
    now.wh < maxKwh * 1000 &&
    now.kw >= minPower &&
    now.kw < maxPower &&
    now.seconds >= minDuration &&
    now.seconds < maxDuration
  )
}

const PER: Record<TariffDimension, bigint> = {
  ENERGY: 1000n,
  SERVICE: 1000n,
  TIME: 3600n,
  PARKING_TIME: 3600n,
  FLAT: 1n,
}

interface Use {
  dimension: TariffDimension
  component: PriceComponent
  element: number
  quantity: number
}

export function rateBySeconds({ tariff, timeZone, startMs, powers, parkedMinutes }: SecondsOfSession): Independent {
  const uses: Use[] = []
  const use = (dimension: TariffDimension, now: Second, quantity: number): void => {
    const element = tariff.elements.findIndex(
      candidate => candidate.priceComponents.some(({ type }) => type === dimension) && matches(candidate, now),
    )
    if (element < 0) return
    const component = tariff.elements[element]!.priceComponents.find(({ type }) => type === dimension)!
    const last = uses.findLast(one => one.dimension === dimension)
    if (last?.element === element) last.quantity += quantity
    else uses.push({ dimension, component, element, quantity })
  }
  const charging = powers.length * 60
  let wh = 0
  let wall = Temporal.Instant.fromEpochMilliseconds(startMs).toZonedDateTimeISO(timeZone)
  for (let second = 0; second < charging + parkedMinutes * 60; second++) {
    if (second > 0 && (startMs / 1000 + second) % 60 === 0) {
      wall = Temporal.Instant.fromEpochMilliseconds(startMs + second * 1000).toZonedDateTimeISO(timeZone)
    }
    const flow = second < charging ? powers[Math.floor(second / 60)]! : 0
    const now: Second = {
      time: `${two(wall.hour)}:${two(wall.minute)}`,
      date: wall.toPlainDate().toString(),
      weekday: WEEKDAYS[wall.dayOfWeek - 1]!,
      seconds: second,
      wh,
      kw: (flow * 3600) / 1000,
    }
    if (flow > 0) {
      use('ENERGY', now, flow)
      use('SERVICE', now, flow)
    }
    if (second < charging) use('TIME', now, 1)
    else if (second >= charging + (tariff.parkingGraceMinutes ?? 0) * 60) use('PARKING_TIME', now, 1)
    if (!uses.some(({ dimension }) => dimension === 'FLAT')) use('FLAT', now, 1)
    wh += flow
  }
  const parked = uses.some(({ dimension }) => dimension === 'PARKING_TIME')
  for (const dimension of ['ENERGY', 'SERVICE', parked ? 'PARKING_TIME' : 'TIME'] as const) {
    const own = uses.filter(one => one.dimension === dimension)
    const last = own.at(-1)
    const step = last?.component.stepSize ?? 1
    if (last === undefined || step === 0) continue
    const total = own.reduce((sum, { quantity }) => sum + quantity, 0)
    last.quantity += (step - (total % step)) % step
  }
  let excl = 0n
  let incl = 0n
  const billed = new Map<string, number>()
  for (const { dimension, component, element, quantity } of uses) {
    const key = `${dimension} ${element}`
    billed.set(key, (billed.get(key) ?? 0) + quantity)
    const price = BigInt(Math.round(component.price * 10_000))
    const amount = (BigInt(quantity) * price * DENOMINATOR) / (100n * PER[dimension])
    excl += amount
    incl += (amount * BigInt(1_000_000 + Math.round((component.vat ?? 0) * 10_000))) / 1_000_000n
  }
  return { incl, excl, billed }
}
