import { z } from 'zod'
import { dateTime, integer, text } from './formats.ts'
import { acceptedOrRejected, chargingProfile, empty, idTag, idTagInfo, meterValue } from './types.ts'

/** Feature profile Core (OCPP 1.6 edition 2, sections 4 to 6). */

export const authorizeRequest = z.strictObject({ idTag })
export const authorizeResponse = z.strictObject({ idTagInfo })

export const bootNotificationRequest = z.strictObject({
  chargePointVendor: text(20),
  chargePointModel: text(20),
  chargePointSerialNumber: text(25).optional(),
  chargeBoxSerialNumber: text(25).optional(),
  firmwareVersion: text(50).optional(),
  iccid: text(20).optional(),
  imsi: text(20).optional(),
  meterType: text(25).optional(),
  meterSerialNumber: text(25).optional(),
})
/** `interval` in seconds: between heartbeats when accepted, until the next attempt otherwise. */
export const bootNotificationResponse = z.strictObject({
  status: z.enum(['Accepted', 'Pending', 'Rejected']),
  currentTime: dateTime(),
  interval: integer(),
})

export const changeAvailabilityRequest = z.strictObject({
  connectorId: integer(),
  type: z.enum(['Inoperative', 'Operative']),
})
export const changeAvailabilityResponse = z.strictObject({ status: z.enum(['Accepted', 'Rejected', 'Scheduled']) })

export const changeConfigurationRequest = z.strictObject({ key: text(50), value: text(500) })
export const changeConfigurationResponse = z.strictObject({
  status: z.enum(['Accepted', 'Rejected', 'RebootRequired', 'NotSupported']),
})

export const clearCacheRequest = empty
export const clearCacheResponse = acceptedOrRejected

export const dataTransferRequest = z.strictObject({
  vendorId: text(255),
  messageId: text(50).optional(),
  data: z.string().optional(),
})
export const dataTransferResponse = z.strictObject({
  status: z.enum(['Accepted', 'Rejected', 'UnknownMessageId', 'UnknownVendorId']),
  data: z.string().optional(),
})

export const getConfigurationRequest = z.strictObject({ key: z.array(text(50)).optional() })
export const getConfigurationResponse = z.strictObject({
  configurationKey: z
    .array(z.strictObject({ key: text(50), readonly: z.boolean(), value: text(500).optional() }))
    .optional(),
  unknownKey: z.array(text(50)).optional(),
})

export const heartbeatRequest = empty
export const heartbeatResponse = z.strictObject({ currentTime: dateTime() })

export const meterValuesRequest = z.strictObject({
  connectorId: integer(),
  transactionId: integer().optional(),
  meterValue: z.array(meterValue),
})
export const meterValuesResponse = empty

export const remoteStartTransactionRequest = z.strictObject({
  connectorId: integer().optional(),
  idTag,
  chargingProfile: chargingProfile.optional(),
})
export const remoteStartTransactionResponse = acceptedOrRejected

export const remoteStopTransactionRequest = z.strictObject({ transactionId: integer() })
export const remoteStopTransactionResponse = acceptedOrRejected

export const resetRequest = z.strictObject({ type: z.enum(['Hard', 'Soft']) })
export const resetResponse = acceptedOrRejected

/** `meterStart` in Wh. */
export const startTransactionRequest = z.strictObject({
  connectorId: integer(),
  idTag,
  meterStart: integer(),
  reservationId: integer().optional(),
  timestamp: dateTime(),
})
export const startTransactionResponse = z.strictObject({ idTagInfo, transactionId: integer() })

export const chargePointErrorCode = z.enum([
  'ConnectorLockFailure',
  'EVCommunicationError',
  'GroundFailure',
  'HighTemperature',
  'InternalError',
  'LocalListConflict',
  'NoError',
  'OtherError',
  'OverCurrentFailure',
  'PowerMeterFailure',
  'PowerSwitchFailure',
  'ReaderFailure',
  'ResetFailure',
  'UnderVoltage',
  'OverVoltage',
  'WeakSignal',
])

export const chargePointStatus = z.enum([
  'Available',
  'Preparing',
  'Charging',
  'SuspendedEVSE',
  'SuspendedEV',
  'Finishing',
  'Reserved',
  'Unavailable',
  'Faulted',
])

export const statusNotificationRequest = z.strictObject({
  connectorId: integer(),
  errorCode: chargePointErrorCode,
  info: text(50).optional(),
  status: chargePointStatus,
  timestamp: dateTime().optional(),
  vendorId: text(255).optional(),
  vendorErrorCode: text(50).optional(),
})
export const statusNotificationResponse = empty

export const stopReason = z.enum([
  'EmergencyStop',
  'EVDisconnected',
  'HardReset',
  'Local',
  'Other',
  'PowerLoss',
  'Reboot',
  'Remote',
  'SoftReset',
  'UnlockCommand',
  'DeAuthorized',
])

/** `meterStop` in Wh; a missing reason means Local. */
export const stopTransactionRequest = z.strictObject({
  idTag: idTag.optional(),
  meterStop: integer(),
  timestamp: dateTime(),
  transactionId: integer(),
  reason: stopReason.optional(),
  transactionData: z.array(meterValue).optional(),
})
export const stopTransactionResponse = z.strictObject({ idTagInfo: idTagInfo.optional() })

export const unlockConnectorRequest = z.strictObject({ connectorId: integer() })
export const unlockConnectorResponse = z.strictObject({ status: z.enum(['Unlocked', 'UnlockFailed', 'NotSupported']) })
