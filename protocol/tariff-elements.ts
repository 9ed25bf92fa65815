import { z } from 'zod'
import { isScaled } from './price-scale.ts'

/**
 * What can be priced: OCPI 2.2.1 TariffDimensionType, and `SERVICE` of our own, a second price per kWh beside the energy.
 * ENERGY and SERVICE are per kWh, TIME (charging) and PARKING_TIME (plugged in, not charging) per hour, FLAT per session.
 */
export const TARIFF_DIMENSIONS = ['ENERGY', 'SERVICE', 'TIME', 'PARKING_TIME', 'FLAT'] as const
export type TariffDimension = (typeof TARIFF_DIMENSIONS)[number]

export const DAYS_OF_WEEK = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'] as const
export type DayOfWeek = (typeof DAYS_OF_WEEK)[number]

export const RESERVATION_RESTRICTIONS = ['RESERVATION', 'RESERVATION_EXPIRES'] as const
export type ReservationRestriction = (typeof RESERVATION_RESTRICTIONS)[number]

/** In currency units; no price is above 100,000. */
const price = z.number().min(0).max(100_000).refine(isScaled, 'at most four decimals')

const priceComponent = z.strictObject({
  type: z.enum(TARIFF_DIMENSIONS),
  /** Per kWh, per hour or per session, excluding VAT. */
  price,
  /** Percent; absent where no VAT applies, which is another thing than 0 %. */
  vat: z.number().min(0).max(100).refine(isScaled, 'at most four decimals').optional(),
  /** Wh or seconds: what is billed is rounded up to a multiple, once per session. 1 when absent, 0 bills exactly. */
  stepSize: z.number().int().min(0).max(1_000_000_000).optional(),
})

const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day is HH:MM; midnight is 00:00')
const amount = z.number().min(0).max(1_000_000)
const seconds = z.number().int().min(0).max(1_000_000_000)

/** All that are given must match. Lower bounds are inclusive, upper bounds exclusive. */
const restrictions = z.strictObject({
  /** Local time of the site; an end at or before the start is on the next day. Each alone reaches to midnight. */
  startTime: time.optional(),
  endTime: time.optional(),
  /** Local dates, the end exclusive. */
  startDate: z.iso.date().optional(),
  endDate: z.iso.date().optional(),
  /** Energy of the session so far. */
  minKwh: amount.optional(),
  maxKwh: amount.optional(),
  /** Sum over all phases in A; where the current is not known neither bound matches. */
  minCurrent: amount.optional(),
  maxCurrent: amount.optional(),
  /** kW, by the meter. */
  minPower: amount.optional(),
  maxPower: amount.optional(),
  /** Seconds since the session (or the reservation) began. */
  minDuration: seconds.optional(),
  maxDuration: seconds.optional(),
  dayOfWeek: z.array(z.enum(DAYS_OF_WEEK)).min(1).max(7).optional(),
  /** The element prices a reservation, not a session. */
  reservation: z.enum(RESERVATION_RESTRICTIONS).optional(),
})

const element = z.strictObject({
  /** What its stretches are called on a bill: `peak`, `flat`, `valley` or a name of the operator's own. */
  kind: z.string().trim().min(1).max(32).optional(),
  priceComponents: z.array(priceComponent).min(1).max(16),
  restrictions: restrictions.optional(),
})

const limit = z
  .strictObject({ exclVat: price, inclVat: price.optional() })
  .refine(({ exclVat, inclVat }) => inclVat === undefined || inclVat >= exclVat, {
    message: 'inclVat is below exclVat',
    path: ['inclVat'],
  })

/** Members of a version 2 definition beside `version`, `currency` and `minorDigits`. */
export const tariffElements = {
  /** Per dimension, the first whose restrictions match wins, at every moment of a session. */
  elements: z.array(element).min(1).max(96),
  /** What a session costs at least and at most. */
  minPrice: limit.optional(),
  maxPrice: limit.optional(),
  /** The first minutes of parking of a session that cost nothing. */
  parkingGraceMinutes: z.number().int().min(0).max(10_080).optional(),
}

export type PriceComponent = z.infer<typeof priceComponent>
export type TariffRestrictions = z.infer<typeof restrictions>
export type TariffElement = z.infer<typeof element>
export type TariffPrice = z.infer<typeof limit>
