import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import type { Protocol } from '../../../protocol/charger/status.ts'
import { instant, json, oneOf } from './columns.ts'
import { Site } from './site.ts'

export const ChargePoint = defineEntity({
  name: 'ChargePoint',
  tableName: 'charge_points',
  properties: {
    id: p.text().primary(),
    siteId: () => p.manyToOne(Site).mapToPk().name('site_id'),
    protocol: oneOf<Protocol>().strictNullable(),
    passwordDigest: p.blob().strictNullable().hidden(),
    securityProfile: p.integer().default(0),
    acceptUnknownTags: p.boolean().default(false),
    assumeOcpp16: p.boolean().default(false),
    validation: oneOf<'tolerant' | 'strict'>().strictNullable(),
    quirkProfile: p.text().strictNullable(),
    pingSeconds: p.integer().strictNullable(),
    vendor: p.text().strictNullable(),
    model: p.text().strictNullable(),
    serial: p.text().strictNullable(),
    firmware: p.text().strictNullable(),
    bootDetails: json().strictNullable(),
    registration: oneOf<'accepted' | 'pending' | 'rejected'>().strictNullable(),
    lastBootAt: instant().strictNullable(),
    lastSeenAt: instant().strictNullable(),
    connected: p.boolean().default(false),
    linkId: p.text().strictNullable(),
    linkNode: p.text().strictNullable(),
    linkSince: instant().strictNullable(),
    address: p.text().strictNullable(),
    status: p.text().strictNullable(),
    errorCode: p.text().default('NoError'),
    vendorErrorCode: p.text().strictNullable(),
    statusReceivedAt: instant().strictNullable(),
    createdAt: instant(),
    featureProfiles: p.array().strictNullable(),
    reserveRefusedLink: p.text().strictNullable(),
  },
})
export type ChargePoint = InferEntity<typeof ChargePoint>

export const UnknownChargePoint = defineEntity({
  name: 'UnknownChargePoint',
  tableName: 'unknown_charge_points',
  properties: {
    identity: p.text().primary(),
    reason: p.text().primary(),
    address: p.text(),
    firstSeenAt: instant(),
    lastSeenAt: instant(),
    count: p.integer().default(1),
  },
})
export type UnknownChargePoint = InferEntity<typeof UnknownChargePoint>
