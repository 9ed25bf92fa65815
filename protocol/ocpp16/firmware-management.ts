import { z } from 'zod'
import { dateTime, integer, text, uri } from './formats.ts'
import { empty } from './types.ts'

/** Feature profile FirmwareManagement (OCPP 1.6 edition 2). `retryInterval` in seconds. */

export const diagnosticsStatusNotificationRequest = z.strictObject({
  status: z.enum(['Idle', 'Uploaded', 'UploadFailed', 'Uploading']),
})
export const diagnosticsStatusNotificationResponse = empty

export const firmwareStatusNotificationRequest = z.strictObject({
  status: z.enum([
    'Downloaded',
    'DownloadFailed',
    'Downloading',
    'Idle',
    'InstallationFailed',
    'Installing',
    'Installed',
  ]),
})
export const firmwareStatusNotificationResponse = empty

export const getDiagnosticsRequest = z.strictObject({
  location: uri(),
  retries: integer().optional(),
  retryInterval: integer().optional(),
  startTime: dateTime().optional(),
  stopTime: dateTime().optional(),
})
export const getDiagnosticsResponse = z.strictObject({ fileName: text(255).optional() })

export const updateFirmwareRequest = z.strictObject({
  location: uri(),
  retries: integer().optional(),
  retrieveDate: dateTime(),
  retryInterval: integer().optional(),
})
export const updateFirmwareResponse = empty
