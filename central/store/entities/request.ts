import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import type { Mode } from '../../../protocol/modes.ts'
import { identity, instant, json, oneOf } from './columns.ts'
import { ChargingPile } from './pile.ts'
import { Site } from './site.ts'
import { User, Vehicle } from './user.ts'

export const ChargingRequest = defineEntity({
  name: 'ChargingRequest',
  tableName: 'charging_requests',
  properties: {
    id: p.uuid().primary(),
    siteId: () => p.manyToOne(Site).mapToPk().name('site_id'),
    userId: () => p.manyToOne(User).mapToPk().name('user_id').deleteRule('set null').strictNullable(),
    vehicleId: () => p.manyToOne(Vehicle).mapToPk().name('vehicle_id').deleteRule('set null').strictNullable(),
    idTag: p.text().strictNullable(),
    mode: oneOf<Mode>(),
    number: p.integer(),
    energyWh: p.integer(),
    hasTarget: p.boolean().default(true),
    source: oneOf<'driver' | 'walk-up'>(),
    priority: p.integer().default(0),
    status: oneOf<'active' | 'completed' | 'cancelled' | 'no-show'>(),
    endCause: p.text().strictNullable(),
    noShows: p.integer().default(0),
    createdAt: instant(),
    firstCalledAt: instant().strictNullable(),
    estimatedStartAt: instant().strictNullable(),
    endedAt: instant().strictNullable(),
    numberedAt: instant().defaultRaw('now()'),
    firstStartedAt: instant().strictNullable(),
    estimateErrorSeconds: p.integer().strictNullable(),
  },
})
export type ChargingRequest = InferEntity<typeof ChargingRequest>

export const QueueStatus = defineEntity({
  name: 'QueueStatus',
  tableName: 'queue_status',
  properties: {
    requestId: () =>
      p.oneToOne(ChargingRequest).mapToPk().name('request_id').primary().deleteRule('cascade').updateRule('no action'),
    siteId: () => p.manyToOne(Site).mapToPk().name('site_id'),
    place: oneOf<'waiting' | 'pile' | 'fault'>(),
    pileId: () => p.manyToOne(ChargingPile).mapToPk().name('pile_id').deleteRule('no action').strictNullable(),
    position: p.integer(),
    since: instant(),
    turnAt: instant().strictNullable(),
    startAskedAt: instant().strictNullable(),
    reserveAskedAt: instant().strictNullable(),
  },
})
export type QueueStatus = InferEntity<typeof QueueStatus>

export const DispatchDecision = defineEntity({
  name: 'DispatchDecision',
  tableName: 'dispatch_decisions',
  properties: {
    id: identity(),
    siteId: () => p.manyToOne(Site).mapToPk().name('site_id'),
    requestId: () => p.manyToOne(ChargingRequest).mapToPk().name('request_id').deleteRule('cascade'),
    pileId: () => p.manyToOne(ChargingPile).mapToPk().name('pile_id').deleteRule('no action').strictNullable(),
    at: instant(),
    rule: p.text(),
    candidates: json<{ pileId: string; completionSeconds: number; full: boolean; closes?: true }[]>(),
    cause: p.text().default('call'),
    fromPlace: oneOf<'waiting' | 'pile' | 'fault-queue'>().default('waiting'),
    fromPileId: () => p.manyToOne(ChargingPile).mapToPk().name('from_pile_id').deleteRule('no action').strictNullable(),
    toPlace: oneOf<'waiting' | 'pile' | 'fault-queue'>().default('pile'),
    together: json<{ cars: number; totalSeconds: number }>().strictNullable(),
  },
})
export type DispatchDecision = InferEntity<typeof DispatchDecision>

export const RequestChange = defineEntity({
  name: 'RequestChange',
  tableName: 'request_changes',
  properties: {
    id: identity(),
    requestId: () => p.manyToOne(ChargingRequest).mapToPk().name('request_id').deleteRule('cascade'),
    at: instant(),
    fromMode: oneOf<Mode>(),
    fromEnergyWh: p.integer(),
    toMode: oneOf<Mode>(),
    toEnergyWh: p.integer(),
  },
})
export type RequestChange = InferEntity<typeof RequestChange>

export const RefusedRequest = defineEntity({
  name: 'RefusedRequest',
  tableName: 'refused_requests',
  properties: {
    id: identity(),
    siteId: () => p.manyToOne(Site).mapToPk().name('site_id'),
    at: instant(),
    mode: oneOf<Mode>(),
    energyWh: p.integer(),
    priority: p.integer().default(0),
    userId: () => p.manyToOne(User).mapToPk().name('user_id').deleteRule('set null').strictNullable(),
    vehicleId: () => p.manyToOne(Vehicle).mapToPk().name('vehicle_id').deleteRule('set null').strictNullable(),
    reason: p.text(),
  },
})
export type RefusedRequest = InferEntity<typeof RefusedRequest>
