import { z } from 'zod'
import { line } from './bills.ts'
import { energyWh, INT32, identity, instant, mode, money, named, text, time } from './common.ts'

/** Of an operator's request: higher is called first, 0 is everybody. */
const priority = z.number().int().min(-1000).max(1000).optional().describe('Priority class; operators only')

export const requestBody = z.strictObject({
  mode,
  energyWh: energyWh.describe('Energy asked for, Wh'),
  vehicleId: z.uuid().optional().describe('One of the own vehicles'),
  siteId: identity.optional().describe('Without it the only or oldest site'),
  priority,
})

export const requestChange = z
  .strictObject({ mode: mode.optional(), energyWh: energyWh.optional(), priority })
  .refine(change => Object.values(change).some(value => value !== undefined), 'Nothing to change')

export const cancelBody = z.strictObject({ requestId: z.uuid().optional() }).nullish()

const requestMembers = {
  id: z.string(),
  siteId: z.string(),
  userId: z.string().nullable(),
  vehicleId: z.string().nullable(),
  mode,
  number: z.string(),
  energyWh: z.number().int(),
  deliveredEnergyWh: z.number().int(),
  status: z.string(),
  pileId: z.string().nullable(),
  createdAt: time,
}

export const request = named(
  'ChargingRequest',
  z.object({
    ...requestMembers,
    priority: z.number().int().describe('Priority class: higher is called first, 0 is everybody'),
    position: z.number().int().nullable(),
    carsAhead: z.number().int(),
    sessionId: z.string().nullable(),
    estimatedStartAt: time.nullable(),
    estimatedWaitSeconds: z.number().int().nullable(),
    estimatedFinishAt: time.nullable(),
    cost: money,
    reason: z.string().describe('Why this pile, or why still waiting'),
  }),
)

export const requestRow = z.object({ ...requestMembers, endedAt: time.nullable() })

const modeQueue = z.object({ waiting: z.number().int(), freePlaces: z.number().int() })
export const siteQueue = z.object({ siteId: z.string(), fast: modeQueue, trickle: modeQueue })

export const session = named(
  'Session',
  z.object({
    id: z.string(),
    siteId: z.string(),
    chargePointId: z.string(),
    connectorId: z.number().int(),
    pileId: z.string().nullable(),
    requestId: z.string().nullable(),
    userId: z.string().nullable(),
    idTag: z.string(),
    startedAt: time,
    endedAt: time.nullable(),
    energyWh: z.number().int(),
    powerW: z.number().int().nullable(),
    socPercent: z.number().nullable(),
    meterStartWh: z.number().int().nullable(),
    meterStopWh: z.number().int().nullable(),
    stopReason: z.string().nullable(),
    endCause: z.string().nullable(),
    provisional: z.boolean(),
    orphan: z.boolean(),
    reviewReason: z.string().nullable(),
    reviewVerdict: z.string().nullable(),
    calledAt: time.nullable().describe('Since when its pile was held for the driver'),
    unpluggedAt: time.nullable().describe('When the cable was pulled after the end'),
    parkingSeconds: z.number().int().describe('Plugged in without charging; counted where the tariff prices it'),
    cost: money.nullable().describe('Of its details, corrections included; null while it has none'),
    vat: money.nullable().describe('Contained in the cost'),
    lines: z.array(line),
  }),
)

export const reading = z.object({
  at: time,
  context: z.string().nullable(),
  meterWh: z.number().int().nullable(),
  powerW: z.number().int().nullable(),
  voltageV: z.array(z.number()).nullable(),
  currentA: z.array(z.number()).nullable(),
  socPercent: z.number().nullable(),
})

/** The HTTP pile's words. */
export const assignBody = z
  .strictObject({
    pileId: identity,
    userId: z.uuid().optional(),
    number: z
      .string()
      .regex(/^[FT][1-9]\d{0,9}$/, 'A queue number, such as F3')
      .optional(),
    energyWh,
    mode: mode.optional(),
  })
  .refine(body => body.userId !== undefined || body.number !== undefined, 'userId or number is needed')

const sessionId = z
  .string()
  .regex(/^[1-9]\d{0,9}$/, 'A session id')
  .refine(id => Number(id) <= INT32, 'A session id')
const meterWh = z.number().min(0).max(1e12)

export const progressBody = z.strictObject({
  pileId: identity,
  sessionId,
  energyWh: meterWh,
  powerW: z.number().min(0).max(10_000_000),
  remainingSeconds: z.number().min(0).max(INT32).optional(),
  at: instant().optional(),
})

export const completeBody = z
  .strictObject({
    pileId: identity,
    sessionId,
    energyWh: meterWh,
    startedAt: instant(),
    endedAt: instant(),
    reason: text(100).optional(),
  })
  .refine(body => body.endedAt >= body.startedAt, { message: 'The end is before the start', path: ['endedAt'] })

export const heartbeatBody = z.strictObject({ pileIds: z.array(identity).min(1).max(1000), at: instant().optional() })
