import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import type { EpochMs } from '../../../protocol/units.ts'
import { ChargePoint } from './charge-point.ts'
import { instant, json, oneOf } from './columns.ts'
import { ChargingPile } from './pile.ts'
import { Site } from './site.ts'
import { User } from './user.ts'

export const FaultRecord = defineEntity({
  name: 'FaultRecord',
  tableName: 'fault_records',
  properties: {
    id: p.uuid().primary(),
    siteId: () => p.manyToOne(Site).mapToPk().name('site_id'),
    chargePointId: () => p.manyToOne(ChargePoint).mapToPk().name('charge_point_id'),
    pileId: () => p.manyToOne(ChargingPile).mapToPk().name('pile_id'),
    type: oneOf<'hardware' | 'software' | 'power' | 'connector' | 'communication'>(),
    source: oneOf<'charger' | 'technician' | 'rest' | 'simulator'>(),
    errorCode: p.text().strictNullable(),
    vendorErrorCode: p.text().strictNullable(),
    description: p.text().default(''),
    state: oneOf<'open' | 'acknowledged' | 'in-repair' | 'resolved' | 'false-alarm'>(),
    assigneeId: () => p.manyToOne(User).mapToPk().name('assignee_id').deleteRule('set null').strictNullable(),
    notes: json<{ at: EpochMs; by: string; text: string }[]>().default('[]'),
    openedAt: instant(),
    acknowledgedAt: instant().strictNullable(),
    repairStartedAt: instant().strictNullable(),
    resolvedAt: instant().strictNullable(),
    parts: json<{ name: string; quantity: number; note?: string }[]>().default('[]'),
    firmware: p.text().strictNullable(),
    affected: json<{ requestId: string; number: string; charging: boolean }[]>().default('[]'),
  },
})
export type FaultRecord = InferEntity<typeof FaultRecord>
