import type { ActionFromChargePoint } from '../../../protocol/ocpp16/actions.ts'
import type { InboundAction } from './action.ts'
import { authorize } from './authorize.ts'
import { bootNotification, heartbeat } from './boot.ts'
import { dataTransfer } from './data-transfer.ts'
import {
  diagnosticsStatusNotification,
  firmwareStatusNotification,
  logStatusNotification,
  signedFirmwareStatusNotification,
} from './firmware.ts'
import { meterValues } from './meter-values.ts'
import { securityEventNotification, signCertificate } from './security.ts'
import { statusNotification } from './status.ts'
import { startTransaction, stopTransaction } from './transactions.ts'

/** Every action a charge point may send; a new one does not compile until it stands here. */
export const inboundActions = {
  Authorize: authorize,
  BootNotification: bootNotification,
  DataTransfer: dataTransfer,
  DiagnosticsStatusNotification: diagnosticsStatusNotification,
  FirmwareStatusNotification: firmwareStatusNotification,
  Heartbeat: heartbeat,
  LogStatusNotification: logStatusNotification,
  MeterValues: meterValues,
  SecurityEventNotification: securityEventNotification,
  SignCertificate: signCertificate,
  SignedFirmwareStatusNotification: signedFirmwareStatusNotification,
  StartTransaction: startTransaction,
  StatusNotification: statusNotification,
  StopTransaction: stopTransaction,
} as const satisfies Record<ActionFromChargePoint, InboundAction>

/**
 * Messages a charger repeats until they are answered, and that carry money: with these, whatever can be understood is
 * taken and acknowledged (quirks.md, golden rules).
 */
export const ALWAYS_ANSWERED: ReadonlySet<string> = new Set(['StartTransaction', 'StopTransaction', 'MeterValues'])
