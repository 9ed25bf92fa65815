import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import { ChargePoint } from './charge-point.ts'
import { identity, instant, int8, json, oneOf } from './columns.ts'
import { ChargingPile } from './pile.ts'
import { ChargingRequest } from './request.ts'
import { Site } from './site.ts'
import { TariffVersion } from './tariff.ts'
import { User } from './user.ts'

export const ChargingSession = defineEntity({
  name: 'ChargingSession',
  tableName: 'charging_sessions',
  uniques: [{ properties: ['chargePointId', 'startKey'] }],
  properties: {
    id: p.integer().primary().defaultRaw("nextval('transaction_ids'::regclass)"),
    siteId: () => p.manyToOne(Site).mapToPk().name('site_id'),
    chargePointId: () => p.manyToOne(ChargePoint).mapToPk().name('charge_point_id'),
    connectorId: p.integer(),
    pileId: () => p.manyToOne(ChargingPile).mapToPk().name('pile_id').deleteRule('no action').strictNullable(),
    requestId: () => p.manyToOne(ChargingRequest).mapToPk().name('request_id').deleteRule('no action').strictNullable(),
    askedRequestId: p.uuid().strictNullable(),
    userId: () => p.manyToOne(User).mapToPk().name('user_id').deleteRule('set null').strictNullable(),
    idTag: p.text(),
    startKey: p.text(),
    verdict: p.text(),
    tariffVersionId: () =>
      p.manyToOne(TariffVersion).mapToPk().name('tariff_version_id').deleteRule('no action').strictNullable(),
    targetMilliWh: int8().strictNullable(),
    meterStartMilliWh: int8().strictNullable(),
    startedAt: instant(),
    startedReportedAt: instant().strictNullable(),
    startedReceivedAt: instant(),
    lastRegisterMilliWh: int8().strictNullable(),
    energyMilliWh: int8().defaultRaw('0'),
    powerW: p.integer().strictNullable(),
    socPercent: p.float().strictNullable(),
    lastReadingAt: instant().strictNullable(),
    meterStopMilliWh: int8().strictNullable(),
    endedAt: instant().strictNullable(),
    endedReportedAt: instant().strictNullable(),
    endedReceivedAt: instant().strictNullable(),
    stopReason: p.text().strictNullable(),
    endCause: p.text().strictNullable(),
    stopAskedAt: instant().strictNullable(),
    provisional: p.boolean().default(false),
    orphan: p.boolean().default(false),
    reviewReason: p.text().strictNullable(),
    reservationId: p.integer().strictNullable(),
    settledAt: instant().strictNullable(),
    calledAt: instant().strictNullable(),
    unpluggedAt: instant().strictNullable(),
    costLimitMinor: int8().strictNullable(),
    reviewVerdict: oneOf<'bill' | 'amend' | 'void'>().strictNullable(),
    reviewEnergyMilliWh: int8().strictNullable(),
    reviewNote: p.text().strictNullable(),
    reviewedBy: () => p.manyToOne(User).mapToPk().name('reviewed_by').deleteRule('set null').strictNullable(),
    reviewedAt: instant().strictNullable(),
    billWaits: p.boolean().default(false),
  },
})
export type ChargingSession = InferEntity<typeof ChargingSession>

export const SessionAnomaly = defineEntity({
  name: 'SessionAnomaly',
  tableName: 'session_anomalies',
  properties: {
    id: identity(),
    chargePointId: p.text(),
    sessionId: p.integer().strictNullable(),
    kind: p.text(),
    at: instant(),
    details: json<object>(),
    verdict: p.text().strictNullable(),
    verdictBy: () => p.manyToOne(User).mapToPk().name('verdict_by').deleteRule('set null').strictNullable(),
  },
})
export type SessionAnomaly = InferEntity<typeof SessionAnomaly>
