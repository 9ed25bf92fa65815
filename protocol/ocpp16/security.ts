import { z } from 'zod'
import { dateTime, integer, text } from './formats.ts'
import { acceptedOrRejected, empty } from './types.ts'

/** The extension of "Improved security for OCPP 1.6-J" (OCA security whitepaper, edition 3). `retryInterval` in seconds. */

const certificateUse = z.enum(['CentralSystemRootCertificate', 'ManufacturerRootCertificate'])

export const certificateHashData = z.strictObject({
  hashAlgorithm: z.enum(['SHA256', 'SHA384', 'SHA512']),
  issuerNameHash: text(128),
  issuerKeyHash: text(128),
  serialNumber: text(40),
})
export type CertificateHashData = z.infer<typeof certificateHashData>

/** PEM, the charge point's own certificate first. */
export const certificateSignedRequest = z.strictObject({ certificateChain: text(10000) })
export const certificateSignedResponse = acceptedOrRejected

export const deleteCertificateRequest = z.strictObject({ certificateHashData })
export const deleteCertificateResponse = z.strictObject({ status: z.enum(['Accepted', 'Failed', 'NotFound']) })

export const extendedTriggerMessageRequest = z.strictObject({
  requestedMessage: z.enum([
    'BootNotification',
    'LogStatusNotification',
    'FirmwareStatusNotification',
    'Heartbeat',
    'MeterValues',
    'SignChargePointCertificate',
    'StatusNotification',
  ]),
  connectorId: integer().optional(),
})
export const extendedTriggerMessageResponse = z.strictObject({
  status: z.enum(['Accepted', 'Rejected', 'NotImplemented']),
})

export const getInstalledCertificateIdsRequest = z.strictObject({ certificateType: certificateUse })
export const getInstalledCertificateIdsResponse = z.strictObject({
  certificateHashData: z.array(certificateHashData).min(1).optional(),
  status: z.enum(['Accepted', 'NotFound']),
})

export const getLogRequest = z.strictObject({
  log: z.strictObject({
    remoteLocation: text(512),
    oldestTimestamp: dateTime().optional(),
    latestTimestamp: dateTime().optional(),
  }),
  logType: z.enum(['DiagnosticsLog', 'SecurityLog']),
  requestId: integer(),
  retries: integer().optional(),
  retryInterval: integer().optional(),
})
export const getLogResponse = z.strictObject({
  status: z.enum(['Accepted', 'Rejected', 'AcceptedCanceled']),
  filename: text(255).optional(),
})

export const installCertificateRequest = z.strictObject({ certificateType: certificateUse, certificate: text(5500) })
export const installCertificateResponse = z.strictObject({ status: z.enum(['Accepted', 'Failed', 'Rejected']) })

export const logStatusNotificationRequest = z.strictObject({
  status: z.enum([
    'BadMessage',
    'Idle',
    'NotSupportedOperation',
    'PermissionDenied',
    'Uploaded',
    'UploadFailure',
    'Uploading',
  ]),
  requestId: integer().optional(),
})
export const logStatusNotificationResponse = empty

export const securityEventNotificationRequest = z.strictObject({
  type: text(50),
  timestamp: dateTime(),
  techInfo: text(255).optional(),
})
export const securityEventNotificationResponse = empty

export const signCertificateRequest = z.strictObject({ csr: text(5500) })
export const signCertificateResponse = acceptedOrRejected

export const signedFirmwareStatusNotificationRequest = z.strictObject({
  status: z.enum([
    'Downloaded',
    'DownloadFailed',
    'Downloading',
    'DownloadScheduled',
    'DownloadPaused',
    'Idle',
    'InstallationFailed',
    'Installing',
    'Installed',
    'InstallRebooting',
    'InstallScheduled',
    'InstallVerificationFailed',
    'InvalidSignature',
    'SignatureVerified',
  ]),
  requestId: integer().optional(),
})
export const signedFirmwareStatusNotificationResponse = empty

export const signedUpdateFirmwareRequest = z.strictObject({
  retries: integer().optional(),
  retryInterval: integer().optional(),
  requestId: integer(),
  firmware: z.strictObject({
    location: text(512),
    retrieveDateTime: dateTime(),
    installDateTime: dateTime().optional(),
    signingCertificate: text(5500),
    signature: text(800),
  }),
})
export const signedUpdateFirmwareResponse = z.strictObject({
  status: z.enum(['Accepted', 'Rejected', 'AcceptedCanceled', 'InvalidCertificate', 'RevokedCertificate']),
})
