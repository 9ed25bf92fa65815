import type { z } from 'zod'
import * as core from './core.ts'
import * as firmware from './firmware-management.ts'
import * as localAuthList from './local-auth-list.ts'
import * as remoteTrigger from './remote-trigger.ts'
import * as reservation from './reservation.ts'
import * as security from './security.ts'
import * as smartCharging from './smart-charging.ts'

/** Who sends the request. */
export type Direction = 'from-charge-point' | 'to-charge-point' | 'both'

/** As spelled in SupportedFeatureProfiles (OCPP 1.6 edition 2, section 9.1.25); `Security` is the whitepaper's extension. */
export type FeatureProfile =
  | 'Core'
  | 'FirmwareManagement'
  | 'LocalAuthListManagement'
  | 'Reservation'
  | 'SmartCharging'
  | 'RemoteTrigger'
  | 'Security'

const entry = <P extends FeatureProfile, D extends Direction, Q extends z.ZodObject, S extends z.ZodObject>(
  profile: P,
  direction: D,
  request: Q,
  response: S,
) => ({ request, response, direction, profile })

/**
 * Every message of OCPP 1.6 with the security extension: the one table that gateway, simulator, docs and tests read.
 * The schemas are strict. Look an action up only after `isAction`, so that `constructor` finds nothing.
 */
export const actions = {
  Authorize: entry('Core', 'from-charge-point', core.authorizeRequest, core.authorizeResponse),
  BootNotification: entry('Core', 'from-charge-point', core.bootNotificationRequest, core.bootNotificationResponse),
  ChangeAvailability: entry('Core', 'to-charge-point', core.changeAvailabilityRequest, core.changeAvailabilityResponse),
  ChangeConfiguration: entry(
    'Core',
    'to-charge-point',
    core.changeConfigurationRequest,
    core.changeConfigurationResponse,
  ),
  ClearCache: entry('Core', 'to-charge-point', core.clearCacheRequest, core.clearCacheResponse),
  DataTransfer: entry('Core', 'both', core.dataTransferRequest, core.dataTransferResponse),
  GetConfiguration: entry('Core', 'to-charge-point', core.getConfigurationRequest, core.getConfigurationResponse),
  Heartbeat: entry('Core', 'from-charge-point', core.heartbeatRequest, core.heartbeatResponse),
  MeterValues: entry('Core', 'from-charge-point', core.meterValuesRequest, core.meterValuesResponse),
  RemoteStartTransaction: entry(
    'Core',
    'to-charge-point',
    core.remoteStartTransactionRequest,
    core.remoteStartTransactionResponse,
  ),
  RemoteStopTransaction: entry(
    'Core',
    'to-charge-point',
    core.remoteStopTransactionRequest,
    core.remoteStopTransactionResponse,
  ),
  Reset: entry('Core', 'to-charge-point', core.resetRequest, core.resetResponse),
  StartTransaction: entry('Core', 'from-charge-point', core.startTransactionRequest, core.startTransactionResponse),
  StatusNotification: entry(
    'Core',
    'from-charge-point',
    core.statusNotificationRequest,
    core.statusNotificationResponse,
  ),
  StopTransaction: entry('Core', 'from-charge-point', core.stopTransactionRequest, core.stopTransactionResponse),
  UnlockConnector: entry('Core', 'to-charge-point', core.unlockConnectorRequest, core.unlockConnectorResponse),
  DiagnosticsStatusNotification: entry(
    'FirmwareManagement',
    'from-charge-point',
    firmware.diagnosticsStatusNotificationRequest,
    firmware.diagnosticsStatusNotificationResponse,
  ),
  FirmwareStatusNotification: entry(
    'FirmwareManagement',
    'from-charge-point',
    firmware.firmwareStatusNotificationRequest,
    firmware.firmwareStatusNotificationResponse,
  ),
  GetDiagnostics: entry(
    'FirmwareManagement',
    'to-charge-point',
    firmware.getDiagnosticsRequest,
    firmware.getDiagnosticsResponse,
  ),
  UpdateFirmware: entry(
    'FirmwareManagement',
    'to-charge-point',
    firmware.updateFirmwareRequest,
    firmware.updateFirmwareResponse,
  ),
  GetLocalListVersion: entry(
    'LocalAuthListManagement',
    'to-charge-point',
    localAuthList.getLocalListVersionRequest,
    localAuthList.getLocalListVersionResponse,
  ),
  SendLocalList: entry(
    'LocalAuthListManagement',
    'to-charge-point',
    localAuthList.sendLocalListRequest,
    localAuthList.sendLocalListResponse,
  ),
  CancelReservation: entry(
    'Reservation',
    'to-charge-point',
    reservation.cancelReservationRequest,
    reservation.cancelReservationResponse,
  ),
  ReserveNow: entry('Reservation', 'to-charge-point', reservation.reserveNowRequest, reservation.reserveNowResponse),
  ClearChargingProfile: entry(
    'SmartCharging',
    'to-charge-point',
    smartCharging.clearChargingProfileRequest,
    smartCharging.clearChargingProfileResponse,
  ),
  GetCompositeSchedule: entry(
    'SmartCharging',
    'to-charge-point',
    smartCharging.getCompositeScheduleRequest,
    smartCharging.getCompositeScheduleResponse,
  ),
  SetChargingProfile: entry(
    'SmartCharging',
    'to-charge-point',
    smartCharging.setChargingProfileRequest,
    smartCharging.setChargingProfileResponse,
  ),
  TriggerMessage: entry(
    'RemoteTrigger',
    'to-charge-point',
    remoteTrigger.triggerMessageRequest,
    remoteTrigger.triggerMessageResponse,
  ),
  CertificateSigned: entry(
    'Security',
    'to-charge-point',
    security.certificateSignedRequest,
    security.certificateSignedResponse,
  ),
  DeleteCertificate: entry(
    'Security',
    'to-charge-point',
    security.deleteCertificateRequest,
    security.deleteCertificateResponse,
  ),
  ExtendedTriggerMessage: entry(
    'Security',
    'to-charge-point',
    security.extendedTriggerMessageRequest,
    security.extendedTriggerMessageResponse,
  ),
  GetInstalledCertificateIds: entry(
    'Security',
    'to-charge-point',
    security.getInstalledCertificateIdsRequest,
    security.getInstalledCertificateIdsResponse,
  ),
  GetLog: entry('Security', 'to-charge-point', security.getLogRequest, security.getLogResponse),
  InstallCertificate: entry(
    'Security',
    'to-charge-point',
    security.installCertificateRequest,
    security.installCertificateResponse,
  ),
  LogStatusNotification: entry(
    'Security',
    'from-charge-point',
    security.logStatusNotificationRequest,
    security.logStatusNotificationResponse,
  ),
  SecurityEventNotification: entry(
    'Security',
    'from-charge-point',
    security.securityEventNotificationRequest,
    security.securityEventNotificationResponse,
  ),
  SignCertificate: entry(
    'Security',
    'from-charge-point',
    security.signCertificateRequest,
    security.signCertificateResponse,
  ),
  SignedFirmwareStatusNotification: entry(
    'Security',
    'from-charge-point',
    security.signedFirmwareStatusNotificationRequest,
    security.signedFirmwareStatusNotificationResponse,
  ),
  SignedUpdateFirmware: entry(
    'Security',
    'to-charge-point',
    security.signedUpdateFirmwareRequest,
    security.signedUpdateFirmwareResponse,
  ),
} as const

export type Action = keyof typeof actions
export type RequestOf<A extends Action> = z.infer<(typeof actions)[A]['request']>
export type ResponseOf<A extends Action> = z.infer<(typeof actions)[A]['response']>

type Sent<D extends Direction> = { [A in Action]: (typeof actions)[A]['direction'] extends D ? A : never }[Action]
/** Actions whose request a charge point may send. */
export type ActionFromChargePoint = Sent<'from-charge-point' | 'both'>
/** Actions whose request a central system may send. */
export type ActionToChargePoint = Sent<'to-charge-point' | 'both'>

/** Safe for any text off the wire, `__proto__` and `constructor` included. */
export const isAction = (name: string): name is Action => Object.hasOwn(actions, name)

export const isActionFromChargePoint = (name: string): name is ActionFromChargePoint =>
  isAction(name) && actions[name].direction !== 'to-charge-point'

export const isActionToChargePoint = (name: string): name is ActionToChargePoint =>
  isAction(name) && actions[name].direction !== 'from-charge-point'

export const allActions = Object.keys(actions) as readonly Action[]
export const actionsFromChargePoint: readonly ActionFromChargePoint[] = allActions.filter(isActionFromChargePoint)
export const actionsToChargePoint: readonly ActionToChargePoint[] = allActions.filter(isActionToChargePoint)
