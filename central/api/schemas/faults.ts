import { z } from 'zod'
import { FAULT_TYPES } from '../../../protocol/charger/faults.ts'
import { RELIABILITY_KEYS } from '../../core/pile/reliability.ts'
import { FAULT_STATES } from '../../use-cases/verbs.ts'
import { mode, named, text, time } from './common.ts'

const note = z.object({ at: time, by: z.string(), text: z.string() })
const part = z.object({ name: z.string(), quantity: z.number().int(), note: z.string().optional() })

export const fault = named(
  'Fault',
  z.object({
    id: z.string(),
    siteId: z.string(),
    chargePointId: z.string(),
    pileId: z.string(),
    type: z.enum(FAULT_TYPES),
    source: z.string(),
    errorCode: z.string().nullable(),
    vendorErrorCode: z.string().nullable(),
    description: z.string(),
    state: z.enum(FAULT_STATES),
    assigneeId: z.string().nullable(),
    assignee: z.string().nullable().describe('Name of the assignee'),
    notes: z.array(note),
    parts: z.array(part),
    firmware: z.string().nullable().describe('Of the charge point when it failed'),
    affectedCars: z.number().int(),
    openedAt: time,
    acknowledgedAt: time.nullable(),
    repairStartedAt: time.nullable(),
    resolvedAt: time.nullable(),
  }),
)

const message = z.object({
  at: time.describe('Real time'),
  direction: z.enum(['in', 'out']),
  kind: z.string(),
  action: z.string().nullable(),
  raw: z.string(),
  cut: z.boolean().describe('Longer than shown; whole at /ocpp/messages'),
})

/** All that a technician wants to know before they go. */
export const dossier = named(
  'FaultDossier',
  z.object({
    ...fault.shape,
    words: z.object({ en: z.string(), zh: z.string() }).nullable().describe('What the error code means'),
    downtimeSeconds: z.number().int().describe('Until it was closed, or until now'),
    charger: z
      .object({
        mode,
        powerW: z.number().int(),
        connectorId: z.number().int(),
        status: z.string().nullable(),
        errorCode: z.string(),
        inService: z.boolean(),
        protocol: z.string().nullable(),
        vendor: z.string().nullable(),
        model: z.string().nullable(),
        serial: z.string().nullable(),
        firmware: z.string().nullable(),
        connected: z.boolean(),
        lastBootAt: time.nullable(),
        lastSeenAt: time.nullable(),
      })
      .describe('The pile and its charge point as they are now'),
    messages: z
      .object({ before: z.array(message), after: z.array(message) })
      .describe('The last 20 until it failed, and the last 20 since; newest first'),
    affected: z
      .array(
        z.object({
          requestId: z.string(),
          number: z.string(),
          charging: z.boolean().describe('It was charging, and has been interrupted'),
          status: z.string().nullable().describe('What has become of it'),
          deliveredEnergyWh: z.number().int(),
          pileId: z.string().nullable().describe('Where it is now, or charged last'),
        }),
      )
      .describe('Cars that were at the pile'),
    earlier: z
      .array(
        z.object({
          id: z.string(),
          type: z.enum(FAULT_TYPES),
          errorCode: z.string().nullable(),
          vendorErrorCode: z.string().nullable(),
          description: z.string(),
          state: z.enum(FAULT_STATES),
          assignee: z.string().nullable(),
          notes: z.array(note),
          parts: z.array(part),
          openedAt: time,
          resolvedAt: time.nullable(),
        }),
      )
      .describe('What was done before at this pile, newest first'),
  }),
)

export const faultChange = z.strictObject({
  state: z.enum(FAULT_STATES).optional(),
  note: text(2000, 1).optional(),
  assignee: z.uuid().nullable().optional().describe('Id of a user'),
  parts: z
    .array(
      z.strictObject({
        name: text(200, 1),
        quantity: z.number().int().positive().max(10_000).default(1),
        note: text(500, 1).optional(),
      }),
    )
    .max(100)
    .optional()
    .describe('All parts that were used: the list takes the place of the one before'),
})

const figures = {
  count: z.number().int().describe('Without false alarms'),
  open: z.number().int(),
  falseAlarms: z.number().int(),
  downtimeSeconds: z.number().int(),
  mttrSeconds: z.number().int().nullable().describe('Mean time to repair of what is resolved'),
  mtbfSeconds: z.number().int().nullable().describe('Mean time in service between failures'),
  repeats: z.number().int().describe('The same type at the same pile within 30 days of its repair'),
}

export const statistics = named(
  'FaultStatistics',
  z.object({
    ...figures,
    by: z.enum(RELIABILITY_KEYS),
    items: z.array(
      z.object({
        pileId: z.string().optional(),
        type: z.enum(FAULT_TYPES).optional(),
        firmware: z.string().nullable().optional(),
        ...figures,
      }),
    ),
    next: z.null(),
  }),
)
