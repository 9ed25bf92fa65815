import { Bill, BillingDetail } from './bill.ts'
import { ChargePoint, UnknownChargePoint } from './charge-point.ts'
import { Command, Reservation } from './command.ts'
import { FaultRecord } from './fault-record.ts'
import { IdTag, UnknownIdTag } from './id-tag.ts'
import { LedgerEntry } from './ledger-entry.ts'
import { MaintenanceWindow } from './maintenance-window.ts'
import { MeterValue } from './meter-value.ts'
import { OcppMessage } from './ocpp-message.ts'
import { Budget, Payment, Wallet, WalletEntry } from './payment.ts'
import { ChargingPile, PileEvent } from './pile.ts'
import { ChargingRequest, DispatchDecision, QueueStatus, RefusedRequest, RequestChange } from './request.ts'
import { ChargingSession, SessionAnomaly } from './session.ts'
import { Site } from './site.ts'
import { AuditEntry, IdempotencyKey, OutboxEntry, QuarantinedEffect, SystemConfig } from './system.ts'
import { Tariff, TariffVersion } from './tariff.ts'
import { ApiToken, RefreshToken, User, Vehicle } from './user.ts'

/** Every table. Relations are ids (`siteId`), times epoch milliseconds, registers and money safe integers. */
export const entities = [
  ApiToken,
  AuditEntry,
  Bill,
  BillingDetail,
  Budget,
  ChargePoint,
  ChargingPile,
  ChargingRequest,
  ChargingSession,
  Command,
  DispatchDecision,
  FaultRecord,
  IdTag,
  IdempotencyKey,
  LedgerEntry,
  MaintenanceWindow,
  MeterValue,
  OcppMessage,
  OutboxEntry,
  Payment,
  PileEvent,
  QuarantinedEffect,
  QueueStatus,
  RefreshToken,
  RefusedRequest,
  RequestChange,
  Reservation,
  SessionAnomaly,
  Site,
  SystemConfig,
  Tariff,
  TariffVersion,
  UnknownChargePoint,
  UnknownIdTag,
  User,
  Vehicle,
  Wallet,
  WalletEntry,
]
