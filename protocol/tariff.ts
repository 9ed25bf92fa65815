import { z } from 'zod'
import { tariffElements } from './tariff-elements.ts'

export { PRICE_SCALE, scaledPrice } from './price-scale.ts'
export {
  DAYS_OF_WEEK,
  type DayOfWeek,
  type PriceComponent,
  RESERVATION_RESTRICTIONS,
  type ReservationRestriction,
  TARIFF_DIMENSIONS,
  type TariffDimension,
  type TariffElement,
  type TariffPrice,
  type TariffRestrictions,
} from './tariff-elements.ts'

/** Minutes of a local day. */
export const MINUTES_PER_DAY = 1440

const price = z.number().int().min(0).max(1_000_000_000)

const tariffWindow = z
  .strictObject({
    /** First minute of the local day that belongs to the window, 0-1439. */
    fromMinute: z
      .number()
      .int()
      .min(0)
      .max(MINUTES_PER_DAY - 1),
    /** First minute that does not, 0-1440; at or before `fromMinute` the window runs past midnight. */
    toMinute: z.number().int().min(0).max(MINUTES_PER_DAY),
    /** `peak`, `flat`, `valley` or a name of the operator's own. */
    kind: z.string().trim().min(1).max(32),
    price,
  })
  .refine(window => window.fromMinute !== window.toMinute, {
    message: 'fromMinute and toMinute are equal: the whole day is 0 to 1440',
    path: ['toMinute'],
  })

/** ISO 4217. */
const currency = z.string().regex(/^[A-Z]{3}$/, 'three capital letters (ISO 4217)')
/** Digits of the minor unit: amounts are hundredths of the unit. */
const minorDigits = z.literal(2)

/** Version 1: energy by time of day and a service fee, both per kWh, no VAT. */
const timeOfUse = z.strictObject({
  version: z.literal(1),
  currency,
  minorDigits,
  /** Half-open, in the local time of the site; the first that matches wins, outside of all the price is 0. */
  windows: z.array(tariffWindow).max(96),
  /** Service fee beside the energy price. */
  service: price,
})

/** Version 2: elements of price components and restrictions, as in OCPI 2.2.1 module Tariffs (docs/adr/0011). */
const elements = z.strictObject({ version: z.literal(2), currency, minorDigits, ...tariffElements })

/** A tariff version as it is kept and as it travels over REST; `version` tells the two shapes apart. */
export const tariffDefinition = z.discriminatedUnion('version', [timeOfUse, elements])

export type TimeOfUseTariff = z.infer<typeof timeOfUse>
export type ElementTariff = z.infer<typeof elements>
export type TariffDefinition = z.infer<typeof tariffDefinition>
export type TariffWindow = TimeOfUseTariff['windows'][number]
