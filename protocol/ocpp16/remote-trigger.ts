import { z } from 'zod'
import { integer } from './formats.ts'

/** Feature profile RemoteTrigger (OCPP 1.6 edition 2). */

export const triggerMessageRequest = z.strictObject({
  requestedMessage: z.enum([
    'BootNotification',
    'DiagnosticsStatusNotification',
    'FirmwareStatusNotification',
    'Heartbeat',
    'MeterValues',
    'StatusNotification',
  ]),
  connectorId: integer().optional(),
})
export const triggerMessageResponse = z.strictObject({ status: z.enum(['Accepted', 'Rejected', 'NotImplemented']) })
