import { z } from 'zod'
import { policySchema } from '../../core/queue/policy.ts'
import { INT32, identity, instant, mode, named, tag, text, time } from './common.ts'
import { ownPile, pile } from './piles.ts'

const isTimeZone = (name: string): boolean => {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }))
  } catch {
    return false
  }
}

const name = text(200, 1)
const timeZone = text(64, 1).refine(isTimeZone, 'Not an IANA time zone')
const powerLimitW = z.number().int().positive().max(INT32).nullable()
const waitingCapacity = z.number().int().min(0).max(100_000)

const { pileChoice, faultPause, faultPolicy, redealOnRepair, editWhileCharging, dispatch, maxWait } = policySchema.shape
/** Only what is named changes: no defaults here. */
const policyChange = z.strictObject({
  pileChoice: pileChoice.unwrap().optional(),
  faultPause: faultPause.unwrap().optional(),
  faultPolicy: faultPolicy.unwrap().optional(),
  redealOnRepair: redealOnRepair.unwrap().optional(),
  editWhileCharging: editWhileCharging.unwrap().optional(),
  dispatch: dispatch.unwrap().optional(),
  maxWait: maxWait.unwrap().optional().describe('Minutes; null is never'),
})

export const siteBody = z.strictObject({
  id: identity.optional(),
  name,
  timeZone: timeZone.default('Asia/Shanghai'),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'Three capital letters (ISO 4217)')
    .default('CNY'),
  powerLimitW: powerLimitW.optional(),
  waitingCapacity: waitingCapacity.default(10),
  policy: policyChange.optional(),
})

export const siteChange = z.strictObject({
  name: name.optional(),
  timeZone: timeZone.optional(),
  powerLimitW: powerLimitW.optional(),
  waitingCapacity: waitingCapacity.optional(),
  policy: policyChange.optional(),
})

export const site = named(
  'Site',
  z.object({
    id: z.string(),
    name: z.string(),
    timeZone: z.string(),
    currency: z.string(),
    powerLimitW: z.number().int().nullable(),
    waitingCapacity: z.number().int(),
    policy: z.record(z.string(), z.unknown()),
    createdAt: time,
  }),
)

const settings = {
  securityProfile: z.number().int().min(0).max(3).optional(),
  acceptUnknownTags: z.boolean().optional(),
  assumeOcpp16: z.boolean().optional().describe('Accept a WebSocket without a subprotocol'),
  validation: z.enum(['tolerant', 'strict']).nullable().optional(),
  quirkProfile: text(64, 1).nullable().optional(),
  pingSeconds: z.number().int().min(0).max(3600).nullable().optional(),
}
/** A random key of the charge point (AuthorizationKey). It is never told again. */
const chargePointPassword = text(128, 8)

const newChargePoint = {
  siteId: identity.optional(),
  password: chargePointPassword.optional(),
  ...settings,
  piles: z.array(ownPile).max(64).optional().describe('Without it one pile per connector'),
  connectors: z.number().int().min(1).max(64).optional(),
  mode: mode.optional(),
  powerW: z.number().int().positive().max(10_000_000).optional(),
}

export const chargePointBody = z.strictObject({ id: identity, ...newChargePoint })
export const adoptBody = z.strictObject(newChargePoint).nullish()
export const chargePointChange = z.strictObject({
  siteId: identity.optional(),
  password: chargePointPassword.nullable().optional(),
  ...settings,
})

export const chargePoint = named(
  'ChargePoint',
  z.object({
    id: z.string(),
    siteId: z.string(),
    protocol: z.enum(['ocpp1.6', 'mqtt', 'http']).nullable(),
    hasPassword: z.boolean(),
    securityProfile: z.number().int(),
    acceptUnknownTags: z.boolean(),
    assumeOcpp16: z.boolean(),
    validation: z.enum(['tolerant', 'strict']).nullable(),
    quirkProfile: z.string().nullable(),
    pingSeconds: z.number().int().nullable(),
    vendor: z.string().nullable(),
    model: z.string().nullable(),
    serial: z.string().nullable(),
    firmware: z.string().nullable(),
    featureProfiles: z.array(z.string()).nullable().describe('What it says it can do; null while that is not known'),
    registration: z.string().nullable(),
    connected: z.boolean(),
    lastBootAt: time.nullable(),
    lastSeenAt: time.nullable(),
    status: z.string().nullable(),
    errorCode: z.string(),
    createdAt: time,
    piles: z.array(pile),
  }),
)

export const unknownChargePoint = z.object({
  identity: z.string(),
  reason: z.string(),
  address: z.string(),
  firstSeenAt: time,
  lastSeenAt: time,
  count: z.number().int(),
})

const tagStatus = z.enum(['Accepted', 'Blocked', 'Expired', 'Invalid'])
export const idTagBody = z.strictObject({
  status: tagStatus,
  expiresAt: instant().nullable().optional(),
  parentTag: tag.nullable().optional(),
  userId: z.uuid().nullable().optional(),
  maxSessions: z.number().int().positive().max(1000).optional().describe('Sessions at once'),
})

export const idTag = named(
  'IdTag',
  z.object({
    tag: z.string(),
    status: tagStatus,
    expiresAt: time.nullable(),
    parentTag: z.string().nullable(),
    userId: z.string().nullable(),
    maxSessions: z.number().int(),
    createdAt: time,
  }),
)
export const idTagQuery = { status: tagStatus.optional(), userId: z.uuid().optional() }
export const unknownIdTag = z.object({
  tag: z.string(),
  chargePointId: z.string(),
  firstSeenAt: time,
  lastSeenAt: time,
  count: z.number().int(),
})

const validity = {
  validFrom: instant().optional().describe('Now when absent'),
  validTo: instant().nullable().optional().describe('Without it in force until the next version begins'),
}

export const tariffBody = z.strictObject({
  name,
  siteId: identity.optional(),
  mode: mode.optional(),
  pileId: identity.optional(),
  userGroup: text(64, 1).optional(),
  definition: z.unknown(),
  ...validity,
})
export const versionBody = z.strictObject({ definition: z.unknown(), ...validity })

const version = z.object({
  id: z.string(),
  version: z.number().int(),
  validFrom: time,
  validTo: time.nullable(),
  inForce: z.boolean().describe('Sessions that start now and are this tariff’s are billed by it'),
  definition: z.unknown(),
  createdAt: time,
})
export const tariff = named(
  'Tariff',
  z.object({
    id: z.string(),
    siteId: z.string().nullable(),
    name: z.string(),
    mode: z.string().nullable(),
    pileId: z.string().nullable(),
    userGroup: z.string().nullable(),
    createdAt: time,
    versions: z.array(version).describe('Newest first'),
  }),
)
