import { z } from 'zod'

/** Minutes of a local day. */
export const MINUTES_PER_DAY = 1440
/** Prices are integers in 1/10000 of the currency unit per kWh: 0.8 CNY is 8000. */
export const PRICE_SCALE = 10_000

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

/**
 * A tariff version as it is kept and as it travels over REST. `version` tells the shapes of later elements (OCPI 2.2.1
 * components and restrictions) from this one: energy by time of day and a service fee, both per kWh.
 */
export const tariffDefinition = z.strictObject({
  version: z.literal(1),
  /** ISO 4217. */
  currency: z.string().regex(/^[A-Z]{3}$/, 'three capital letters (ISO 4217)'),
  /** Digits of the minor unit: amounts are hundredths of the unit. */
  minorDigits: z.literal(2),
  /** Half-open, in the local time of the site; the first that matches wins, outside of all the price is 0. */
  windows: z.array(tariffWindow).max(96),
  /** Service fee beside the energy price. */
  service: price,
})

export type TariffDefinition = z.infer<typeof tariffDefinition>
export type TariffWindow = TariffDefinition['windows'][number]
