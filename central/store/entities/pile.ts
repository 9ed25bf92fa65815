import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import type { OccupiedDetail, PileState } from '../../../protocol/events.ts'
import type { Mode } from '../../../protocol/modes.ts'
import { ChargePoint } from './charge-point.ts'
import { identity, instant, oneOf } from './columns.ts'
import { Site } from './site.ts'

export const ChargingPile = defineEntity({
  name: 'ChargingPile',
  tableName: 'charging_piles',
  uniques: [{ properties: ['chargePointId', 'connectorId'] }],
  properties: {
    id: p.text().primary(),
    siteId: () => p.manyToOne(Site).mapToPk().name('site_id'),
    chargePointId: () => p.manyToOne(ChargePoint).mapToPk().name('charge_point_id'),
    connectorId: p.integer(),
    mode: oneOf<Mode>(),
    powerW: p.integer(),
    queueLength: p.integer(),
    inService: p.boolean().default(true),
    serviceReason: p.text().strictNullable(),
    broken: p.boolean().default(false),
    status: p.text().strictNullable(),
    errorCode: p.text().default('NoError'),
    vendorErrorCode: p.text().strictNullable(),
    info: p.text().strictNullable(),
    statusAt: instant().strictNullable(),
    statusReceivedAt: instant().strictNullable(),
    pluggedTag: p.text().strictNullable(),
    freshPlug: p.boolean().default(false),
    powerNowW: p.integer().strictNullable(),
    meterAt: instant().strictNullable(),
    createdAt: instant(),
  },
})
export type ChargingPile = InferEntity<typeof ChargingPile>

export const PileEvent = defineEntity({
  name: 'PileEvent',
  tableName: 'pile_events',
  properties: {
    id: identity(),
    pileId: () => p.manyToOne(ChargingPile).mapToPk().name('pile_id').deleteRule('cascade'),
    at: instant(),
    state: oneOf<PileState>(),
    detail: oneOf<OccupiedDetail>().strictNullable(),
    errorCode: p.text(),
    cause: p.text(),
  },
})
export type PileEvent = InferEntity<typeof PileEvent>
