import {
  DAYS_OF_WEEK,
  type ElementTariff,
  MINUTES_PER_DAY,
  type ReservationRestriction,
  scaledPrice,
  type TariffDimension,
  type TariffElement,
  type TariffRestrictions,
} from '../../../protocol/tariff.ts'
import { add, fromDecimal, mul, ONE, type Ratio, ratio } from '../billing/ratio.ts'

/** A half-open stretch of numbers; absent bounds reach without end. */
export interface Bounds<T> {
  min: T | null
  max: T | null
}

/** Restrictions of an element in exact numbers: Wh, W, A, ms, minutes of the local day, days since 1970-01-01. */
export interface Limits {
  /** First and first later minute of the day; over midnight the end is at or before the start. */
  minutes: { from: number; to: number } | null
  days: Bounds<number>
  /** From Monday on; null for all. */
  weekdays: readonly boolean[] | null
  energyWh: Bounds<Ratio>
  powerW: Bounds<Ratio>
  currentA: Bounds<Ratio>
  elapsedMs: Bounds<number>
}

/** A price component with the restrictions of its element. */
export interface Component {
  dimension: TariffDimension
  kind: string
  /** 1/10000 of the currency unit per kWh, hour or session, excluding VAT. */
  price: number
  /** Percent; null where none applies. */
  vat: number | null
  /** An amount with VAT is this times the amount without. */
  vatFactor: Ratio
  stepSize: number
  limits: Limits
}

/** What is priced when: components of one dimension in the order of the definition. */
export type Priced = Record<TariffDimension, Component[]>

export interface CompiledTariff {
  session: Priced
  reservation: Record<ReservationRestriction, Priced>
  graceMs: number
  minPrice: CompiledLimit | null
  maxPrice: CompiledLimit | null
}

/** In minor units. */
export interface CompiledLimit {
  excl: Ratio
  incl: Ratio | null
}

const compiled = new WeakMap<ElementTariff, CompiledTariff>()

/** A definition in exact numbers. It must not be altered afterwards: the answer is remembered. */
export function compileTariff(tariff: ElementTariff): CompiledTariff {
  const known = compiled.get(tariff)
  if (known !== undefined) return known
  const pricedFor = (reservation: ReservationRestriction | undefined): Priced => {
    const priced: Priced = { ENERGY: [], SERVICE: [], TIME: [], PARKING_TIME: [], FLAT: [] }
    for (const element of tariff.elements) {
      if (element.restrictions?.reservation !== reservation) continue
      for (const component of componentsOf(element)) priced[component.dimension].push(component)
    }
    return priced
  }
  const limit = (price: ElementTariff['minPrice']): CompiledLimit | null =>
    price === undefined
      ? null
      : { excl: minor(price.exclVat), incl: price.inclVat === undefined ? null : minor(price.inclVat) }
  const result = {
    session: pricedFor(undefined),
    reservation: {
      RESERVATION: pricedFor('RESERVATION'),
      RESERVATION_EXPIRES: pricedFor('RESERVATION_EXPIRES'),
    },
    graceMs: (tariff.parkingGraceMinutes ?? 0) * 60_000,
    minPrice: limit(tariff.minPrice),
    maxPrice: limit(tariff.maxPrice),
  }
  compiled.set(tariff, result)
  return result
}

function componentsOf(element: TariffElement): Component[] {
  const limits = limitsOf(element.restrictions ?? {})
  const kind = element.kind ?? kindOf(element.restrictions ?? {})
  return element.priceComponents.map(({ type, price, vat, stepSize }) => ({
    dimension: type,
    kind,
    price: scaledPrice(price),
    vat: vat ?? null,
    vatFactor: add(ONE, mul(exact(vat ?? 0), ratio(1, 100))),
    stepSize: stepSize ?? 1,
    limits,
  }))
}

/** An element without a name is called by its time of day. */
const kindOf = ({ startTime, endTime }: TariffRestrictions): string =>
  startTime === undefined && endTime === undefined ? 'standard' : `${startTime ?? '00:00'}-${endTime ?? '00:00'}`

/** Restrictions in exact numbers. */
export function limitsOf(restrictions: TariffRestrictions): Limits {
  const { startTime, endTime, startDate, endDate, dayOfWeek, minDuration, maxDuration } = restrictions
  const { minKwh, maxKwh, minPower, maxPower, minCurrent, maxCurrent } = restrictions
  return {
    minutes:
      startTime === undefined && endTime === undefined
        ? null
        : // an end at 00:00 is the end of the day
          { from: minuteOf(startTime ?? '00:00'), to: minuteOf(endTime ?? '00:00') || MINUTES_PER_DAY },
    days: bounds(startDate, endDate, dayNumber),
    weekdays: dayOfWeek === undefined ? null : DAYS_OF_WEEK.map(day => dayOfWeek.includes(day)),
    energyWh: bounds(minKwh, maxKwh, thousands),
    powerW: bounds(minPower, maxPower, thousands),
    currentA: bounds(minCurrent, maxCurrent, exact),
    elapsedMs: bounds(minDuration, maxDuration, seconds => seconds * 1000),
  }
}

function bounds<T, U>(min: T | undefined, max: T | undefined, to: (value: T) => U): Bounds<U> {
  return { min: min === undefined ? null : to(min), max: max === undefined ? null : to(max) }
}

const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
const dayNumber = (date: string): number => Date.parse(date) / 86_400_000
const exact = (value: number): Ratio => fromDecimal(String(value))
const thousands = (value: number): Ratio => mul(exact(value), ratio(1000))
/** Hundredths of the currency unit. */
const minor = (price: number): Ratio => ratio(scaledPrice(price), 100)
