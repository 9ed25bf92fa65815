import { z } from 'zod'
import { ROLES } from '../ports.ts'
import { INT32, instant, named, text, time } from './common.ts'

/** 3 to 64 letters, digits and . _ - @; outer spaces are a slip of the finger. */
export const username = z
  .string()
  .max(100)
  .trim()
  .regex(/^[\p{L}\p{N}._@-]{3,64}$/u, 'Must be 3 to 64 letters, digits and . _ - @')

export const password = text(256, 8)
/** At sign-in a password is only compared: its rules may have been others when it was set. */
const anyPassword = z.string().max(1024)

const plate = text(32, 1)
  .trim()
  .refine(value => value.length > 0, 'Must not be empty')
const batteryCapacityWh = z.number().int().positive().max(INT32)

export const vehicleInput = z.strictObject({ plate, batteryCapacityWh: batteryCapacityWh.optional() })
export const vehicleChange = z.strictObject({
  plate: plate.optional(),
  batteryCapacityWh: batteryCapacityWh.nullable().optional(),
})

export const registerBody = z.strictObject({ username, password, vehicle: vehicleInput.optional() })
export const loginBody = z.strictObject({ username: text(100), password: anyPassword })
export const refreshBody = z.strictObject({ refreshToken: z.string().max(500).optional() }).nullish()
export const passwordBody = z.strictObject({ currentPassword: anyPassword, newPassword: password })
export const tokenBody = z.strictObject({ name: text(100, 1), expiresAt: instant().optional() })

export const vehicle = named(
  'Vehicle',
  z.object({ id: z.string(), plate: z.string(), batteryCapacityWh: z.number().int().nullable() }),
)
export const account = named(
  'Account',
  z.object({ id: z.string(), username: z.string(), role: z.enum(ROLES), vehicles: z.array(vehicle) }),
)
export const profile = named('Profile', z.object({ ...account.shape, idTags: z.array(z.string()), createdAt: time }))
export const user = named(
  'User',
  z.object({ ...profile.shape, disabled: z.boolean(), userGroup: z.string().nullable() }),
)
export const session = named(
  'SignedIn',
  z.object({ token: z.string(), refreshToken: z.string(), expiresInSeconds: z.number().int(), user: account }),
)
export const apiToken = named(
  'ApiToken',
  z.object({ id: z.string(), name: z.string(), createdAt: time, expiresAt: time.nullable() }),
)
export const newApiToken = z.object({ ...apiToken.shape, token: z.string().describe('Told this once') })

const userGroup = text(64, 1).nullable().optional().describe('Tariffs may be for a group')

export const newUserBody = z.strictObject({
  username,
  password,
  role: z.enum(ROLES),
  vehicle: vehicleInput.optional(),
  userGroup,
})
export const userChange = z.strictObject({
  role: z.enum(ROLES).optional(),
  disabled: z.boolean().optional(),
  password: password.optional(),
  userGroup,
})
