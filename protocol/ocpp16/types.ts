import { z } from 'zod'
import { dateTime, integer, tenths, text } from './formats.ts'

/** Types that more than one feature profile uses (OCPP 1.6 edition 2, section 7). */

/** A message without content. */
export const empty = z.strictObject({})

export const acceptedOrRejected = z.strictObject({ status: z.enum(['Accepted', 'Rejected']) })

/** Compared without regard to case (section 7.28). */
export const idTag = text(20)

export const idTagInfo = z.strictObject({
  expiryDate: dateTime().optional(),
  parentIdTag: idTag.optional(),
  status: z.enum(['Accepted', 'Blocked', 'Expired', 'Invalid', 'ConcurrentTx']),
})
export type IdTagInfo = z.infer<typeof idTagInfo>

export const readingContext = z.enum([
  'Interruption.Begin',
  'Interruption.End',
  'Sample.Clock',
  'Sample.Periodic',
  'Transaction.Begin',
  'Transaction.End',
  'Trigger',
  'Other',
])

export const measurand = z.enum([
  'Energy.Active.Export.Register',
  'Energy.Active.Import.Register',
  'Energy.Reactive.Export.Register',
  'Energy.Reactive.Import.Register',
  'Energy.Active.Export.Interval',
  'Energy.Active.Import.Interval',
  'Energy.Reactive.Export.Interval',
  'Energy.Reactive.Import.Interval',
  'Power.Active.Export',
  'Power.Active.Import',
  'Power.Offered',
  'Power.Reactive.Export',
  'Power.Reactive.Import',
  'Power.Factor',
  'Current.Import',
  'Current.Export',
  'Current.Offered',
  'Voltage',
  'Frequency',
  'Temperature',
  'SoC',
  'RPM',
])
export type Measurand = z.infer<typeof measurand>

export const phase = z.enum(['L1', 'L2', 'L3', 'N', 'L1-N', 'L2-N', 'L3-N', 'L1-L2', 'L2-L3', 'L3-L1'])
export type Phase = z.infer<typeof phase>

/** `Celcius` is the spelling of the first edition and stays allowed. */
export const unitOfMeasure = z.enum([
  'Wh',
  'kWh',
  'varh',
  'kvarh',
  'W',
  'kW',
  'VA',
  'kVA',
  'var',
  'kvar',
  'A',
  'V',
  'K',
  'Celcius',
  'Celsius',
  'Fahrenheit',
  'Percent',
])
export type UnitOfMeasure = z.infer<typeof unitOfMeasure>

/** Defaults where a member is missing: context Sample.Periodic, format Raw, measurand Energy.Active.Import.Register, location Outlet, unit Wh. */
export const sampledValue = z.strictObject({
  value: z.string(),
  context: readingContext.optional(),
  format: z.enum(['Raw', 'SignedData']).optional(),
  measurand: measurand.optional(),
  phase: phase.optional(),
  location: z.enum(['Cable', 'EV', 'Inlet', 'Outlet', 'Body']).optional(),
  unit: unitOfMeasure.optional(),
})
export type SampledValue = z.infer<typeof sampledValue>

export const meterValue = z.strictObject({ timestamp: dateTime(), sampledValue: z.array(sampledValue) })
export type MeterValue = z.infer<typeof meterValue>

export const chargingRateUnit = z.enum(['A', 'W'])

export const chargingProfilePurpose = z.enum(['ChargePointMaxProfile', 'TxDefaultProfile', 'TxProfile'])

/** `duration` and `startPeriod` in seconds; `limit` and `minChargingRate` in `chargingRateUnit`. */
export const chargingSchedule = z.strictObject({
  duration: integer().optional(),
  startSchedule: dateTime().optional(),
  chargingRateUnit,
  chargingSchedulePeriod: z.array(
    z.strictObject({ startPeriod: integer(), limit: tenths(), numberPhases: integer().optional() }),
  ),
  minChargingRate: tenths().optional(),
})
export type ChargingSchedule = z.infer<typeof chargingSchedule>

export const chargingProfile = z.strictObject({
  chargingProfileId: integer(),
  transactionId: integer().optional(),
  stackLevel: integer(),
  chargingProfilePurpose,
  chargingProfileKind: z.enum(['Absolute', 'Recurring', 'Relative']),
  recurrencyKind: z.enum(['Daily', 'Weekly']).optional(),
  validFrom: dateTime().optional(),
  validTo: dateTime().optional(),
  chargingSchedule,
})
export type ChargingProfile = z.infer<typeof chargingProfile>
