import { z } from 'zod'
import { OCCUPIED_DETAILS, PILE_STATES } from '../../../protocol/events.ts'
import { INT32, identity, mode, named, text, time } from './common.ts'

export const pile = named(
  'Pile',
  z.object({
    id: z.string(),
    siteId: z.string(),
    mode,
    powerW: z.number().int(),
    state: z.enum(PILE_STATES),
    detail: z.enum(OCCUPIED_DETAILS).nullable(),
    connected: z.boolean(),
    protocol: z.enum(['ocpp1.6', 'mqtt', 'http']).nullable(),
    chargePointId: z.string(),
    connectorId: z.number().int(),
    queueLength: z.number().int().describe('Places, the charging one included'),
    queued: z.number().int().describe('Cars there now'),
    inService: z.boolean(),
    serviceReason: z.string().nullable(),
    errorCode: z.string(),
    nextMaintenance: z
      .object({ id: z.string(), from: time, to: time, reason: z.string(), running: z.boolean() })
      .nullable()
      .describe('The next announced work, or that which goes on'),
    session: z
      .object({ id: z.string(), energyWh: z.number().int(), powerW: z.number().int().nullable(), startedAt: time })
      .nullable(),
    statistics: z.object({
      sessions: z.number().int(),
      energyWh: z.number().int(),
      chargingSeconds: z.number().int(),
      faults: z.number().int(),
    }),
  }),
)

export const pileEvent = z.object({
  at: time,
  state: z.string(),
  detail: z.string().nullable(),
  errorCode: z.string(),
  cause: z.string(),
})

export const queuedCar = named(
  'QueuedCar',
  z.object({
    number: z.string(),
    position: z.number().int(),
    mode,
    requestedEnergyWh: z.number().int(),
    deliveredEnergyWh: z.number().int(),
    waitedSeconds: z.number().int(),
    expectedStartAt: time
      .nullable()
      .optional()
      .describe('When charging is expected to begin; null where that cannot be said. Not in the view of one pile'),
    charging: z.boolean(),
    userId: z.string().optional(),
    vehicle: z.string().optional(),
    vehicleId: z.string().optional(),
    batteryCapacityWh: z.number().int().optional(),
  }),
)

export const queue = z.object({
  piles: z.array(
    z.object({ id: z.string(), mode, state: z.enum(PILE_STATES), powerW: z.number().int(), cars: z.array(queuedCar) }),
  ),
  waiting: z.array(queuedCar),
  faultQueue: z.array(queuedCar),
})

export const controlBody = z.strictObject({
  action: z.enum(['start', 'stop', 'maintenance', 'unlock', 'reset']),
  reason: text(500).optional(),
  force: z.boolean().optional().describe('With stop: end a running session now'),
})

const powerW = z.number().int().positive().max(10_000_000)
const queueLength = z.number().int().positive().max(1000)
const connectorId = z.number().int().positive().max(INT32)

/** A pile of a charge point that is being registered with it. */
export const ownPile = z.strictObject({ id: identity, connectorId, mode, powerW, queueLength: queueLength.optional() })
export const pileBody = z.strictObject({
  ...ownPile.shape,
  chargePointId: identity.optional().describe('Without it the one of the same identity, made when there is none'),
  siteId: identity.optional(),
  connectorId: connectorId.default(1),
})
export const pileChange = z.strictObject({
  mode: mode.optional(),
  powerW: powerW.optional(),
  queueLength: queueLength.optional(),
})
