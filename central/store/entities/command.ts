import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import type { Outcome } from '../../../protocol/charger/command.ts'
import { ChargePoint } from './charge-point.ts'
import { instant, oneOf, orderedJson } from './columns.ts'
import { ChargingPile } from './pile.ts'
import { ChargingRequest } from './request.ts'
import { Site } from './site.ts'
import { User } from './user.ts'

export const Command = defineEntity({
  name: 'Command',
  tableName: 'commands',
  properties: {
    id: p.uuid().primary(),
    siteId: () => p.manyToOne(Site).mapToPk().name('site_id').deleteRule('no action').strictNullable(),
    chargePointId: () => p.manyToOne(ChargePoint).mapToPk().name('charge_point_id'),
    pileId: () => p.manyToOne(ChargingPile).mapToPk().name('pile_id').deleteRule('no action').strictNullable(),
    requestId: () => p.manyToOne(ChargingRequest).mapToPk().name('request_id').deleteRule('no action').strictNullable(),
    sessionId: p.integer().strictNullable(),
    verb: p.text(),
    action: p.text().strictNullable(),
    body: orderedJson(),
    cause: p.text(),
    actorId: () => p.manyToOne(User).mapToPk().name('actor_id').deleteRule('set null').strictNullable(),
    status: oneOf<'queued' | 'sent' | Exclude<Outcome['status'], 'refused'>>(),
    result: orderedJson().strictNullable(),
    errorCode: p.text().strictNullable(),
    errorDescription: p.text().strictNullable(),
    lateResult: orderedJson().strictNullable(),
    createdAt: instant(),
    sentAt: instant().strictNullable(),
    answeredAt: instant().strictNullable(),
    observedAt: instant().strictNullable(),
  },
})
export type Command = InferEntity<typeof Command>

export const Reservation = defineEntity({
  name: 'Reservation',
  tableName: 'reservations',
  properties: {
    chargePointId: () => p.manyToOne(ChargePoint).mapToPk().name('charge_point_id').primary(),
    id: p.integer().primary().defaultRaw("nextval('reservation_ids'::regclass)"),
    connectorId: p.integer(),
    requestId: () => p.manyToOne(ChargingRequest).mapToPk().name('request_id').deleteRule('no action').strictNullable(),
    idTag: p.text(),
    expiresAt: instant(),
    status: oneOf<'active' | 'used' | 'cancelled' | 'expired'>(),
    createdAt: instant(),
  },
})
export type Reservation = InferEntity<typeof Reservation>
