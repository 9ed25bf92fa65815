import { z } from 'zod'
import { dateTime, integer } from './formats.ts'
import { chargingProfile, chargingProfilePurpose, chargingRateUnit, chargingSchedule } from './types.ts'

/** Feature profile SmartCharging (OCPP 1.6 edition 2). */

export const clearChargingProfileRequest = z.strictObject({
  id: integer().optional(),
  connectorId: integer().optional(),
  chargingProfilePurpose: chargingProfilePurpose.optional(),
  stackLevel: integer().optional(),
})
export const clearChargingProfileResponse = z.strictObject({ status: z.enum(['Accepted', 'Unknown']) })

/** `duration` in seconds. */
export const getCompositeScheduleRequest = z.strictObject({
  connectorId: integer(),
  duration: integer(),
  chargingRateUnit: chargingRateUnit.optional(),
})
export const getCompositeScheduleResponse = z.strictObject({
  status: z.enum(['Accepted', 'Rejected']),
  connectorId: integer().optional(),
  scheduleStart: dateTime().optional(),
  chargingSchedule: chargingSchedule.optional(),
})

export const setChargingProfileRequest = z.strictObject({
  connectorId: integer(),
  csChargingProfiles: chargingProfile,
})
export const setChargingProfileResponse = z.strictObject({ status: z.enum(['Accepted', 'Rejected', 'NotSupported']) })
